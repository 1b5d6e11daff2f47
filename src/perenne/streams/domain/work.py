"""Facts about work and days off, as other apps read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Activities that may serve every stream at once (METRICS §1).
SHAREABLE = frozenset({"audience", "admin", "learning", "sales"})


@dataclass(frozen=True, slots=True)
class WorkFact:
    """Minutes worked on one civil day.

    stream_id  None: shared over all streams
    asset_ref  the asset that build time made, or ""
    """

    entry_id: int
    on: date
    minutes: int
    stream_id: int | None
    activity: str
    asset_ref: str
    ref: str
    note: str


@dataclass(frozen=True, slots=True)
class WorkSum:
    """Minutes of one activity on one stream over a period."""

    stream_id: int | None
    activity: str
    minutes: int


@dataclass(frozen=True, slots=True)
class DaysOff:
    """A declared absence, both ends included."""

    absence_id: int
    first_on: date
    last_on: date
    label: str

    def days(self) -> Iterator[date]:
        """Yield each civil day off, in order."""
        for offset in range((self.last_on - self.first_on).days + 1):
            yield self.first_on + timedelta(days=offset)
