"""Billing periods: the calendar of a subscription, in the business's own time zone."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

Interval = Literal["day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a subscription renews: every `count` days, weeks, months or years."""

    interval: Interval
    count: int = 1

    @property
    def months(self) -> int:
        """Return the length in calendar months, 0 when it is counted in days."""
        return self.count * {"year": 12, "month": 1}.get(self.interval, 0)

    @property
    def days(self) -> int:
        """Return the length in civil days, 0 when it is counted in months."""
        return self.count * {"week": 7, "day": 1}.get(self.interval, 0)


def next_period_end(
    period_end: datetime, rhythm: Rhythm, *, anchor: datetime, zone: ZoneInfo
) -> datetime:
    """Return where the period that starts at `period_end` ends, in UTC.

    Months are counted on the civil calendar of `zone`. Day and wall time are the
    anchor's (the subscription's start), so nothing drifts: anchored on the 31st,
    31 January is followed by 28 February and 31 March; a wall time that a change of
    clocks skips moves for that once only. Days and weeks keep the wall time too.
    """
    first, local = anchor.astimezone(zone), period_end.astimezone(zone)
    if rhythm.days:
        on = local.date() + timedelta(days=rhythm.days)
        return datetime.combine(on, first.timetz()).replace(fold=0).astimezone(UTC)
    months = local.month - 1 + rhythm.months
    year, month = local.year + months // 12, months % 12 + 1
    day = min(first.day, monthrange(year, month)[1])
    return first.replace(year=year, month=month, day=day, fold=0).astimezone(UTC)


def months_before(instant: datetime, months: int, *, zone: ZoneInfo) -> datetime:
    """Return the same civil day and wall time so many months earlier, in UTC.

    A day that the earlier month lacks becomes its last one.
    """
    local = instant.astimezone(zone)
    number = local.year * 12 + local.month - 1 - months
    year, month = divmod(number, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day, fold=0).astimezone(UTC)
