"""A week of work as a grid: streams down, days across."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


def monday_of(day: date) -> date:
    """Return the Monday of that day's ISO week."""
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class GridRow:
    """Minutes of one stream, Monday first; stream_id None is shared work."""

    stream_id: int | None
    name: str
    minutes: list[int]
    total: int


@dataclass(frozen=True, slots=True)
class GridDay:
    """One column: its day, its minutes, and whether a working day is still empty."""

    on: date
    total: int
    off: bool
    unlogged: bool


@dataclass(frozen=True, slots=True)
class WeekGrid:
    """Seven days of work; every row and column total is the sum of its cells."""

    days: list[GridDay]
    rows: list[GridRow]
    total: int

    @property
    def unlogged(self) -> list[date]:
        """Return the working days without any minute, in order."""
        return [day.on for day in self.days if day.unlogged]


def week_grid(
    monday: date,
    work: Iterable[tuple[date, int | None, int]],
    names: Sequence[tuple[int | None, str]],
    *,
    days_off: Collection[date],
    today: date,
) -> WeekGrid:
    """Lay the week's minutes out by stream and day.

    work      (civil day, stream id or None for shared, minutes)
    names     (stream id or None, name) of the rows, in order
    days_off  declared absences; they and weekends are never "unlogged"
    today     days after it are not "unlogged"
    """
    cells: defaultdict[tuple[int | None, date], int] = defaultdict(int)
    for on, stream_id, minutes in work:
        cells[stream_id, on] += minutes
    week = [monday + timedelta(days=offset) for offset in range(7)]
    rows = []
    for stream_id, name in names:
        minutes_by_day = [cells[stream_id, on] for on in week]
        rows.append(GridRow(stream_id, name, minutes_by_day, sum(minutes_by_day)))
    days = []
    for offset, on in enumerate(week):
        total = sum(row.minutes[offset] for row in rows)
        off = on in days_off
        working = offset < 5 and not off and on <= today
        days.append(GridDay(on, total, off, unlogged=working and total == 0))
    return WeekGrid(days, rows, sum(row.total for row in rows))
