"""Take over how the payment of an order or a charge stands at the provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.money.actions.payments.payments import record_payment
from perenne.money.actions.payments.under_way import (
    free_order,
    note_charge_under_way,
    note_order_under_way,
)
from perenne.money.actions.renewals.dunning import follow_refusal
from perenne.money.gateways.protocol import ChargeState, Declined

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import PaymentProvider
    from perenne.money.models import Charge, Order


def state_of(
    service: PaymentProvider, *, payment_ref: str, page_ref: str
) -> ChargeState:
    """Return how a payment stands, by its own name or by its page's."""
    if payment_ref:
        return service.fetch_charge(payment_ref)
    if not page_ref:
        return ChargeState()
    page = service.fetch_page(page_ref)
    over = Declined("refused") if page.expired else None
    return ChargeState(paid=page.paid, declined=over, under_way=page.under_way)


def take_over_order(
    order: Order, state: ChargeState, *, via: str, now: datetime
) -> str:
    """Record what was paid, note a debit under way, or free the order of a refused one.

    Returns  "paid", "under way", "declined" or "not paid"
    """
    if state.paid is not None:
        record_payment(state.paid, via=via, order_id=order.pk, actor=via, now=now)
        return "paid"
    if state.under_way:
        note_order_under_way(order.pk, now=now)
        return "under way"
    if state.declined is not None and order.under_way_at is not None:
        free_order(order.pk, now=now)
        return "declined"
    return "not paid"


def take_over_charge(
    charge: Charge, state: ChargeState, *, via: str, now: datetime
) -> str:
    """Do the same for the charge of a renewal, its subscription at hand."""
    row = charge.subscription
    if state.paid is not None:
        record_payment(state.paid, via=via, charge_id=charge.pk, actor=via, now=now)
        return "paid"
    if state.under_way:
        note_charge_under_way(row, charge, now=now)
        return "under way"
    if state.declined is not None and charge.under_way_at is not None:
        follow_refusal(row, charge, state.declined, now=now)
        return "declined"
    return "not paid"
