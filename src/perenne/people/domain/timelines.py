"""One timeline out of several, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from perenne.people.domain.dealings import Happening

_FAR = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: at an instant, after so many that happened at that instant."""

    at: datetime = _FAR
    skip: int = 0

    def __str__(self) -> str:
        return f"{self.at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}~{self.skip}"


def place_from(text: str) -> Place:
    """Return the place that an address names; the beginning when it names none."""
    at, _mark, skip = text.partition("~")
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        return Place()
    if instant.tzinfo is None or not skip.isdecimal():
        return Place()
    return Place(instant, int(skip))


def merged(
    timelines: Mapping[str, Sequence[Happening]], *, place: Place, size: int
) -> tuple[list[tuple[str, Happening]], Place | None]:
    """Return a page of (key, happening), newest first, and where the next one begins.

    timelines  by key, each newest first, none later than the place, and with at least
               size + skip + 1 rows where there are that many
    """
    rows = [(key, row) for key, line in timelines.items() for row in line]
    rows.sort(key=lambda pair: pair[1].at, reverse=True)
    rows = rows[place.skip :]
    page = rows[:size]
    if len(rows) <= size:
        return page, None
    last = page[-1][1].at
    same = sum(1 for _key, row in page if row.at == last)
    before = place.skip if last == place.at else 0
    return page, Place(last, same + before)
