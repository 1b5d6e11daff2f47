"""Write what a payment earns an affiliate, and what a refund takes back (LA12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from perenne.core import log
from perenne.money.domain.affiliates.commissions import taken_back
from perenne.money.domain.books.ledger import numbered
from perenne.money.domain.checkout.amounts import amounts_of
from perenne.money.models import Charge, Commission, Payment, Referral
from perenne.money.queries.affiliates.affiliates import rule_of
from perenne.money.queries.books.sold import sold_by
from perenne.money.queries.checkout.checkout import civil_day
from perenne.money.queries.exits.exits import last_day_for

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import Refund
    from perenne.money.queries.books.sold import Sold


@dataclass(frozen=True, slots=True)
class _Line:
    """One sold line as a commission sees it."""

    stream_id: int
    net_cents: int


def earn_commission(payment_id: int, *, actor: str, now: datetime) -> None:
    """Write what a payment earns whoever brought its buyer; twice writes once.

    Called inside record_payment's transaction. It is held until the withdrawal period
    is over (R50).
    """
    sold = sold_by(payment_id)
    referral = (
        Referral.objects.filter(order=sold.order).select_related("affiliate").first()
    )
    if referral is None or sold.payment.surplus:
        return
    rule = rule_of(referral.affiliate)
    if not rule.counts(_nth(sold)):
        return
    lines = _lines(sold)
    earned = rule.earned([line.net_cents for line in lines], sold.payment.currency)
    payable_from = last_day_for(sold.payment.paid_at) + timedelta(days=1)
    rows = [
        Commission(
            affiliate=referral.affiliate,
            order=sold.order,
            stream_id=line.stream_id,
            ref=numbered(sold.ref, position),
            amount_cents=amount,
            currency=sold.payment.currency,
            payable_from=payable_from,
            recorded_at=now,
        )
        for position, (line, amount) in enumerate(
            zip(lines, earned, strict=True), start=1
        )
        if amount
    ]
    Commission.objects.bulk_create(rows, ignore_conflicts=True)
    if rows:
        log.record(
            "money.commission_earned",
            actor=actor,
            obj=referral.affiliate,
            at=now,
            payment=payment_id,
            amount_cents=sum(earned),
        )


def _lines(sold: Sold) -> list[_Line]:
    currency = sold.payment.currency
    return [
        _Line(
            part.offer.stream_id,
            amounts_of(
                part.gross_cents, currency, vat_rate_bp=part.vat_rate_bp
            ).net_cents,
        )
        for part in sold.parts
    ]


def _nth(sold: Sold) -> int:
    """Return which payment of the sale it is: the order's own is the first, if any."""
    charge = sold.payment.charge
    if charge is None:
        return 1
    before = Charge.objects.filter(
        subscription_id=charge.subscription_id,
        period_start__lt=charge.period_start,
        state=Charge.State.PAID,
    )
    own = Payment.objects.filter(order_id=sold.order.pk, surplus=False)
    return before.count() + own.exists() + 1


def take_back_commission(refund: Refund, *, actor: str, now: datetime) -> None:
    """Take back what a refunded payment had earned, in proportion; twice once.

    Called inside complete_refund's transaction. What was not paid out yet is taken off
    on its own day; what was paid is taken off the next payout.
    """
    payment = refund.payment
    refunded = _given_back(payment)
    for earned in Commission.objects.filter(
        ref__in=_refs(payment), amount_cents__gt=0
    ).order_by("pk"):
        so_far = Commission.objects.filter(ref__startswith=f"back:{earned.pk}:")
        held = -sum(so_far.values_list("amount_cents", flat=True))
        target = taken_back(
            earned.amount_cents,
            refunded_cents=refunded,
            paid_cents=payment.amount_cents,
        )
        if target <= held:
            continue
        row, created = Commission.objects.get_or_create(
            ref=f"back:{earned.pk}:{refund.pk}",
            defaults={
                "affiliate_id": earned.affiliate_id,
                "order_id": earned.order_id,
                "stream_id": earned.stream_id,
                "amount_cents": held - target,
                "currency": earned.currency,
                "payable_from": max(earned.payable_from, civil_day(now))
                if earned.payout_id
                else earned.payable_from,
                "recorded_at": now,
            },
        )
        if created:
            log.record("money.commission_taken_back", actor=actor, obj=row, at=now)


def _given_back(payment: Payment) -> int:
    done = payment.refunds.filter(state="done")
    return sum(done.values_list("amount_cents", flat=True))


def _refs(payment: Payment) -> list[str]:
    sold = sold_by(payment.pk)
    return [numbered(sold.ref, at) for at in range(1, len(sold.parts) + 1)]
