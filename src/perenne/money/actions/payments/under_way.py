"""Debits that a bank answers in days: nothing is lost, nobody is asked to pay again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from perenne.core import log
from perenne.mail.api import queue_template
from perenne.money.actions.orders.fulfilling import extend_all
from perenne.money.actions.subscriptions.plan_changing import pays_a_change
from perenne.money.actions.subscriptions.standings import source_of
from perenne.money.models import Charge, Order, Subscription

if TYPE_CHECKING:
    from datetime import datetime

ASK_AGAIN = timedelta(days=1)
# A bank answers within a fortnight; members keep what they have until then.
ACCESS_MEANWHILE = timedelta(days=15)


@transaction.atomic
def note_order_under_way(order_id: int, *, now: datetime) -> bool:
    """Let an order wait for its buyer's bank; it expires no more. Once.

    Returns  False when it was noted before, or is settled
    """
    order = Order.objects.get(pk=order_id)
    if not Order.objects.filter(
        pk=order_id, state=Order.State.PENDING, under_way_at=None
    ).update(under_way_at=now, refused_at=None):
        return False
    log.record("money.order_under_way", actor="system", obj=order, at=now)
    return True


@transaction.atomic
def free_order(order_id: int, *, now: datetime) -> bool:
    """Let an order be paid another way after its debit was refused, and say so. Once."""
    order = Order.objects.select_related("offer").get(pk=order_id)
    if (
        not Order.objects.filter(
            pk=order_id, state=Order.State.PENDING, under_way_at=order.under_way_at
        )
        .exclude(under_way_at=None)
        .update(under_way_at=None, refused_at=now)
    ):
        return False
    log.record("money.debit_refused", actor="system", obj=order, at=now)
    queue_template(
        ref=f"debit-refused:{order.pk}:{order.provider_ref[-60:]}",
        to=order.email,
        template="money/mail/debit_refused",
        context={
            "name": order.name,
            "title": order.offer.title,
            "number": order.number,
            "amount_cents": order.gross_cents,
            "currency": order.currency,
            "order_url": settings.SITE_URL + reverse("money_order", args=[order.key]),
        },
        language=order.language,
        now=now,
    )
    return True


@transaction.atomic
def note_charge_under_way(row: Subscription, charge: Charge, *, now: datetime) -> None:
    """Let a renewal wait for the bank; access goes on, and we ask again in a day.

    The difference for a change of plan waits alone: its subscription runs as it did.
    """
    first = Charge.objects.filter(pk=charge.pk, under_way_at=None).exclude(
        state=Charge.State.PAID
    )
    noted = first.update(under_way_at=now, claimed_until=None)
    Charge.objects.filter(pk=charge.pk).update(claimed_until=None)
    if pays_a_change(charge.pk):
        return
    Subscription.objects.filter(pk=row.pk, next_charge_at=row.next_charge_at).exclude(
        next_charge_at=None
    ).update(next_charge_at=now + ASK_AGAIN)
    if not noted:
        return
    extend_all(
        source=source_of(row.pk),
        ends_at=now + ACCESS_MEANWHILE,
        actor="system",
        now=now,
    )
    log.record("money.charge_under_way", actor="system", obj=charge, at=now)
