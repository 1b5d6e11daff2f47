"""How much a transport may be given on a day, and how workers share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

# Beyond this many mails a day a server is known; the plan has nothing more to say.
_KNOWN = 1_000_000


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A plan for a server that nobody knows yet (AE18).

    first_day       mails on day one
    growth_percent  how many more each day, of the day before
    """

    begins_on: date
    first_day: int
    growth_percent: int

    def cap_on(self, day: date) -> int | None:
        """Return that day's most, rounded down; 0 before it begins, None when it is over."""
        cap, days = self.first_day, (day - self.begins_on).days
        if days < 0:
            return 0
        for _day in range(days):
            if cap >= _KNOWN:
                return None
            cap += max(cap * self.growth_percent // 100, 1)
        return cap


def cap_on(day: date, *, daily_cap: int, warm_up: WarmUp | None) -> int | None:
    """Return how many mails may leave on a day, None for any number.

    daily_cap  0 for none; the lower of the two counts
    """
    planned = warm_up.cap_on(day) if warm_up is not None else None
    caps = [cap for cap in (daily_cap or None, planned) if cap is not None]
    return min(caps) if caps else None


def share(total: int, *, among: int, place: int) -> int:
    """Return one of `among` workers' part of a limit; the parts sum to the total.

    place  0, 1, 2…: the first ones get what does not divide
    """
    part, rest = divmod(total, among)
    return part + (place < rest)
