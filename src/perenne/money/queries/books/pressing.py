"""What of the money cannot wait, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Min

from perenne.money.models import DeclarationCase, Subscription, WaitingInvoice
from perenne.money.queries.books.invoices import invoices_matching

if TYPE_CHECKING:
    from datetime import date

_OPEN = (DeclarationCase.State.RECEIVED, DeclarationCase.State.OPEN)


@dataclass(frozen=True, slots=True)
class Pressing:
    """How many of each wait.

    declarations   withdrawals and terminations to handle
    refund_by      the soonest day by which the law wants money back (R56), or None
    late_invoices  unpaid after their day
    held_invoices  payments whose invoice lacks a mention
    late_members   subscriptions whose renewal was declined
    """

    declarations: int = 0
    refund_by: date | None = None
    late_invoices: int = 0
    held_invoices: int = 0
    late_members: int = 0


def pressing_money(today: date) -> Pressing:
    """Return what the owner has to deal with, each from its own index."""
    cases = DeclarationCase.objects.filter(state__in=_OPEN)
    late = Subscription.objects.filter(state=Subscription.State.PAST_DUE)
    return Pressing(
        declarations=cases.count(),
        refund_by=cases.aggregate(soonest=Min("refund_by"))["soonest"],
        late_invoices=invoices_matching(state="late", today=today).count(),
        held_invoices=WaitingInvoice.objects.count(),
        late_members=late.count(),
    )
