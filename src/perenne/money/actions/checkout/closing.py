"""Close an order that nobody pays: its payment page first, then what it held.

As long as a page may be paid, its seat is kept. So a seat is sold once, and nobody pays
for one that is gone.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q

from perenne.core import log
from perenne.money.actions.orders.reservations import release
from perenne.money.actions.payments.payments import record_payment
from perenne.money.gateways.protocol import ProviderRefused, ProviderUnavailable
from perenne.money.gateways.providers import provider, providers
from perenne.money.models import Order

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

logger = logging.getLogger(__name__)
_BATCH = 200
# For limited seats a payment page lives half an hour and a bit.
SEAT_EXPIRES = timedelta(minutes=45)


def close_page(order: Order, *, now: datetime) -> bool:
    """Make the order's open payment page unpayable; record it if it was paid meanwhile.

    Returns  False when it was paid: the order is settled
    Raises   ProviderUnavailable; ProviderRefused while a payment is under way on it:
             nothing was changed
    """
    if not order.provider_url:
        return True
    service = provider(order.provider)
    paid = service.close_page(order.provider_ref)
    if paid is not None:
        record_payment(
            paid, via=service.name, order_id=order.pk, actor="system", now=now
        )
        return False
    Order.objects.filter(pk=order.pk, provider_ref=order.provider_ref).update(
        provider_url=""
    )
    return True


def close_order(
    order: Order, *, state: str, actor: str = "system", now: datetime
) -> bool:
    """Close an unpaid order for good and give back its seat, coupon and trial.

    state    "expired" or "cancelled"
    Returns  False when it was paid, or opened again, meanwhile
    Raises   as close_page
    """
    if order.state != Order.State.PENDING or not close_page(order, now=now):
        return False
    return _close(order, state=state, actor=actor, now=now)


@transaction.atomic
def _close(order: Order, *, state: str, actor: str, now: datetime) -> bool:
    closed = Order.objects.filter(
        pk=order.pk,
        state=Order.State.PENDING,
        provider_ref=order.provider_ref,
        provider_url="",
    ).update(state=state, closed_at=now)
    if not closed:
        return False
    order.refresh_from_db()
    release(order)
    log.record(f"money.order_{state}", actor=actor, obj=order, at=now)
    return True


def orders_to_close(now: datetime) -> QuerySet[Order]:
    """Return unpaid orders whose time is over, oldest first.

    One that waits for its buyer's bank is never among them; after a refused debit the
    time begins anew.
    """
    over = Q()
    for name, service in providers:
        over |= Q(provider=name) & _older_than(now - service.expires_after)
        if not service.by_hand:
            over |= Q(provider=name, offer__seats__isnull=False) & _older_than(
                now - SEAT_EXPIRES
            )
    waiting = Order.objects.filter(state=Order.State.PENDING, under_way_at=None)
    return waiting.filter(over).order_by("pk")


def _older_than(instant: datetime) -> Q:
    refused = Q(refused_at=None) | Q(refused_at__lte=instant)
    return Q(created_at__lte=instant) & refused


def expire_orders(now: datetime) -> int:
    """Close the orders whose time is over; one whose provider does not answer waits.

    A closed order that is paid after all is still honoured while a seat is left.

    Returns  how many were closed
    """
    closed = 0
    for order in orders_to_close(now)[:_BATCH]:
        try:
            closed += close_order(order, state=Order.State.EXPIRED, now=now)
        except ProviderUnavailable as error:
            logger.warning("order %s: no answer (%s)", order.pk, error)
        except ProviderRefused as refusal:
            logger.warning("order %s stays open (%s)", order.pk, refusal.code)
    return closed
