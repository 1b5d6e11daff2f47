"""Take over refunds as the provider sees them: ours, and those made on its own screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q

from perenne.core import log
from perenne.money.actions.books.ledger import reverse_row
from perenne.money.actions.payments.owner_mails import tell_owner
from perenne.money.actions.payments.payments import UNKNOWN_PAYMENT
from perenne.money.actions.payments.refunds import (
    complete_refund,
    fail_refund,
    set_aside,
)
from perenne.money.domain.books.ledger import refund_refs
from perenne.money.gateways.protocol import Progress
from perenne.money.models import LedgerEntry, Order, Payment, Refund
from perenne.money.queries.checkout.checkout import civil_day

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import GivenBack


@transaction.atomic
def record_given_back(seen: GivenBack, *, via: str, actor: str, now: datetime) -> str:
    """Bring our refund to where the provider's stands; told twice, it changes nothing.

    A refund made at the provider is taken over with its credit note and its row in the
    books. It ends the access when it gives back in full the newest payment of what was
    bought: the one that the access now rests on.

    Returns  "refunded", "came back", "failed", "under way", "known" or "unknown payment"
    Raises   RefundTooHigh: more than is left here; nothing was changed
    """
    payment = Payment.objects.filter(
        provider=via, provider_ref=seen.payment_ref
    ).first()
    if payment is None:
        return UNKNOWN_PAYMENT
    refund = _find(payment, seen)
    if refund is None:
        if seen.progress is Progress.FAILED:
            return "failed"
        refund = _take_over(payment, seen, via=via, actor=actor, now=now)
    if seen.progress is Progress.FAILED:
        return _failed(refund, now=now)
    if refund.state == Refund.State.FAILED and not _revive(refund, now=now):
        return "known"
    if seen.progress is Progress.UNDER_WAY:
        Refund.objects.filter(pk=refund.pk).update(provider_ref=seen.ref)
        return "under way"
    done = complete_refund(
        refund.pk,
        provider_ref=seen.ref,
        done_at=None if refund.provider_ref else seen.made_at,
        actor=actor,
        now=now,
    )
    return "refunded" if done else "known"


def _find(payment: Payment, seen: GivenBack) -> Refund | None:
    ours = Q(provider_ref=seen.ref)
    if seen.key:
        ours |= Q(key=seen.key)
    return Refund.objects.filter(ours, payment=payment).first()


def _take_over(
    payment: Payment, seen: GivenBack, *, via: str, actor: str, now: datetime
) -> Refund:
    """Write down a refund that somebody made at the provider; two workers write one."""
    refund, created = Refund.objects.get_or_create(
        key=f"{via}:{seen.ref}"[:64],
        defaults={
            "payment": payment,
            "amount_cents": seen.amount_cents,
            "currency": seen.currency,
            "reason": seen.reason,
            "requested_at": seen.made_at,
        },
    )
    if not created:
        return refund
    set_aside(payment.pk, seen.amount_cents)
    payment.refresh_from_db()
    refund.access_ended = is_whole_and_newest(payment, payment.refunded_cents)
    Refund.objects.filter(pk=refund.pk).update(access_ended=refund.access_ended)
    log.record(
        "money.refund_taken_over",
        actor=actor,
        obj=refund,
        at=now,
        amount_cents=seen.amount_cents,
    )
    return refund


def is_whole_and_newest(payment: Payment, amount_cents: int) -> bool:
    """Tell whether this much takes away the payment that the access rests on now."""
    if payment.surplus or amount_cents < payment.amount_cents:
        return False
    if payment.order_id is not None:
        renewals = Payment.objects.filter(
            charge__subscription__order_id=payment.order_id, surplus=False
        )
        return not renewals.exists()
    newer = Payment.objects.filter(
        charge__subscription__charges=payment.charge_id,
        charge__period_start__gt=payment.charge.period_start,  # type: ignore[union-attr]
        surplus=False,
    )
    return not newer.exists()


def _revive(refund: Refund, *, now: datetime) -> bool:
    """Count a refund again that we believed refused, and the provider has."""
    if refund.done_at is not None:  # it came back: that is final
        return False
    if Refund.objects.filter(pk=refund.pk, state=Refund.State.FAILED).update(
        state=Refund.State.REQUESTED
    ):
        set_aside(refund.payment_id, refund.amount_cents)
        log.record("money.refund_revived", actor="system", obj=refund, at=now)
    return True


def _failed(refund: Refund, *, now: datetime) -> str:
    if fail_refund(refund, "failed", now=now):
        return "failed"
    return "came back" if _came_back(refund, now=now) else "known"


def _came_back(refund: Refund, *, now: datetime) -> bool:
    """Write down that money given back was sent back to us by the buyer's bank; once.

    The credit note stands: we still owe the money. The owner is told, to pay it another
    way.
    """
    if not Refund.objects.filter(pk=refund.pk, state=Refund.State.DONE).update(
        state=Refund.State.FAILED
    ):
        return False
    Payment.objects.filter(pk=refund.payment_id).update(
        refunded_cents=F("refunded_cents") - refund.amount_cents
    )
    Order.objects.filter(payments=refund.payment_id, state=Order.State.REFUNDED).update(
        state=Order.State.PAID, closed_at=None
    )
    for row in LedgerEntry.objects.filter(ref__in=refund_refs(refund.pk)):
        reverse_row(
            row,
            ref=f"{row.ref}:returned",
            on=civil_day(now),
            actor="system",
            now=now,
        )
    log.record("money.refund_came_back", actor="system", obj=refund, at=now)
    tell_owner(
        "refund_came_back",
        ref=f"refund-came-back:{refund.pk}",
        payment=refund.payment,
        now=now,
        amount_cents=refund.amount_cents,
        currency=refund.currency,
    )
    return True
