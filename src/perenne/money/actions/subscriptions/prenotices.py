"""Tell people of a SEPA debit before it comes (R129)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.tasks import task
from django.urls import reverse

from perenne.core import clock, legal
from perenne.mail.api import queue_template
from perenne.money.models import Subscription
from perenne.money.queries.checkout.checkout import (
    amounts_due,
    civil_day,
    zone_of_business,
)

if TYPE_CHECKING:
    from datetime import datetime

# The clock runs hourly and a mail needs a while: a day more than was agreed on.
_MARGIN = timedelta(days=1)


def announce_debits(now: datetime) -> int:
    """Write to everybody whose account is debited soon, once per debit.

    The time before it is the one agreed on in the mandate; without such an agreement it
    would be fourteen days.

    Returns  how many debits lie within that time
    """
    days = legal.value(
        "payment_rules", "agreed_prenotification_days", on=civil_day(now)
    )
    soon = now + timedelta(days=days) + _MARGIN
    rows = Subscription.objects.filter(
        state=Subscription.State.ACTIVE,
        next_charge_at__gt=now,
        next_charge_at__lte=soon,
    ).select_related("order", "offer", "price__offer", "coupon")
    found = 0
    for row in rows.iterator(chunk_size=500):
        if any(one["key"] == "sepa_mandate" for one in row.order.consents):
            _announce(row, now=now)
            found += 1
    return found


def _announce(row: Subscription, *, now: datetime) -> None:
    due = row.next_charge_at
    if due is None:
        return
    amounts = amounts_due(row, now)
    queue_template(
        ref=f"debit:{row.pk}:{row.current_period_end.isoformat()}",
        to=row.order.email,
        template="money/mail/debit_announced",
        context={
            "name": row.order.name,
            "title": row.offer.title,
            "number": row.order.number,
            "amount_cents": amounts.gross_cents,
            "currency": amounts.currency,
            "debited_on": due.astimezone(zone_of_business()).date(),
            "home_url": settings.SITE_URL + reverse("money_subscriptions"),
        },
        language=row.order.language,
        now=now,
    )


@task
def announce_due_debits() -> None:
    """Announce what is due soon; running twice writes once."""
    announce_debits(clock.now())
