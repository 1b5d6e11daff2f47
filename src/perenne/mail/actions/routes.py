"""Which transports may work now, and under which limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.mail.domain.pace import DomainRule
from perenne.mail.models import DomainLimit, Transport
from perenne.mail.queries.transports import is_reachable, left_today

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Route:
    """A transport that may work now, and what it may carry."""

    transport: Transport
    service: bool
    letters: bool


def routes(
    *, now: datetime, insist: bool = False, at_work: int | None = None
) -> list[Route]:
    """Return the transports that may work now, the first rank for each kind of mail.

    insist   those that rest are counted too
    at_work  this one is counted although its day's mails are taken: some are in hand
    """
    usable = [
        transport
        for transport in Transport.objects.filter(is_active=True).order_by("rank", "pk")
        if is_reachable(transport.name)
        and (insist or transport.retry_at is None or transport.retry_at <= now)
        and (transport.pk == at_work or left_today(transport, now=now) != 0)
    ]
    carries = Transport.Carries
    service = _first_rank(usable, but_not=carries.LETTERS)
    letters = _first_rank(usable, but_not=carries.SERVICE)
    found = [Route(each, each in service, each in letters) for each in usable]
    return [route for route in found if route.service or route.letters]


def _first_rank(usable: list[Transport], *, but_not: str) -> list[Transport]:
    able = [transport for transport in usable if transport.carries != but_not]
    return [transport for transport in able if transport.rank == able[0].rank]


def domain_rules(transport: Transport) -> dict[str, DomainRule]:
    """Return a transport's limits by recipient's domain."""
    rows = DomainLimit.objects.filter(transport=transport)
    return {
        row.domain: DomainRule(row.rate_per_minute, row.connections) for row in rows
    }


def limited_domains() -> tuple[str, ...]:
    """Return the domains that some transport limits, in order."""
    rows = DomainLimit.objects.order_by("domain").values_list("domain", flat=True)
    return tuple(rows.distinct())
