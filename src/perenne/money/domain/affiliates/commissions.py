"""What a sale earns whoever brought the buyer. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from perenne.core.domain.money import share


@dataclass(frozen=True, slots=True)
class Rule:
    """A share of what was paid before VAT in basis points, or an amount per payment.

    periods  of a subscription: so many payments; None: each one
    """

    percent_bp: int = 0
    amount_cents: int = 0
    currency: str = ""
    periods: int | None = 1

    def counts(self, nth_payment: int) -> bool:
        """Tell whether the n-th payment of a sale still earns, counted from 1."""
        return self.periods is None or nth_payment <= self.periods

    def earned(self, net_cents: list[int], currency: str) -> list[int]:
        """Return what each line of a payment earns; an amount goes to the first line.

        An amount never exceeds what was paid, nor is it turned into another currency.
        """
        if not self.amount_cents:
            return [share(net, self.percent_bp) for net in net_cents]
        if currency != self.currency:
            return [0] * len(net_cents)
        first = min(self.amount_cents, sum(net_cents))
        return [first, *[0] * (len(net_cents) - 1)]


def taken_back(earned_cents: int, *, refunded_cents: int, paid_cents: int) -> int:
    """Return how much of a commission refunds take back so far.

    In proportion to what was given back, a fraction of a cent in the affiliate's favour;
    all of it when everything was.
    """
    return earned_cents * refunded_cents // paid_cents
