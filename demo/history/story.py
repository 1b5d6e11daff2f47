"""What all chapters of the sample business share: its seed, its days, its timeline."""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from perenne.core import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DAYS = 548  # eighteen months
ZONE = ZoneInfo("Europe/Paris")
OWNER = "owner"

type Work = Callable[[datetime], object]


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody of the audience, as the chapters need them."""

    person_id: int
    email: str
    name: str


@dataclass
class Story:
    """The business from its first day until now.

    now, seed   the same two give the same rows, random keys and tokens apart
    scale       1 is some 4,000 contacts
    things      what chapters leave for later ones: offers, streams, clients by name
    contacts    the audience so far, by person id
    """

    now: datetime
    seed: int = 7
    scale: float = 1.0
    things: dict[str, Any] = field(default_factory=dict)
    contacts: dict[int, Contact] = field(default_factory=dict)
    _waiting: list[tuple[datetime, int, Work]] = field(default_factory=list)
    _count: int = 0

    @property
    def today(self) -> date:
        """Return the civil day of now."""
        return self.now.astimezone(ZONE).date()

    @property
    def first_day(self) -> date:
        """Return the business's first day."""
        return self.today - timedelta(days=DAYS)

    def day(self, number: int) -> date:
        """Return the civil day so many days after the first."""
        return self.first_day + timedelta(days=number)

    def at(self, number: int, hour: int = 9, minute: int = 0) -> datetime:
        """Return an instant of that day, Paris wall time."""
        local = datetime.combine(self.day(number), time(hour, minute), tzinfo=ZONE)
        return local.astimezone(UTC)

    def dice(self, name: str) -> random.Random:
        """Return a chapter's own generator: chapters never disturb each other."""
        return random.Random(f"{self.seed}:{name}")  # noqa: S311 - a sample, no secret

    def scaled(self, count: float) -> int:
        """Return a full-size count at this scale, at least one."""
        return max(1, round(count * self.scale))

    def plan(self, instant: datetime, work: Work) -> None:
        """Have work done at its instant, called with it; the future is left alone."""
        if instant <= self.now:
            self._count += 1
            heapq.heappush(self._waiting, (instant, self._count, work))

    def play(self) -> Iterator[datetime]:
        """Do everything planned in the order of time; yields each instant when done."""
        while self._waiting:
            instant, _number, work = heapq.heappop(self._waiting)
            with clock.frozen(instant):
                work(instant)
            yield instant
