"""What a launch brought, from its rows (METRICS §5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.launches.domain.conversion import wilson_interval

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from perenne.launches.domain.conversion import Interval


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """A paid order of one of the launch's offers, placed in the window; in cents.

    gross_cents     paid, VAT included; net_cents without VAT
    refunded_cents  given back of gross_cents
    """

    person_id: int
    net_cents: int
    gross_cents: int
    refunded_cents: int = 0

    @property
    def refunded_net_cents(self) -> int:
        """Return the refund without its VAT: refund × net ÷ gross, rounded half up."""
        if not self.gross_cents:
            return 0
        twice = 2 * self.refunded_cents * self.net_cents
        return (twice + self.gross_cents) // (2 * self.gross_cents)


@dataclass(frozen=True, slots=True)
class Result:
    """Buyers and money of a launch.

    base             distinct persons of the frozen audience
    buyers           distinct buyers of the window that belong to the base
    buyers_outside   distinct buyers of the window beside it
    orders           paid orders of the window
    sold_cents       paid without VAT
    refunded_cents   given back, without VAT; not final while refunds may come
    minutes          work of activity launch charged to it
    """

    base: int
    buyers: int
    buyers_outside: int
    orders: int
    sold_cents: int
    refunded_cents: int
    minutes: int

    @property
    def net_cents(self) -> int:
        """Return the sales without VAT less the refunds, in cents."""
        return self.sold_cents - self.refunded_cents

    @property
    def conversion(self) -> Interval | None:
        """Return buyers ÷ base with its Wilson 95 % interval; None without a base."""
        return wilson_interval(self.buyers, self.base)

    @property
    def per_hour_cents(self) -> int | None:
        """Return net × 60 ÷ minutes, rounded half up; None without hours."""
        if not self.minutes:
            return None
        return (2 * self.net_cents * 60 + self.minutes) // (2 * self.minutes)


@dataclass(frozen=True, slots=True)
class LaunchFact:
    """One launch for the bilan: its window and its result.

    provisional  refunds of the legal 14 days may still come (LA14)
    """

    launch_id: int
    slug: str
    name: str
    opens_at: datetime
    closes_at: datetime
    provisional: bool
    result: Result


def result_of(
    orders: Iterable[PaidOrder], *, base: int, in_base: Collection[int], minutes: int
) -> Result:
    """Count buyers inside and beside the base, and add up the money.

    in_base  ids of the buyers that belong to the frozen audience
    """
    rows = list(orders)
    buyers = {row.person_id for row in rows}
    return Result(
        base=base,
        buyers=len(buyers & set(in_base)),
        buyers_outside=len(buyers - set(in_base)),
        orders=len(rows),
        sold_cents=sum(row.net_cents for row in rows),
        refunded_cents=sum(row.refunded_net_cents for row in rows),
        minutes=minutes,
    )
