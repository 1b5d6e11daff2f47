"""Higher prices for running subscriptions: who was told in time (R65)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from perenne.core import legal
from perenne.money.models import Notice
from perenne.money.queries.checkout.checkout import civil_day

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import Subscription


def notice_days(now: datetime) -> int:
    """Return how long before a higher price its notice must have arrived."""
    return int(legal.value("subscription_terms", "rise_notice_days", on=civil_day(now)))


def amount_from(row: Subscription, period_start: datetime) -> int:
    """Return what a subscription costs from a period on, before any reduction.

    A higher price counts only if its notice was delivered in time before that period.
    """
    latest = period_start - timedelta(days=notice_days(period_start))
    told = (
        Notice.objects.filter(
            subscription=row,
            kind=Notice.Kind.RISE,
            state=Notice.State.SENT,
            sent_at__lte=latest,
            about_at__lte=period_start,
            rise__withdrawn_at=None,
            rise__price=row.price_id,
        )
        .order_by("-about_at")
        .first()
    )
    return max(row.amount_cents, told.amount_cents if told else 0)
