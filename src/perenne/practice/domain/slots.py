"""Free slots: opening hours in wall time, bookings in cells, clocks that change.

Opening hours belong to the business's zone and keep their wall time over a change of
clocks; slots are instants. The owner is one person: every booking, of whatever service,
takes its time with both buffers out of one calendar, counted in cells of five minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

CELL_SECONDS = 300
_MIDNIGHT = time(0)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Opening hours of one day in wall time; an end at 00:00 is the end of the day."""

    starts: time
    ends: time


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """A time that can be booked, aware, in UTC."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SlotRules:
    """What a service asks of its slots.

    step_minutes  between the starts that are offered
    notice_hours  from now to the first slot
    horizon_days  from now to the last slot
    daily_cap     bookings a day, 0 for no limit
    """

    minutes: int
    step_minutes: int
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    notice_hours: int = 0
    horizon_days: int = 60
    daily_cap: int = 0


@dataclass(frozen=True, slots=True)
class Opening:
    """When the owner works.

    weekly   spans by weekday, Monday 0
    special  spans of single days instead of the weekly ones; () closes the day
    zone     the zone of that wall time
    """

    weekly: Mapping[int, tuple[Span, ...]]
    zone: ZoneInfo
    special: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return the spans of a day."""
        return self.special.get(day, self.weekly.get(day.weekday(), ()))


@dataclass(frozen=True, slots=True)
class Taken:
    """What is booked already: cells of the calendar, and bookings by day."""

    cells: frozenset[int] = frozenset()
    per_day: Mapping[date, int] = field(default_factory=dict)


def cells_of(rules: SlotRules, starts_at: datetime) -> range:
    """Return the cells (five minutes since 1970) of a booking with its buffers."""
    first = starts_at - timedelta(minutes=rules.buffer_before_minutes)
    last = starts_at + timedelta(minutes=rules.minutes + rules.buffer_after_minutes)
    return range(
        int(first.timestamp()) // CELL_SECONDS,
        -(-int(last.timestamp()) // CELL_SECONDS),
    )


def free_slots(
    rules: SlotRules,
    opening: Opening,
    taken: Taken,
    *,
    first_day: date,
    last_day: date,
    now: datetime,
) -> list[Slot]:
    """Return the slots that can be booked, by time.

    first_day, last_day  civil days of the opening's zone, both included
    now                  aware
    """
    earliest = now + timedelta(hours=rules.notice_hours)
    latest = now + timedelta(days=rules.horizon_days)
    found = []
    for day in _days(first_day, last_day):
        if rules.daily_cap and taken.per_day.get(day, 0) >= rules.daily_cap:
            continue
        for slot in _slots_of_day(rules, opening, day):
            in_time = earliest <= slot.starts_at <= latest
            if in_time and taken.cells.isdisjoint(cells_of(rules, slot.starts_at)):
                found.append(slot)
    return sorted(set(found))


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _slots_of_day(rules: SlotRules, opening: Opening, day: date) -> Iterator[Slot]:
    """Step through each span in real time and keep what its wall time contains.

    On a day when clocks change this offers no hour that does not exist, and both of an
    hour that comes twice.
    """
    length, step = (
        timedelta(minutes=rules.minutes),
        timedelta(minutes=rules.step_minutes),
    )
    for span in opening.spans(day):
        first, last = _bounds(day, span, opening.zone)
        starts_at = first
        while starts_at + length <= last:
            slot = Slot(starts_at, starts_at + length)
            if is_inside(slot, span, day=day, zone=opening.zone):
                yield slot
            starts_at += step


def _bounds(day: date, span: Span, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the earliest start and the latest end in UTC, however clocks change."""
    end_day = day + _DAY if span.ends == _MIDNIGHT else day
    starts = [_instant(day, span.starts, zone, fold=fold) for fold in (0, 1)]
    ends = [_instant(end_day, span.ends, zone, fold=fold) for fold in (0, 1)]
    return min(starts), max(ends)


def _instant(day: date, wall: time, zone: ZoneInfo, *, fold: int) -> datetime:
    return datetime.combine(day, wall, zone).replace(fold=fold).astimezone(UTC)


def is_inside(slot: Slot, span: Span, *, day: date, zone: ZoneInfo) -> bool:
    """Tell whether a slot's wall times lie in the span of that day."""
    end_day = day + _DAY if span.ends == _MIDNIGHT else day
    starts = slot.starts_at.astimezone(zone).replace(tzinfo=None)
    ends = slot.ends_at.astimezone(zone).replace(tzinfo=None)
    return datetime.combine(day, span.starts) <= starts and ends <= datetime.combine(
        end_day, span.ends
    )


def nearest(slots: list[Slot], wanted: datetime, count: int = 3) -> list[Slot]:
    """Return the slots closest to an instant, by time."""
    closest = sorted(slots, key=lambda slot: (abs(slot.starts_at - wanted), slot))
    return sorted(closest[:count])


def days_of(slots: list[Slot], zone: ZoneInfo) -> dict[date, list[Slot]]:
    """Return slots by their civil day in a visitor's zone."""
    days: dict[date, list[Slot]] = {}
    for slot in slots:
        days.setdefault(slot.starts_at.astimezone(zone).date(), []).append(slot)
    return days
