"""How a file writes numbers and days: told from its first rows, never guessed silently."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from perenne.portability.domain.tables import Row

_COMMA = re.compile(r"-?\d{1,3}(?:[ .\u00a0\u202f]?\d{3})*,\d{1,2}")
_POINT = re.compile(r"-?\d{1,3}(?:[ ,\u00a0\u202f]?\d{3})*\.\d{1,2}")
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ ,T]+(.+))?")
_TIMES = ("%H:%M:%S", "%H:%M", "%I:%M %p", "%I:%M:%S %p")
_IN_WORDS = ("%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y")
_ZONE_NAME = re.compile(r"\s*(?:UTC|GMT|Z)$")
_OFFSET_THEN_ZONE = re.compile(r"([+-]\d{2}):?(\d{2})\s+UTC$")


@dataclass(frozen=True, slots=True)
class Habits:
    """How numbers and days are written.

    decimal_sign  "." or ","
    day_first     01/02/2026 is the first of February
    """

    decimal_sign: str = "."
    day_first: bool = True


def habits_of(rows: Iterable[Row], *, delimiter: str) -> Habits:
    """Return how the rows write numbers and days.

    A file with semicolons writes decimals with a comma unless its cells say otherwise; a
    day that fits both orders is read with the day first, as in French.
    """
    votes = {",": 0, ".": 0}
    day_first, month_first = 0, 0
    for row in rows:
        for cell in row.cells.values():
            votes[","] += bool(_COMMA.fullmatch(cell))
            votes["."] += bool(_POINT.fullmatch(cell))
            if found := _DAY.fullmatch(cell):
                day_first += int(found[1]) > 12
                month_first += int(found[2]) > 12
    sign = "," if delimiter == ";" else "."
    if votes[","] != votes["."]:
        sign = max(votes, key=lambda known: votes[known])
    return Habits(sign, day_first=month_first <= day_first)


def read_instant(text: str, *, day_first: bool = True) -> datetime:
    """Return the instant that a cell means, aware; a civil one is taken as UTC.

    Reads ISO 8601, "2023-03-24 10:23:10 UTC", days with slashes, points or dashes, and
    English months in words.

    Raises  ValueError
    """
    bare = _OFFSET_THEN_ZONE.sub(r"\1:\2", text.strip())
    bare = _ZONE_NAME.sub("", bare)
    try:
        instant = datetime.fromisoformat(bare)
    except ValueError:
        instant = _other_instant(bare, day_first=day_first)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


def _other_instant(text: str, *, day_first: bool) -> datetime:
    found = _DAY.fullmatch(text)
    if found:
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        day, month = (first, second) if day_first else (second, first)
        return datetime.combine(date(year, month, day), _time(found[4] or "00:00"))
    for pattern in _IN_WORDS:
        for clock in ("", *(f" {t}" for t in _TIMES), *(f", {t}" for t in _TIMES)):
            try:
                return datetime.strptime(text, pattern + clock).replace(tzinfo=UTC)
            except ValueError:
                continue
    raise ValueError(text)


def _time(text: str) -> time:
    for pattern in _TIMES:
        try:
            found = datetime.strptime(text.upper(), pattern).replace(tzinfo=UTC)
            return found.time()
        except ValueError:
            continue
    raise ValueError(text)
