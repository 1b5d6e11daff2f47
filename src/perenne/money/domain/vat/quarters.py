"""Calendar quarters, as tax offices count them. Pure."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_WRITTEN = re.compile(r"(\d{4})-?Q([1-4])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a year; written 2026-Q3."""

    year: int
    number: int

    @property
    def start(self) -> date:
        """Return its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def end(self) -> date:
        """Return its last day."""
        return end_of_month(self.year, 3 * self.number)

    @property
    def before(self) -> Quarter:
        """Return the quarter before."""
        if self.number == 1:
            return Quarter(self.year - 1, 4)
        return Quarter(self.year, self.number - 1)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"


def quarter_of(day: date) -> Quarter:
    """Return the quarter a day lies in."""
    return Quarter(day.year, (day.month + 2) // 3)


def parse_quarter(text: str) -> Quarter:
    """Return the quarter written as 2026-Q3; ValueError otherwise."""
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError("a quarter is written 2026-Q3")
    return Quarter(int(found[1]), int(found[2]))


def end_of_month(year: int, month: int) -> date:
    """Return a month's last day; month 13 is January of the next year."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, monthrange(year, month)[1])
