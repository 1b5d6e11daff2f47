"""The right of withdrawal: until when, and what is due (R50, R54-R56). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence
    from datetime import date

_SATURDAY = 5
_CONTENT_BOXES = frozenset({"digital_content_start", "digital_content_waiver"})


def last_day_to_withdraw(
    concluded_on: date, *, days: int, holidays: Container[date]
) -> date:
    """Return the last day of the withdrawal period (C. conso L221-18, L221-19).

    The day of the contract is not counted; a period that would end on a Saturday, a
    Sunday or a public holiday ends on the next working day.
    """
    day = concluded_on + timedelta(days=days)
    while day.weekday() >= _SATURDAY or day in holidays:
        day += timedelta(days=1)
    return day


class Due(StrEnum):
    """How much goes back."""

    FULL = "full"
    PRO_RATA = "pro_rata"
    NOTHING = "nothing"


class Why(StrEnum):
    """The rule that says so."""

    RIGHT_KEPT = "right_kept"
    WAIVED = "waived"
    NOT_ASKED = "not_asked"
    BEGUN = "begun"
    PERFORMED = "performed"
    LATE = "late"
    BUSINESS = "business"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Served:
    """How much of a service was provided, in days of the paid period."""

    used_days: int
    total_days: int


@dataclass(frozen=True, slots=True)
class Sold:
    """What the law asks about a sale.

    agreed      keys of the boxes that were ticked
    confirmed   the boxes were confirmed by mail (L221-13)
    last_day    of the withdrawal period
    paid_cents  paid and not yet given back
    served      None when only the owner knows what was provided
    """

    legal_nature: str
    consumer: bool
    agreed: frozenset[str]
    confirmed: bool
    last_day: date
    paid_cents: int
    served: Served | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the law gives back; the owner decides.

    refund_cents  None when the owner must say what was already provided
    """

    due: Due
    why: Why
    refund_cents: int | None


def proposal_for(sold: Sold, *, declared_on: date) -> Proposal:
    """Return what is due on a withdrawal declared on a day (L221-24, L221-25, L221-28)."""
    if not sold.consumer:
        return Proposal(Due.NOTHING, Why.BUSINESS, 0)
    if declared_on > sold.last_day:
        return Proposal(Due.NOTHING, Why.LATE, 0)
    if sold.legal_nature == "digital_content":
        return _for_content(sold)
    return _for_service(sold)


def _for_content(sold: Sold) -> Proposal:
    """Content: the right is lost only with both boxes and their confirmation (13°)."""
    if sold.agreed >= _CONTENT_BOXES and sold.confirmed:
        return Proposal(Due.NOTHING, Why.WAIVED, 0)
    return Proposal(Due.FULL, Why.RIGHT_KEPT, sold.paid_cents)


def _for_service(sold: Sold) -> Proposal:
    """Services: what was provided is due, but only if an early start was asked for."""
    if "service_start" not in sold.agreed:
        return Proposal(Due.FULL, Why.NOT_ASKED, sold.paid_cents)
    if sold.served is None:
        return Proposal(Due.PRO_RATA, Why.BEGUN, None)
    used, total = sold.served.used_days, sold.served.total_days
    if used >= total and "service_loss" in sold.agreed:
        return Proposal(Due.NOTHING, Why.PERFORMED, 0)
    kept = kept_for_days(sold.paid_cents, used=min(used, total), total=total)
    return Proposal(Due.PRO_RATA, Why.BEGUN, sold.paid_cents - kept)


def combined(proposals: Sequence[Proposal]) -> Proposal:
    """Return what is due on an order of several things, each by its own rule."""
    if len(proposals) == 1:
        return proposals[0]
    dues, reasons = {row.due for row in proposals}, {row.why for row in proposals}
    refunds = [row.refund_cents for row in proposals]
    known = [amount for amount in refunds if amount is not None]
    return Proposal(
        due=dues.pop() if len(dues) == 1 else Due.PRO_RATA,
        why=reasons.pop() if len(reasons) == 1 else Why.SEVERAL,
        refund_cents=sum(known) if len(known) == len(refunds) else None,
    )


def kept_for_days(paid_cents: int, *, used: int, total: int) -> int:
    """Return the price of the days used; the fraction of a cent goes to the consumer."""
    return paid_cents * used // total
