"""How many messages may leave now: a bucket that fills at the allowed rate."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

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


@dataclass(frozen=True, slots=True)
class DomainRule:
    """What one worker may give to a domain; 0 for no limit.

    rate_per_minute  messages a minute
    connections      messages at the same time
    is_open          False: other workers have it all
    """

    rate_per_minute: int
    connections: int
    is_open: bool = True


class DomainGate:
    """Counts what goes to the domains that have limits of their own.

    Of a domain with a limit on messages at the same time, ten times as many are taken
    in advance, so that its connections never wait for the next claim.
    """

    _AHEAD = 10

    def __init__(self, rules: Mapping[str, DomainRule], *, start: float) -> None:
        """Begin with nothing in hand; start: monotonic seconds."""
        self.rules = dict(rules)
        self._held: Counter[str] = Counter()
        self._paces = {
            domain: Pace(rule.rate_per_minute, start=start)
            for domain, rule in rules.items()
        }

    @property
    def at_once(self) -> dict[str, int]:
        """Return how many messages may be under way, by domain that limits it."""
        return {
            domain: rule.connections
            for domain, rule in self.rules.items()
            if rule.connections
        }

    def room(self, domain: str, instant: float) -> int | None:
        """Return how many more may be taken for a domain, None for any number."""
        rule = self.rules.get(domain)
        if rule is None:
            return None
        if not rule.is_open:
            return 0
        rooms = [self._paces[domain].allowed(instant)]
        if rule.connections:
            rooms.append(rule.connections * self._AHEAD - self._held[domain])
        return min((max(room, 0) for room in rooms if room is not None), default=None)

    def take(self, domain: str) -> None:
        """Note that one is taken."""
        if domain in self.rules:
            self._held[domain] += 1
            self._paces[domain].take(1)

    def end(self, domain: str) -> None:
        """Note that one is over."""
        if domain in self.rules:
            self._held[domain] -= 1
