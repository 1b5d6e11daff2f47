"""When a letter must stop by itself (R29)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Rates in basis points of what was sent, and the counts below which none is a rate."""

    complaint_bp: int
    bounce_bp: int
    min_complaints: int
    min_bounces: int


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of a letter so far; bounced holds refusals at once and later ones."""

    sent: int
    bounced: int
    complained: int

    def since(self, earlier: Counts) -> Counts:
        """Return what came after the owner last looked and went on."""
        return Counts(
            max(self.sent - earlier.sent, 0),
            max(self.bounced - earlier.bounced, 0),
            max(self.complained - earlier.complained, 0),
        )


def reason_to_hold(counts: Counts, limits: Limits) -> str:
    """Return "complaints" or "bounces" when a rate has reached its limit, else ""."""
    tried = max(counts.sent + counts.bounced, 1)
    if (
        counts.complained >= limits.min_complaints
        and counts.complained * 10_000 >= limits.complaint_bp * tried
    ):
        return "complaints"
    if (
        counts.bounced >= limits.min_bounces
        and counts.bounced * 10_000 >= limits.bounce_bp * tried
    ):
        return "bounces"
    return ""
