"""What the provider pays out to the bank, and the dates it gives our rows (MO17)."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING, Any

from django.db import transaction

from perenne.core import log
from perenne.money.actions.books.ledger import date_entries, forget_payout
from perenne.money.domain.books.ledger import (
    dispute_fee_ref,
    dispute_refs,
    payment_refs,
    refund_refs,
)
from perenne.money.gateways.protocol import Progress
from perenne.money.models import Dispute, Payment, Payout, Refund

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

    from perenne.money.gateways.protocol import SeenPayout

_BATCH = 500


@transaction.atomic
def record_payout(seen: SeenPayout, *, via: str, actor: str, now: datetime) -> str:
    """Keep a payout and date the rows it carried; told twice, it changes nothing.

    The rows of one that the bank sent back lose the date: a later payout carries them.

    Returns  "paid out", "sent back", "under way" or "known"
    """
    row, created = Payout.objects.get_or_create(
        provider=via,
        provider_ref=seen.ref,
        defaults={
            "amount_cents": seen.amount_cents,
            "currency": seen.currency,
            "state": seen.progress.value,
            "made_at": seen.made_at,
            "arrives_on": seen.arrives_on,
            "itemised": seen.itemised,
        },
    )
    moved = Payout.objects.filter(pk=row.pk).exclude(
        state=seen.progress.value, arrives_on=seen.arrives_on
    )
    changed = created or bool(
        moved.update(state=seen.progress.value, arrives_on=seen.arrives_on)
    )
    dated = _date(seen, via=via)
    if not changed and not dated:
        return "known"
    log.record(
        "money.payout_recorded",
        actor=actor,
        obj=row,
        at=now,
        state=seen.progress.value,
        rows=dated,
    )
    return {"done": "paid out", "failed": "sent back"}.get(seen.progress, "under way")


def _date(seen: SeenPayout, *, via: str) -> int:
    if seen.progress is Progress.UNDER_WAY:
        return 0
    refs = _refs(seen, via=via)
    if seen.progress is Progress.FAILED:
        return forget_payout(refs, paid_out_on=seen.arrives_on)
    return date_entries(refs, paid_out_on=seen.arrives_on)


def _refs(seen: SeenPayout, *, via: str) -> list[str]:
    found: list[str] = []
    for batch in batched(sorted(seen.payments), _BATCH):
        for pk in _keys(Payment.objects.filter(provider=via, provider_ref__in=batch)):
            found += payment_refs(pk)
    for batch in batched(sorted(seen.refunds), _BATCH):
        for pk in _keys(
            Refund.objects.filter(payment__provider=via, provider_ref__in=batch)
        ):
            found += _both_ways(refund_refs(pk), "returned")
    for batch in batched(sorted(seen.disputes), _BATCH):
        for pk in _keys(Dispute.objects.filter(provider=via, provider_ref__in=batch)):
            refs = [*dispute_refs(pk), dispute_fee_ref(pk)]
            found += _both_ways(refs, "won")
    return found


def _both_ways(refs: list[str], undone: str) -> list[str]:
    """Return the refs with those of the rows that undo them."""
    return [*refs, *(f"{ref}:{undone}" for ref in refs)]


def _keys(rows: QuerySet[Any]) -> Iterable[int]:
    return rows.values_list("pk", flat=True)
