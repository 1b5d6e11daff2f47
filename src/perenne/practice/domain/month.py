"""A month of free days, as a visitor sees it in their own time zone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from perenne.practice.domain.slots import Slot, days_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the strip; `is_chosen` is the one whose slots are shown."""

    on: date
    is_free: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Month:
    """The strip of a month and the slots of its chosen day.

    first           the month's first day
    slots           of the chosen day, by time; empty when nothing is free
    previous, next  first days of the months around, None where nothing can be booked
    """

    first: date
    days: list[Day]
    chosen: date | None
    slots: list[Slot]
    previous: date | None
    next: date | None


def month_bounds(first: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the instants at which a visitor's month begins and ends."""
    return (
        datetime.combine(first, time(0), zone),
        datetime.combine(next_month(first), time(0), zone),
    )


def next_month(day: date) -> date:
    """Return the first day of the month after."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_of(
    slots: list[Slot],
    *,
    first: date,
    zone: ZoneInfo,
    today: date,
    last: date,
    chosen: date | None,
) -> Month:
    """Return the month that begins on `first`.

    slots   free in that month
    today   in the visitor's zone: the days before are not shown
    last    the last day that can be booked at all
    chosen  the day asked for; the first free one when it has none
    """
    by_day = days_of(slots, zone)
    if chosen not in by_day:
        chosen = min(by_day, default=None)
    after = next_month(first)
    shown = range(max(today, first).toordinal(), after.toordinal())
    before = (first - timedelta(days=1)).replace(day=1)
    return Month(
        first=first,
        days=[
            Day(day, day in by_day, day == chosen)
            for day in map(date.fromordinal, shown)
        ],
        chosen=chosen,
        slots=by_day[chosen] if chosen else [],
        previous=before if first > today else None,
        next=after if after <= last else None,
    )
