"""The periods an owner asks about, as civil days, both ends included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

NAMES = ("this_month", "last_month", "quarter", "year", "last_year", "custom")


@dataclass(frozen=True, slots=True)
class Period:
    """Civil days from start to end, both included."""

    start: date
    end: date

    def __post_init__(self) -> None:
        """Refuse a period that ends before it starts."""
        if self.end < self.start:
            raise ValueError("a period ends on or after its first day")

    def has(self, day: date) -> bool:
        """Tell whether the day is inside."""
        return self.start <= day <= self.end

    def days(self) -> list[date]:
        """Return every civil day, in order."""
        count = (self.end - self.start).days + 1
        return [self.start + timedelta(days=offset) for offset in range(count)]

    def months(self) -> list[date]:
        """Return the first day of every month touched, in order."""
        found = [self.start.replace(day=1)]
        while (following := _next_month(found[-1])) <= self.end:
            found.append(following)
        return found


def period_named(name: str, today: date) -> Period:
    """Return a usual period that holds today, or the one before it.

    Raises  LookupError: no such period ("custom" has no days of its own)
    """
    month = today.replace(day=1)
    if name == "this_month":
        return _whole(month, 1)
    if name == "last_month":
        return _whole((month - timedelta(days=1)).replace(day=1), 1)
    if name == "quarter":
        return _whole(month.replace(month=(month.month - 1) // 3 * 3 + 1), 3)
    if name in {"year", "last_year"}:
        year = today.year - (name == "last_year")
        return Period(date(year, 1, 1), date(year, 12, 31))
    raise LookupError(name)


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _whole(first: date, months: int) -> Period:
    end = first
    for _ in range(months):
        end = _next_month(end)
    return Period(first, end - timedelta(days=1))
