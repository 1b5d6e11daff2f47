"""What an offer can grant of a membership: a pass for a tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.memberships.api import (
    drop_passes,
    extend_passes,
    grant_pass,
    revoke_passes,
    suspend_passes,
    tier_by_id,
    tiers,
)

if TYPE_CHECKING:
    from datetime import datetime


class GrantTier:
    """Let buyers into a tier; the key is the tier's id."""

    def choices(self) -> list[tuple[str, str]]:
        """Return the tiers open to new members."""
        return [(str(tier.pk), tier.name) for tier in tiers() if tier.active]

    def label(self, key: str) -> str:
        """Return the tier's name, "" when it is gone."""
        tier = tier_by_id(int(key))
        return tier.name if tier else ""

    def where(self, key: str) -> str:
        """Return the member's home: it shows all that is open to them."""
        return "/me/"

    def grant(
        self,
        *,
        person_id: int,
        key: str,
        source: str,
        starts_at: datetime,
        ends_at: datetime | None,
        actor: str,
        now: datetime,
    ) -> None:
        """Give the pass; a second call with the same source changes nothing."""
        grant_pass(
            person_id=person_id,
            resource=f"tier:{int(key)}",
            source=source,
            starts_at=starts_at,
            ends_at=ends_at,
            actor=actor,
            now=now,
        )

    def extend(
        self, *, source: str, ends_at: datetime | None, actor: str, now: datetime
    ) -> None:
        """Let the passes of the source run until ends_at."""
        extend_passes(source=source, ends_at=ends_at, actor=actor, now=now)

    def suspend(self, *, source: str, actor: str, now: datetime) -> None:
        """Shut the passes of the source until they are extended again."""
        suspend_passes(source=source, actor=actor, now=now)

    def drop(self, *, source: str, key: str, actor: str, now: datetime) -> None:
        """Shut the source's pass for one key; it may be given anew later."""
        drop_passes(
            source=source,
            resource=f"tier:{int(key)}",
            actor=actor,
            now=now,
        )

    def revoke(self, *, source: str, actor: str, now: datetime) -> None:
        """Take back the passes of the source."""
        revoke_passes(source=source, actor=actor, now=now)
