"""Record money that arrived, and everything that follows from it, once (R133)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.mail.api import queue_template
from perenne.money.actions.affiliates.commissions import earn_commission
from perenne.money.actions.books.days import must_not_precede
from perenne.money.actions.books.ledger import date_entries
from perenne.money.actions.books.receipts import record_fee, record_receipt
from perenne.money.actions.offers.coupons import count_reduced_payment
from perenne.money.actions.orders.fulfilling import grant_added, grant_all
from perenne.money.actions.orders.gifts import prepare_gift
from perenne.money.actions.orders.proposals import propose
from perenne.money.actions.orders.reminders import drop_reminder
from perenne.money.actions.orders.reservations import OfferSoldOut, retake
from perenne.money.actions.subscriptions.plan_changing import (
    apply_change,
    pays_a_change,
)
from perenne.money.actions.subscriptions.subscriptions import renew, start_subscription
from perenne.money.actions.vat.evidence import keep_payment_country
from perenne.money.domain.books.ledger import payment_refs
from perenne.money.gateways.protocol import Paid
from perenne.money.gateways.providers import FREE, provider
from perenne.money.models import Charge, Order, Payment, ProviderEvent
from perenne.money.queries.checkout.baskets import basket_of
from perenne.money.queries.checkout.extras import grants_of_order, title_of
from perenne.money.queries.checkout.plan_words import plan_sentences
from perenne.money.queries.orders.gifts import gift_of

if TYPE_CHECKING:
    from datetime import datetime

UNKNOWN_PAYMENT = "unknown payment"
_OPEN_ORDER = (Order.State.PENDING, Order.State.EXPIRED, Order.State.CANCELLED)


class NotATransfer(Refusal):
    """The order is not waiting for a bank transfer; nothing was changed."""

    sentence = _("This order is not waiting for a bank transfer.")


@transaction.atomic
def record_payment(
    paid: Paid,
    *,
    via: str,
    actor: str,
    now: datetime,
    order_id: int | None = None,
    charge_id: int | None = None,
) -> Payment | None:
    """Record a payment of an order or of a charge, with all that follows from it.

    One transaction: payment, order or period paid, access open, books, mails, log. Told
    of the same payment again, it does nothing. Money for what was already paid, or that
    is not the amount agreed on, is kept aside as surplus, for the owner to give back.
    An order that was started in time counts, however late its payment is; of limited
    seats, while one is left.

    via      the provider's name
    Returns  the payment; None when it was recorded before
    """
    payment, created = Payment.objects.get_or_create(
        provider=via,
        provider_ref=paid.ref,
        defaults={
            "order_id": order_id,
            "charge_id": charge_id,
            "amount_cents": paid.amount_cents,
            "fee_cents": paid.fee_cents,
            "currency": paid.currency,
            "method": paid.method,
            "paid_at": paid.paid_at,
            "recorded_at": now,
        },
    )
    if not created:
        return None
    if order_id is not None:
        settled = _settle_order(order_id, paid, now=now)
    else:
        settled = _settle_charge(int(charge_id or 0), paid)
    if not settled:
        Payment.objects.filter(pk=payment.pk).update(surplus=True)
        payment.surplus = True
    log.record(
        "money.payment_recorded" if settled else "money.surplus_recorded",
        actor=actor,
        obj=payment,
        at=now,
        amount_cents=paid.amount_cents,
    )
    if settled:
        _follow(payment, paid, actor=actor, now=now)
    _look_again(payment)
    return payment


def _look_again(payment: Payment) -> None:
    """Have events handled once more that came before the payment they are about."""
    ProviderEvent.objects.filter(
        provider=payment.provider,
        payment_ref=payment.provider_ref,
        outcome=UNKNOWN_PAYMENT,
    ).update(handled_at=None, outcome="", state=ProviderEvent.State.WAITING)


def _settle_order(order_id: int, paid: Paid, *, now: datetime) -> bool:
    """Claim the order for this payment; False when there is nothing to pay with it."""
    awaited = Order.objects.filter(
        pk=order_id,
        state__in=_OPEN_ORDER,
        gross_cents=paid.amount_cents,
        currency=paid.currency,
    )
    order = awaited.first()
    if order is None:
        return False
    if order.state != Order.State.PENDING and not retake(order, now=now):
        return False
    return bool(
        awaited.update(
            state=Order.State.PAID, paid_at=now, closed_at=None, under_way_at=None
        )
    )


def _settle_charge(charge_id: int, paid: Paid) -> bool:
    """Claim the charge; one that is paid, or whose subscription is over, is not owed.

    Nor is the difference for a change of plan that was given up meanwhile.
    """
    over = [Charge.State.PAID]
    if pays_a_change(charge_id):
        over.append(Charge.State.DROPPED)
    return bool(
        Charge.objects.filter(
            pk=charge_id,
            gross_cents=paid.amount_cents,
            currency=paid.currency,
        )
        .exclude(state__in=over)
        .exclude(subscription__state="ended")
        .update(
            state=Charge.State.PAID,
            paid_at=paid.paid_at,
            claimed_until=None,
            under_way_at=None,
        )
    )


@transaction.atomic
def record_free_charge(charge_id: int, *, actor: str, now: datetime) -> None:
    """Let a period run that costs nothing: its credit or reduction covers it all.

    No money, no receipt; twice does it once.
    """
    free = Paid(ref="", amount_cents=0, currency="", method="", paid_at=now)
    charge = Charge.objects.get(pk=charge_id)
    if _settle_charge(charge_id, replace(free, currency=charge.currency)):
        _run_on(charge_id, free, actor=actor, now=now)


def _run_on(charge_id: int, paid: Paid, *, actor: str, now: datetime) -> None:
    """Let the subscription go on as its charge was for: renewed, or on another plan."""
    charge = Charge.objects.select_related(
        "subscription__offer",
        "subscription__price",
        "subscription__coupon",
        "subscription__order",
    ).get(pk=charge_id)
    if pays_a_change(charge_id):
        apply_change(charge, paid, actor=actor, now=now)
    else:
        renew(charge, paid, actor=actor, now=now)
    count_reduced_payment(charge.subscription_id)


def _follow(payment: Payment, paid: Paid, *, actor: str, now: datetime) -> None:
    """Open what was paid for, then write the books."""
    if payment.order_id is not None:
        order = Order.objects.select_related("offer", "price", "terms", "coupon").get(
            pk=payment.order_id
        )
        keep_payment_country(order, paid, now=now)
        _open_access(order, paid, actor=actor, now=now)
        confirm_order(order, now=now)
        drop_reminder(order.pk)
        propose(order, paid, actor=actor, now=now)
    elif payment.charge_id is not None:
        _run_on(payment.charge_id, paid, actor=actor, now=now)
    record_receipt(payment.pk, actor=actor, now=now)
    earn_commission(payment.pk, actor=actor, now=now)
    if paid.fee_cents > 0:
        record_fee(payment.pk, fee_cents=paid.fee_cents, actor=actor, now=now)
    if paid.available_on is not None:
        date_entries(payment_refs(payment.pk), available_on=paid.available_on)


def _open_access(order: Order, paid: Paid, *, actor: str, now: datetime) -> None:
    if prepare_gift(order, actor=actor, now=now):
        return
    grant_added(order, actor=actor, now=now)
    if order.price.interval != "one_off":
        start_subscription(order, paid, actor=actor, now=now)
        return
    grant_all(
        order.offer,
        person_id=order.person_id,
        source=f"order:{order.number}",
        ends_at=None,
        actor=actor,
        now=now,
    )


def confirm_order(order: Order, *, now: datetime) -> None:
    """Send the order, the full terms, the consents and the exits (R46, R51, R54)."""
    exits = {
        name: settings.SITE_URL + reverse(name)
        for name in ("cancel_contract", "withdraw")
    }
    queue_template(
        ref=f"order-confirmed:{order.pk}",
        to=order.email,
        template="money/mail/order_confirmed",
        context={
            "name": order.name,
            "number": order.number,
            "title": title_of(order),
            "amount_cents": order.gross_cents,
            "currency": order.currency,
            "price": order.price,
            "plan": _plan(order, now),
            "gift": gift_of(order),
            "consents": order.consents,
            "terms": order.terms.text,
            "grants": [
                (label, settings.SITE_URL + where if where[:1] == "/" else where)
                for label, where in grants_of_order(order)
            ],
            "order_url": settings.SITE_URL + reverse("money_order", args=[order.key]),
            "cancel_url": f"{exits['cancel_contract']}?ref={order.number}",
            "withdraw_url": f"{exits['withdraw']}?ref={order.number}"
            if order.buyer_type == Order.BuyerType.CONSUMER
            else "",
        },
        language=order.language,
        now=now,
    )


def _plan(order: Order, now: datetime) -> list[str]:
    """Return what is paid after today, in the buyer's language (R46)."""
    with override(order.language):
        return plan_sentences(basket_of(order), now)


class NotFree(Refusal):
    """There is something to pay for the order; nothing was changed."""

    sentence = _("This order is not free.")


@transaction.atomic
def settle_free_order(order_id: int, *, actor: str, now: datetime) -> Order:
    """Open what an order without a price gives; twice opens it once.

    Nothing was paid: no payment, no ledger row and no invoice, but the mail with the
    order, the terms and the consents (R46).

    Raises  NotFree: nothing was changed
    """
    order = Order.objects.select_related("offer", "price", "terms", "coupon").get(
        pk=order_id
    )
    if order.gross_cents or order.provider != FREE or order.price.interval != "one_off":
        raise NotFree
    settled = Order.objects.filter(
        pk=order_id, state=Order.State.PENDING, gross_cents=0, provider=FREE
    ).update(state=Order.State.PAID, paid_at=now)
    order.refresh_from_db()
    if settled:
        nothing = Paid(f"free:{order.number}", 0, order.currency, FREE, now)
        _open_access(order, nothing, actor=actor, now=now)
        confirm_order(order, now=now)
        log.record("money.free_order_settled", actor=actor, obj=order, at=now)
    return order


@transaction.atomic
def mark_transfer_paid(
    order_id: int, *, paid_at: datetime, actor: str, now: datetime
) -> Payment:
    """Record that an order's bank transfer arrived (MB23); access opens now.

    Raises  NotATransfer, DayIsTooEarly; OfferSoldOut when its seat went to somebody
            else: nothing was changed
    """
    order = Order.objects.get(pk=order_id)
    if not provider(order.provider).by_hand or order.state not in _OPEN_ORDER:
        raise NotATransfer
    must_not_precede(paid_at, order.created_at)
    if order.state != Order.State.PENDING and not retake(order, now=now):
        raise OfferSoldOut
    payment = record_payment(
        Paid(
            ref=f"{order.provider}:{order.number}",
            amount_cents=order.gross_cents,
            currency=order.currency,
            method=order.provider,
            paid_at=paid_at,
        ),
        via=order.provider,
        order_id=order.pk,
        actor=actor,
        now=now,
    )
    if payment is None:
        raise NotATransfer
    return payment
