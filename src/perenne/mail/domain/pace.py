"""How many messages may leave now: a bucket that fills at the allowed rate."""

from __future__ import annotations

_BURST_SECONDS = 2


class Pace:
    """Tokens for a rate per minute; 0 means no limit.

    Instants are monotonic seconds. At most two seconds' worth is saved up, so that a
    quiet hour is not followed by a burst.
    """

    def __init__(self, rate_per_minute: int, *, start: float) -> None:
        """Begin with one message allowed."""
        self._per_second = rate_per_minute / 60
        self._tokens = 1.0
        self._at = start

    def change(self, rate_per_minute: int) -> None:
        """Go on at another rate."""
        self._per_second = rate_per_minute / 60

    def allowed(self, instant: float) -> int | None:
        """Return how many may leave now, None for any number."""
        if not self._per_second:
            return None
        most = max(1.0, self._per_second * _BURST_SECONDS)
        grown = self._tokens + (instant - self._at) * self._per_second
        self._tokens, self._at = min(grown, most), instant
        return int(self._tokens)

    def take(self, count: int) -> None:
        """Note that `count` messages leave."""
        if self._per_second:
            self._tokens -= count
