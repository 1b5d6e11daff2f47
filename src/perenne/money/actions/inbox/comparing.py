"""One payment of the provider's beside ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from perenne.money.actions.books.ledger import date_entries
from perenne.money.actions.books.receipts import record_fee
from perenne.money.actions.inbox.settling import (
    state_of,
    take_over_charge,
    take_over_order,
)
from perenne.money.actions.payments.payments import UNKNOWN_PAYMENT, record_payment
from perenne.money.domain.books.ledger import payment_refs
from perenne.money.models import Charge, Order, Payment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from perenne.money.gateways.protocol import Paid, PaymentProvider, SeenPayment

CHARGES = Charge.objects.select_related("subscription__offer", "subscription__order")


def compare_payment(
    seen: SeenPayment,
    differences: list[dict[str, Any]],
    *,
    via: str,
    now: datetime,
) -> str:
    """Record a payment that is missing here, or what was not known of it yet.

    Money that is not about anything of ours is reported: the account may serve other
    things too. An amount that differs from what we recorded is reported, never changed.

    Returns  "recorded", "fee booked", "known" or "unknown payment"
    """
    paid = seen.paid
    held = Payment.objects.filter(provider=via, provider_ref=paid.ref).first()
    if held is not None:
        return _complete(held, paid, differences, now=now)
    about = _about(seen)
    if about is None:
        return UNKNOWN_PAYMENT
    payment = record_payment(paid, via=via, actor="system", now=now, **about)
    if payment is not None and payment.surplus:
        differences.append(
            {"what": "payments", "ref": paid.ref, "why": "surplus"} | about
        )
    return "recorded" if payment is not None else "known"


def _about(seen: SeenPayment) -> dict[str, int] | None:
    if seen.purpose == "order":
        order = Order.objects.filter(key=seen.key).values_list("pk", flat=True)
        return {"order_id": order[0]} if order else None
    if seen.purpose == "charge":
        charge = Charge.objects.filter(key=seen.key).values_list("pk", flat=True)
        return {"charge_id": charge[0]} if charge else None
    return None


@transaction.atomic
def _complete(
    held: Payment, paid: Paid, differences: list[dict[str, Any]], *, now: datetime
) -> str:
    if (held.amount_cents, held.currency) != (paid.amount_cents, paid.currency):
        differences.append(
            {
                "what": "payments",
                "ref": paid.ref,
                "why": "amount differs",
                "ours_cents": held.amount_cents,
                "theirs_cents": paid.amount_cents,
                "currency": paid.currency,
            }
        )
        return "known"
    if paid.available_on is not None:
        date_entries(payment_refs(held.pk), available_on=paid.available_on)
    late_fee = paid.fee_cents > 0 and held.fee_cents == 0
    if not late_fee:
        return "known"
    Payment.objects.filter(pk=held.pk).update(fee_cents=paid.fee_cents)
    if not held.surplus:
        record_fee(held.pk, fee_cents=paid.fee_cents, actor="system", now=now)
        date_entries(payment_refs(held.pk), available_on=paid.available_on)
    return "fee booked"


def look_at_what_is_under_way(
    service: PaymentProvider, *, now: datetime
) -> Iterator[tuple[str, str]]:
    """Ask about every debit that waits for a bank; yield (what happened, its ref)."""
    orders = Order.objects.filter(provider=service.name, state=Order.State.PENDING)
    for order in orders.exclude(under_way_at=None).order_by("pk"):
        state = state_of(service, payment_ref="", page_ref=order.provider_ref)
        word = take_over_order(order, state, via=service.name, now=now)
        yield word, order.provider_ref
    charges = CHARGES.filter(subscription__provider=service.name)
    for charge in charges.exclude(under_way_at=None).order_by("pk"):
        page_ref = "" if charge.state != Charge.State.TO_CONFIRM else charge.page_ref
        ref = "" if page_ref else charge.provider_ref
        state = state_of(service, payment_ref=ref, page_ref=page_ref)
        word = take_over_charge(charge, state, via=service.name, now=now)
        yield word, ref or page_ref
