"""The dated rows the figures are made of (METRICS §1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

# Kinds of the ledger: what a row adds to. Amounts are signed: money out is negative.
SALES = frozenset({"sale", "income"})
TURNOVER = frozenset({"sale", "refund", "income"})
CAPITAL = "capital"


@dataclass(frozen=True, slots=True)
class CashRow:
    """One money event in the business's currency.

    on            the date the review counts by: sold, received or on the bank
    kind          sale, refund, fee, income, expense
    cause         renewal, evergreen, launch, launch_tail, mission, session, capital,
                  other
    amount_cents  signed
    """

    on: date
    sold_on: date
    received_on: date
    stream_id: int
    kind: str
    cause: str
    amount_cents: int
    counterparty: str
    ref: str
    entry_id: int = 0

    @property
    def month(self) -> date:
        """Return the first day of the month it is counted in."""
        return self.on.replace(day=1)


@dataclass(frozen=True, slots=True)
class WorkRow:
    """Minutes on one civil day; stream_id None is shared over all streams."""

    on: date
    minutes: int
    stream_id: int | None
    activity: str
    note: str = ""
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Away:
    """A declared absence, both ends included."""

    absence_id: int
    first_on: date
    last_on: date
    label: str

    @property
    def day_count(self) -> int:
        """Return how many civil days it lasts."""
        return (self.last_on - self.first_on).days + 1
