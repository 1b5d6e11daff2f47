"""When members must be told of a renewal, and what is due when they were not. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.money.domain.subscriptions.periods import months_before

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from perenne.money.domain.subscriptions.periods import Rhythm

_DAYS_IN_A_MONTH = 30


@dataclass(frozen=True, slots=True)
class NoticeTerms:
    """Months of C. conso L215-1: a renewal is announced between the two (R62).

    shortest_months  of a period that can be announced so; shorter ones are told of once
                     in yearly_months (R64)
    """

    earliest_months: int = 3
    latest_months: int = 1
    shortest_months: int = 3
    yearly_months: int = 12


@dataclass(frozen=True, slots=True)
class NoticeWindow:
    """From when until when the notice of one renewal counts, both ends included."""

    opens_at: datetime
    closes_at: datetime

    def holds(self, at: datetime | None) -> bool:
        """Tell whether a notice sent at that instant was in time; None was never sent."""
        return at is not None and self.opens_at <= at <= self.closes_at


def is_announced(rhythm: Rhythm, terms: NoticeTerms) -> bool:
    """Tell whether each renewal of the rhythm is announced (R62); else once a year (R64)."""
    months = rhythm.months or rhythm.days // _DAYS_IN_A_MONTH
    return months >= terms.shortest_months


def notice_window(
    renews_at: datetime, terms: NoticeTerms, *, zone: ZoneInfo
) -> NoticeWindow:
    """Return when the notice of a renewal must be sent: 3 months to 1 month before it.

    The first and last day are kept clear by an hour of the clock, not by a calendar: the
    window is that of the renewal's own wall time.
    """
    return NoticeWindow(
        months_before(renews_at, terms.earliest_months, zone=zone),
        months_before(renews_at, terms.latest_months, zone=zone),
    )


def notice_due_at(
    renews_at: datetime, terms: NoticeTerms, *, zone: ZoneInfo
) -> datetime:
    """Return when we send it: in the middle of its window, so that a failure can be mended."""
    middle = (terms.earliest_months + terms.latest_months) // 2
    return months_before(renews_at, middle, zone=zone)
