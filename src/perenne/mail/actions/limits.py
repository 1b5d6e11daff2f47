"""What an engine may take at a moment: rate, day's mails, domains, its part of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from perenne.mail.actions import claims
from perenne.mail.actions.routes import domain_rules, limited_domains, routes
from perenne.mail.domain.pace import DomainGate, DomainRule, Pace
from perenne.mail.models import Delivery
from perenne.mail.queries.transports import day_cap, left_today

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.mail.actions.lease import Lease
    from perenne.mail.actions.routes import Route
    from perenne.mail.models import Transport

_ANY_NUMBER = 1_000_000


class Limits:
    """The limits of one engine; several engines of a transport share them."""

    def __init__(self, lease: Lease, route: Route) -> None:
        """Read the limits as they are; renew() reads them again."""
        start = time.monotonic()
        self._lease = lease
        self._route = route
        self._queues = limited_domains()
        self._pace = Pace(lease.share(self._transport.rate_per_minute), start=start)
        self._rules = domain_rules(self._transport)
        self.gate = DomainGate(self._own_rules(), start=start)
        self._begun_with = self._fixed()
        self._free_others()

    @property
    def _transport(self) -> Transport:
        return self._route.transport

    @property
    def connections(self) -> int:
        """Return how many connections this engine may open."""
        return max(self._lease.share(self._transport.connections), 1)

    @property
    def is_paced(self) -> bool:
        """Tell whether mail may have to wait for its turn."""
        return bool(self._transport.rate_per_minute or self._queues)

    def renew(self, *, now: datetime) -> bool:
        """Read the limits again; False when this engine should end.

        Others carry the mail now, or it must begin anew with its new limits.
        """
        pk = self._transport.pk
        mine = [r for r in routes(now=now, at_work=pk) if r.transport.pk == pk]
        if not mine:
            return False
        [self._route] = mine
        self._pace.change(self._lease.share(self._transport.rate_per_minute))
        queues = limited_domains()
        if queues != self._queues:
            self._queues = queues
            self._free_others()
        # Connections and limits of domains reach into the pool: a fresh engine begins
        # with them.
        return self._fixed() == self._begun_with

    def _fixed(self) -> tuple[object, ...]:
        """Return the limits that stay as they are while an engine runs."""
        return self.connections, self._lease.among, domain_rules(self._transport)

    def scope(self, *, now: datetime) -> claims.Scope:
        """Return what may be claimed now."""
        return claims.Scope(
            engine=self._lease.engine,
            transport_id=self._transport.pk,
            service=self._route.service,
            letters=self._route.letters,
            day_cap=day_cap(self._transport, now=now),
            gate=self.gate,
            queues=self._queues,
        )

    def allowance(self, *, now: datetime, instant: float) -> int:
        """Return how many the rate and the day's mails let go now."""
        rate = self._transport.rate_per_minute
        if rate and not self._lease.share(rate):
            return 0
        allowed = self._pace.allowed(instant)
        limit = _ANY_NUMBER if allowed is None else allowed
        if day_cap(self._transport, now=now) is None:
            return limit
        self._transport.refresh_from_db(fields=["counted_on", "taken_on_day"])
        left = left_today(self._transport, now=now)
        return limit if left is None else min(limit, left)

    def take(self, count: int) -> None:
        """Note that so many leave."""
        self._pace.take(count)

    def hold_back(self, *, now: datetime) -> bool:
        """Tell whether only a rate keeps due mail waiting; a full day ends the run."""
        if not self.is_paced or left_today(self._transport, now=now) == 0:
            return False
        return claims.anything_due(
            now=now, service=self._route.service, letters=self._route.letters
        )

    def _own_rules(self) -> dict[str, DomainRule]:
        """Return this engine's part of the domains' limits."""
        found = {}
        for domain, rule in self._rules.items():
            rate = self._lease.share(rule.rate_per_minute)
            connections = self._lease.share(rule.connections)
            is_open = bool(
                (rate or not rule.rate_per_minute)
                and (connections or not rule.connections)
            )
            found[domain] = DomainRule(rate, connections, is_open)
        return found

    def _free_others(self) -> None:
        """Let what waits for a domain that nobody limits any more wait with the others."""
        for lane in claims.lanes(service=True, letters=True):
            apart = Delivery.objects.filter(
                lane=lane, status=Delivery.Status.QUEUED, queue__gt=""
            )
            apart.exclude(queue__in=self._queues).update(queue="")
