"""Durations as people type them."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_CLOCK = re.compile(r"(\d{1,2})\s*[:h]\s*(\d{1,2})?\s*(?:m|min)?")
_MINUTES = re.compile(r"(\d{1,4})\s*(?:m|min|minutes?)")
_HOURS = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)")


def minutes_typed(text: str) -> int | None:
    """Return the minutes meant by a duration as typed, or None if it is none.

    1:30, 1h30, 1 h 30 and 1,5 or 1.5 (hours) are 90; 90 min is 90; 2 and 2h are 120.
    """
    typed = text.strip().lower()
    if found := _CLOCK.fullmatch(typed):
        minutes = int(found[2] or 0)
        return int(found[1]) * 60 + minutes if minutes < 60 else None
    if found := _MINUTES.fullmatch(typed):
        return int(found[1])
    if found := _HOURS.fullmatch(typed):
        exact = Decimal(found[1].replace(",", ".")) * 60
        return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return None


def duration_text(minutes: int) -> str:
    """Return minutes as they may be typed again: 90 is 1:30."""
    return f"{minutes // 60}:{minutes % 60:02d}"
