"""Payments that a buyer's bank takes back: noted, answered in time, booked when lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from perenne.core import log
from perenne.core.domain.money import allocate
from perenne.money.actions.books.ledger import append, entry_of, reverse_row
from perenne.money.actions.payments.given_back import is_whole_and_newest
from perenne.money.actions.payments.owner_mails import tell_owner
from perenne.money.actions.payments.payments import UNKNOWN_PAYMENT
from perenne.money.actions.payments.refunds import end_access, order_of
from perenne.money.domain.books.ledger import (
    Kind,
    dispute_fee_ref,
    dispute_refs,
    sale_refs,
)
from perenne.money.gateways.protocol import Verdict
from perenne.money.models import Dispute, LedgerEntry, Payment
from perenne.money.queries.checkout.checkout import civil_day

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.books.ledger import Entry
    from perenne.money.gateways.protocol import SeenDispute

_CLOSED = (Verdict.WON, Verdict.LOST)


@transaction.atomic
def record_dispute(seen: SeenDispute, *, via: str, actor: str, now: datetime) -> str:
    """Bring our dispute to where the provider's stands; told twice, it changes nothing.

    Opened: the owner is told, with the last day for an answer. Lost, a returned debit
    among them: the receipt is taken back in the books on the day the money left (R130),
    the provider's fee with it, and the access it paid for ends. Won: nothing but a fee
    that was kept. The invoice stands: the buyer still owes what they took back.

    Returns  "opened", "answered", "won", "lost", "known" or "unknown payment"
    """
    payment = Payment.objects.filter(
        provider=via, provider_ref=seen.payment_ref
    ).first()
    if payment is None:
        return UNKNOWN_PAYMENT
    dispute, created = _hold(payment, seen, via=via, now=now)
    if created:
        log.record(
            "money.dispute_opened",
            actor=actor,
            obj=dispute,
            at=now,
            amount_cents=seen.amount_cents,
            reason=dispute.reason,
        )
        if seen.verdict not in _CLOSED:
            _tell(dispute, "dispute_opened", now=now)
    moved = _move(dispute, seen, created=created, now=now)
    if moved:
        _follow(dispute, actor=actor, now=now)
    if created and not moved:
        return "opened"
    return _word(dispute) if moved else "known"


def _hold(
    payment: Payment, seen: SeenDispute, *, via: str, now: datetime
) -> tuple[Dispute, bool]:
    return Dispute.objects.get_or_create(
        provider=via,
        provider_ref=seen.ref,
        defaults={
            "payment": payment,
            "amount_cents": seen.amount_cents,
            "currency": seen.currency,
            "reason": seen.reason[:60],
            "state": seen.verdict.value,
            "inquiry": seen.inquiry,
            "fee_cents": seen.fee_cents,
            "opened_at": seen.opened_at,
            "answer_by": seen.answer_by,
            "returned_at": seen.returned_at,
            "closed_at": now if seen.verdict in _CLOSED else None,
        },
    )


def _move(dispute: Dispute, seen: SeenDispute, *, created: bool, now: datetime) -> bool:
    """Write what is new; tell whether the dispute was decided or answered just now."""
    if created:
        return seen.verdict in _CLOSED
    state, closed = seen.verdict.value, seen.verdict in _CLOSED
    Dispute.objects.filter(pk=dispute.pk).update(
        inquiry=seen.inquiry,
        fee_cents=seen.fee_cents,
        answer_by=seen.answer_by,
        returned_at=seen.returned_at,
        amount_cents=seen.amount_cents,
    )
    changed = Dispute.objects.filter(pk=dispute.pk).exclude(state=state)
    moved = bool(changed.update(state=state, closed_at=now if closed else None))
    dispute.refresh_from_db()
    return moved


def _word(dispute: Dispute) -> str:
    return {"review": "answered", "open": "opened"}.get(dispute.state, dispute.state)


def _follow(dispute: Dispute, *, actor: str, now: datetime) -> None:
    log.record(
        "money.dispute_moved", actor=actor, obj=dispute, at=now, state=dispute.state
    )
    if dispute.state == Dispute.State.LOST:
        append(_taken(dispute), actor=actor, now=now)
        _end_access(dispute, actor=actor, now=now)
        _tell(dispute, "dispute_lost", now=now)
    elif dispute.state == Dispute.State.WON:
        _put_back(dispute, actor=actor, now=now)
        append(_fee(dispute), actor=actor, now=now)
        _tell(dispute, "dispute_won", now=now)


def _sales(dispute: Dispute) -> list[LedgerEntry]:
    refs = sale_refs(dispute.payment_id)
    return list(LedgerEntry.objects.filter(ref__in=refs).order_by("sequence"))


def _taken(dispute: Dispute) -> list[Entry]:
    """Return the rows that take a receipt back, and the fee for it."""
    sales = _sales(dispute)
    if not sales:  # a surplus was never booked
        return []
    day = civil_day(dispute.returned_at or dispute.opened_at)
    parts = allocate(-dispute.amount_cents, [row.amount_cents for row in sales])
    refs = dispute_refs(dispute.pk)
    return [
        replace(
            entry_of(row),
            kind=Kind.REFUND,
            amount_cents=part,
            ref=ref,
            sold_on=day,
            received_on=day,
            available_on=day,
            paid_out_on=None,
            banked_on=None,
        )
        for row, part, ref in zip(sales, parts, refs, strict=False)
        if part
    ] + _fee(dispute)


def _fee(dispute: Dispute) -> list[Entry]:
    sales = _sales(dispute)
    if not sales or not dispute.fee_cents:
        return []
    day = civil_day(dispute.returned_at or dispute.opened_at)
    return [
        replace(
            entry_of(sales[0]),
            kind=Kind.FEE,
            amount_cents=-dispute.fee_cents,
            ref=dispute_fee_ref(dispute.pk),
            person_id=None,
            sold_on=day,
            received_on=day,
            available_on=day,
            paid_out_on=None,
            banked_on=None,
            label=dispute.provider_ref,
            counterparty=dispute.provider,
            document_number="",
        )
    ]


def _put_back(dispute: Dispute, *, actor: str, now: datetime) -> None:
    """Undo the rows of a dispute that was lost and is won after all."""
    refs = [*dispute_refs(dispute.pk), dispute_fee_ref(dispute.pk)]
    for row in LedgerEntry.objects.filter(ref__in=refs, reversed_by=None):
        reverse_row(row, ref=f"{row.ref}:won", on=civil_day(now), actor=actor, now=now)


def _end_access(dispute: Dispute, *, actor: str, now: datetime) -> None:
    payment = dispute.payment
    lost = dispute.amount_cents + payment.refunded_cents
    if not is_whole_and_newest(payment, lost):
        return
    end_access(order_of(payment), actor=actor, now=now)
    Dispute.objects.filter(pk=dispute.pk).update(access_ended=True)
    dispute.access_ended = True


def _tell(dispute: Dispute, template: str, *, now: datetime) -> None:
    where = reverse("desk_money_dispute", args=[dispute.pk])
    tell_owner(
        template,
        ref=f"{template.replace('_', '-')}:{dispute.pk}",
        payment=dispute.payment,
        now=now,
        dispute=dispute,
        dispute_url=settings.SITE_URL + where,
    )
