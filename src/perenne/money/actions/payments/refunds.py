"""Give money back, never more than arrived (R133)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import F
from django.tasks import task
from django.utils.translation import gettext_lazy as _

from perenne.core import clock, log
from perenne.core.errors import Refusal
from perenne.mail.api import queue_template
from perenne.money.actions.affiliates.commissions import take_back_commission
from perenne.money.actions.books.receipts import record_refund
from perenne.money.actions.orders.fulfilling import revoke_all
from perenne.money.actions.orders.gifts import end_gift
from perenne.money.actions.orders.reservations import free_seat
from perenne.money.actions.subscriptions.standings import source_of
from perenne.money.actions.subscriptions.subscriptions import end_subscription
from perenne.money.domain.subscriptions.subscriptions import Ending
from perenne.money.gateways.protocol import Progress, ProviderRefused
from perenne.money.gateways.providers import provider
from perenne.money.models import Order, Payment, Refund, Subscription
from perenne.money.queries.checkout.extras import title_of

if TYPE_CHECKING:
    from datetime import datetime


class PaymentIsDisputed(Refusal):
    """The buyer's bank has taken the money back; nothing was changed."""

    sentence = _(
        "The buyer's bank has taken this payment back. Answer the dispute first: "
        "a refund would give the money back twice."
    )


class RefundTooHigh(Refusal):
    """More than what is left of the payment; nothing was changed."""

    sentence = _("This is more than what is left of the payment.")
    field = "amount"


@transaction.atomic
def refund_payment(
    payment_id: int,
    *,
    key: str,
    amount_cents: int,
    reason: str,
    end_access: bool,
    actor: str,
    now: datetime,
) -> Refund:
    """Ask for a refund; the provider is called after the commit.

    The amount is set aside on the payment at once, so that two refunds together never
    exceed it. A bank transfer is given back by the owner: it counts as done.

    key      the form's own key: the same key gives the same refund
    Raises   RefundTooHigh, PaymentIsDisputed: nothing was changed
    """
    held = Refund.objects.filter(key=key).first()
    if held is not None:
        return held
    payment = Payment.objects.get(pk=payment_id)
    if payment.disputes.filter(inquiry=False).exclude(state="won").exists():
        raise PaymentIsDisputed
    set_aside(payment_id, amount_cents)
    refund = Refund.objects.create(
        payment=payment,
        key=key,
        amount_cents=amount_cents,
        currency=payment.currency,
        reason=reason,
        access_ended=end_access,
        requested_at=now,
    )
    log.record(
        "money.refund_requested",
        actor=actor,
        obj=refund,
        at=now,
        amount_cents=amount_cents,
    )
    if provider(payment.provider).by_hand:
        complete_refund(refund.pk, provider_ref="", actor=actor, now=now)
        refund.refresh_from_db()
    else:
        transaction.on_commit(lambda: send_refund_task.enqueue(refund.pk))
    return refund


def set_aside(payment_id: int, amount_cents: int) -> None:
    """Count an amount as being given back; RefundTooHigh when so much is not left."""
    try:
        with transaction.atomic():
            Payment.objects.filter(pk=payment_id).update(
                refunded_cents=F("refunded_cents") + amount_cents
            )
    except IntegrityError as error:
        raise RefundTooHigh from error


def send_refund(refund_id: int, *, now: datetime) -> None:
    """Have the provider give the money back, then record it; twice does it once.

    One that the provider has taken on but not done yet is asked for again later.

    Raises  ProviderUnavailable: it stays requested and is tried again
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.state != Refund.State.REQUESTED:
        return
    try:
        given = provider(refund.payment.provider).refund(
            key=refund.key,
            payment_ref=refund.payment.provider_ref,
            amount_cents=refund.amount_cents,
        )
    except ProviderRefused as refusal:
        fail_refund(refund, refusal.code, now=now)
        return
    if given.progress is Progress.DONE:
        complete_refund(refund.pk, provider_ref=given.ref, actor="system", now=now)
    elif given.progress is Progress.FAILED:
        fail_refund(refund, "failed", now=now)
    else:
        Refund.objects.filter(pk=refund.pk, provider_ref="").update(
            provider_ref=given.ref
        )


@transaction.atomic
def fail_refund(refund: Refund, code: str, *, now: datetime) -> bool:
    """Free what was set aside for a refund that will not be; once.

    Returns  False when it was not under way
    """
    if not Refund.objects.filter(pk=refund.pk, state=Refund.State.REQUESTED).update(
        state=Refund.State.FAILED
    ):
        return False
    Payment.objects.filter(pk=refund.payment_id).update(
        refunded_cents=F("refunded_cents") - refund.amount_cents
    )
    log.record("money.refund_failed", actor="system", obj=refund, at=now, code=code)
    return True


@transaction.atomic
def complete_refund(
    refund_id: int,
    *,
    provider_ref: str,
    actor: str,
    now: datetime,
    done_at: datetime | None = None,
) -> bool:
    """Record that the money went back: books, access, mail; twice records once.

    done_at  when the provider gave it back; now by default
    Returns  False when it was not under way
    """
    if not Refund.objects.filter(pk=refund_id, state=Refund.State.REQUESTED).update(
        state=Refund.State.DONE, provider_ref=provider_ref, done_at=done_at or now
    ):
        return False
    refund = Refund.objects.select_related(
        "payment__order__offer", "payment__charge__subscription__order__offer"
    ).get(pk=refund_id)
    order = order_of(refund.payment)
    whole = _gives_back_the_order(refund.payment)
    if whole:
        Order.objects.filter(pk=order.pk, state=Order.State.PAID).update(
            state=Order.State.REFUNDED, closed_at=now
        )
        if refund.access_ended:
            free_seat(order)
    if refund.access_ended:
        end_access(order, actor=actor, now=now)
    elif whole:
        end_gift(order, actor=actor, now=now)
    take_back_commission(refund, actor=actor, now=now)
    record_refund(refund.pk, actor=actor, now=now)
    _tell(refund, order, now=now)
    log.record("money.refund_done", actor=actor, obj=refund, at=now)
    return True


def _gives_back_the_order(payment: Payment) -> bool:
    return bool(
        payment.order_id
        and not payment.surplus
        and payment.refunded_cents == payment.amount_cents
    )


def order_of(payment: Payment) -> Order:
    """Return the order that a payment, or the renewal it paid, belongs to."""
    if payment.order is not None:
        return payment.order
    if payment.charge is None:
        raise LookupError("a payment is for an order or a charge")
    return payment.charge.subscription.order


def end_access(order: Order, *, actor: str, now: datetime) -> None:
    """Close what an order has opened, and end its subscription."""
    end_gift(order, actor=actor, now=now)
    revoke_all(source=f"order:{order.number}", actor=actor, now=now)
    for row in Subscription.objects.filter(order=order):
        end_subscription(row, actor=actor, now=now, reason=Ending.REFUNDED)
        revoke_all(source=source_of(row.pk), actor=actor, now=now)


def _tell(refund: Refund, order: Order, *, now: datetime) -> None:
    queue_template(
        ref=f"refund:{refund.pk}",
        to=order.email,
        template="money/mail/refunded",
        context={
            "name": order.name,
            "number": order.number,
            "title": title_of(order),
            "amount_cents": refund.amount_cents,
            "currency": refund.currency,
            "access_ended": refund.access_ended,
            "by_transfer": provider(refund.payment.provider).by_hand,
        },
        language=order.language,
        now=now,
    )


@task
def send_refund_task(refund_id: int) -> None:
    """Send one refund; running twice sends it once."""
    send_refund(refund_id, now=clock.now())
