"""Periods in months, as the law counts them."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime


def months_after(day: date, months: int) -> date:
    """Return the same day some months later, or the month's last (Reg. 1182/71 art. 3(2)c)."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def months_before(at: datetime, months: int) -> datetime:
    """Return the same time of day some months earlier, on the month's last day if need be."""
    day = months_after(at.date(), -months)
    return at.replace(year=day.year, month=day.month, day=day.day)
