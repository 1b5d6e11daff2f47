"""Pay out what affiliates have earned: an expense in the books (LA12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.domain.money import allocate
from perenne.core.errors import Refusal
from perenne.core.queries import current_business
from perenne.money.actions.books.ledger import append
from perenne.money.domain.books.ledger import Cause, Entry, Kind, numbered
from perenne.money.models import Affiliate, AffiliatePayout, Commission
from perenne.money.queries.affiliates.affiliates import due_commissions
from perenne.money.queries.checkout.checkout import civil_day

if TYPE_CHECKING:
    from datetime import date, datetime


class NothingToPayOut(Refusal):
    """There is nothing due in this currency; nothing was changed."""

    sentence = _("There is nothing to pay out.")


class PayoutChanged(Refusal):
    """What is due is not what the owner saw; nothing was changed."""

    sentence = _("What is due has changed meanwhile. Please check the sum again.")


@transaction.atomic
def pay_affiliate(
    affiliate_id: int,
    *,
    key: str,
    amount_cents: int,
    currency: str,
    paid_on: date,
    actor: str,
    now: datetime,
) -> AffiliatePayout:
    """Record that everything due was paid on a day; the same form records it once.

    amount_cents  what the owner saw and paid: it must be all that is due
    Raises        NothingToPayOut, PayoutChanged: nothing was changed
    """
    affiliate = Affiliate.objects.select_related("person").get(pk=affiliate_id)
    payout, created = AffiliatePayout.objects.get_or_create(
        key=key,
        defaults={
            "affiliate": affiliate,
            "amount_cents": amount_cents,
            "currency": currency,
            "paid_on": paid_on,
            "recorded_at": now,
        },
    )
    if not created:
        return payout
    due = due_commissions(affiliate_id, currency, civil_day(now))
    rows = dict(due.values_list("pk", "amount_cents"))
    if sum(rows.values()) <= 0:
        raise NothingToPayOut
    taken = Commission.objects.filter(pk__in=rows, payout=None).update(payout=payout)
    if taken != len(rows) or sum(rows.values()) != amount_cents:
        raise PayoutChanged
    append(_expenses(payout, affiliate), actor=actor, now=now)
    log.record(
        "money.affiliate_paid",
        actor=actor,
        obj=payout,
        at=now,
        amount_cents=amount_cents,
    )
    return payout


def _expenses(payout: AffiliatePayout, affiliate: Affiliate) -> list[Entry]:
    """Return a row for each stream that earned; they sum to the payout."""
    by_stream: dict[int, int] = {}
    rows = payout.commissions.order_by("pk")
    for stream_id, amount in rows.values_list("stream_id", "amount_cents"):
        by_stream[stream_id] = by_stream.get(stream_id, 0) + amount
    earning = {stream: amount for stream, amount in by_stream.items() if amount > 0}
    parts = allocate(payout.amount_cents, list(earning.values()))
    business = current_business()
    with override(business.language if business else "fr"):
        label = gettext("Commission of %(code)s") % {"code": affiliate.code}
    return [
        Entry(
            kind=Kind.EXPENSE,
            cause=Cause.OTHER,
            stream_id=stream_id,
            person_id=affiliate.person_id,
            amount_cents=-part,
            currency=payout.currency,
            ref=numbered(f"affiliate-payout:{payout.pk}", position),
            sold_on=payout.paid_on,
            received_on=payout.paid_on,
            banked_on=payout.paid_on,
            label=label,
            counterparty=affiliate.person.name or affiliate.person.email,
            method="transfer",
        )
        for position, (stream_id, part) in enumerate(
            zip(earning, parts, strict=True), start=1
        )
        if part
    ]
