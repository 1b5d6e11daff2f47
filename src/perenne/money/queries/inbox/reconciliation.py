"""Reads about the nightly comparison with the providers, payouts and disputes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from perenne.core.errors import NotFound
from perenne.money.models import Dispute, Payment, Payout, Reconciliation

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from django.db.models import QuerySet


def since_for(name: str, *, overlap: timedelta) -> datetime | None:
    """Return from when on a provider is asked; None before the first whole comparison."""
    last = (
        Reconciliation.objects.filter(provider=name)
        .exclude(finished_at=None)
        .order_by("-pk")
        .first()
    )
    return last.started_at - overlap if last else None


def payments_not_among(
    refs: set[str], *, via: str, since: datetime | None, now: datetime
) -> list[str]:
    """Return our payments of that time which the provider did not list.

    The first comparison does not ask: payments may stem from another account.
    """
    if since is None:
        return []
    ours = Payment.objects.filter(provider=via, recorded_at__lt=now, paid_at__gte=since)
    return [
        ref
        for ref in ours.order_by("pk").values_list("provider_ref", flat=True).iterator()
        if ref not in refs
    ]


def last_reconciliations() -> list[Reconciliation]:
    """Return the newest comparisons, newest first."""
    return list(Reconciliation.objects.order_by("-pk")[:20])


def disputes_matching(text: str = "", state: str = "") -> QuerySet[Dispute]:
    """Return disputes by the order's number or the buyer's address, and by state."""
    rows = Dispute.objects.select_related(
        "payment__order__offer", "payment__charge__subscription__order__offer"
    )
    if state:
        rows = rows.filter(state=state)
    wanted = text.strip()
    if not wanted:
        return rows
    return rows.filter(
        Q(payment__order__number=wanted.upper())
        | Q(payment__order__email__startswith=wanted.lower())
        | Q(payment__charge__subscription__order__number=wanted.upper())
        | Q(payment__charge__subscription__order__email__startswith=wanted.lower())
    )


def dispute_by_id(dispute_id: int) -> Dispute:
    """Return a dispute with its payment and order; NotFound when there is none."""
    row = disputes_matching().filter(pk=dispute_id).first()
    if row is None:
        raise NotFound
    return row


def disputes_to_answer() -> list[Dispute]:
    """Return the disputes that wait for the owner, the most urgent first."""
    return list(
        disputes_matching(state=Dispute.State.OPEN).order_by("answer_by", "pk")[:50]
    )


def last_payouts() -> list[Payout]:
    """Return the newest payouts, newest first."""
    return list(Payout.objects.order_by("-made_at", "-pk")[:30])
