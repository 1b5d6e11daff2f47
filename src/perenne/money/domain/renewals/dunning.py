"""What happens when a charge is declined: tries, days of grace, and the end. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Dunning:
    """The owner's rules for late payments; they refuse to exist if they make no sense.

    retry_days  days after the period's end on which a declined charge is tried again
    grace_days  how long access outlives the paid period while it is late: nobody is
                interrupted for a card that expired
    slack_days  how long it outlives it while the charge goes through
    """

    retry_days: tuple[int, ...] = (1, 3, 5)
    grace_days: int = 7
    slack_days: int = 1

    def __post_init__(self) -> None:
        """Check that the days run forward and that grace covers every try."""
        if not self.retry_days or any(
            b <= a for a, b in pairwise((0, *self.retry_days))
        ):
            raise ValueError("the days of the tries run forward")
        if self.grace_days < self.retry_days[-1] or self.slack_days < 1:
            raise ValueError("grace lasts at least until the last try")

    def retry_at(self, period_end: datetime, attempts: int) -> datetime | None:
        """Return when a declined charge is tried again, or None when it is given up.

        attempts  tries made so far, at least one
        """
        if attempts > len(self.retry_days):
            return None
        return period_end + timedelta(days=self.retry_days[attempts - 1])

    def last_try_at(self, period_end: datetime) -> datetime:
        """Return until when a person who must confirm is waited for."""
        return period_end + timedelta(days=self.retry_days[-1])

    def access_ends_at(self, period_end: datetime, *, late: bool = False) -> datetime:
        """Return until when a subscription gives access.

        late  its charge was declined and is being tried again
        """
        days = self.grace_days if late else self.slack_days
        return period_end + timedelta(days=days)
