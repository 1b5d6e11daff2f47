"""What a change of plan costs, to the cent: nothing is lost and nothing made. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from perenne.money.domain.exits.withdrawals import kept_for_days


@dataclass(frozen=True, slots=True)
class Running:
    """The period that runs: what was paid for it, and how far it is.

    paid_cents  money and credit that went into it, less what was given back
    used_days   civil days that have begun, the day of the change included as unused
    """

    paid_cents: int
    used_days: int
    total_days: int

    @property
    def unused_cents(self) -> int:
        """Return what was paid for the days left; the fraction of a cent is the member's."""
        used = min(max(self.used_days, 0), self.total_days)
        return self.paid_cents - kept_for_days(
            self.paid_cents, used=used, total=self.total_days
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change costs now.

    unused_cents   paid for days that are left
    older_cents    credit from before
    price_cents    of the new period
    credit_cents   taken off it
    due_cents      to be paid
    left_cents     credit for the charges to come
    """

    unused_cents: int
    older_cents: int
    price_cents: int
    credit_cents: int
    due_cents: int
    left_cents: int

    def __post_init__(self) -> None:
        """Refuse to lose or to make a cent."""
        if self.credit_cents + self.due_cents != self.price_cents:
            raise ValueError("credit and what is due make the price")
        if self.credit_cents + self.left_cents != self.unused_cents + self.older_cents:
            raise ValueError("the credit is used or left")
        if min(self.due_cents, self.left_cents, self.credit_cents) < 0:
            raise ValueError("nothing of it is negative")


def difference(running: Running, *, older_cents: int, price_cents: int) -> Difference:
    """Return what changing now costs: the unused days are taken off the new period."""
    credit = running.unused_cents + older_cents
    used = min(credit, price_cents)
    return Difference(
        unused_cents=running.unused_cents,
        older_cents=older_cents,
        price_cents=price_cents,
        credit_cents=used,
        due_cents=price_cents - used,
        left_cents=credit - used,
    )
