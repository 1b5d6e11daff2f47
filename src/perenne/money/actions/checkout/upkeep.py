"""Look after what was left open: closed tabs, lost events, orders nobody pays."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.tasks import task

from perenne.core import clock
from perenne.money.actions.checkout.closing import expire_orders
from perenne.money.actions.payments.payments import record_payment
from perenne.money.actions.payments.refunds import send_refund_task
from perenne.money.actions.payments.under_way import free_order, note_order_under_way
from perenne.money.actions.renewals.trials import is_free_trial, settle_trial
from perenne.money.gateways.protocol import ProviderRefused, ProviderUnavailable
from perenne.money.gateways.providers import provider
from perenne.money.models import Order, Refund

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)
_BATCH = 200
LOOK_AFTER = timedelta(minutes=10)


def settle_order(order_id: int, *, now: datetime) -> bool:
    """Ask the provider about an unpaid order and record what it says.

    Returns  True when a payment was found
    Raises   ProviderUnavailable: nothing was changed
    """
    order = Order.objects.get(pk=order_id)
    if order.state != Order.State.PENDING or not order.provider_ref:
        return order.state == Order.State.PAID
    if is_free_trial(order):
        return settle_trial(order.pk, now=now)
    service = provider(order.provider)
    try:
        page = service.fetch_page(order.provider_ref)
    except ProviderRefused:
        return False
    if page.under_way:
        note_order_under_way(order.pk, now=now)
    elif page.paid is None and order.under_way_at is not None:
        free_order(order.pk, now=now)
    if page.paid is None:
        return False
    record_payment(
        page.paid, via=service.name, order_id=order.pk, actor="system", now=now
    )
    return True


def look_after_orders(now: datetime) -> None:
    """Find payments whose event never came, then close orders nobody will pay.

    A debit under way is left to its event and to the nightly comparison.
    A closed order that is paid after all is still honoured (record_payment).
    """
    waiting = Order.objects.filter(state=Order.State.PENDING)
    asked = waiting.exclude(provider_ref="").filter(
        created_at__lte=now - LOOK_AFTER, under_way_at=None
    )
    for order_id in asked.order_by("pk").values_list("pk", flat=True)[:_BATCH]:
        try:
            settle_order(order_id, now=now)
        except ProviderUnavailable as error:
            logger.warning("order %s: no answer (%s)", order_id, error)
            return
    expire_orders(now)


@task
def settle_order_task(order_id: int) -> None:
    """Ask about one order; running twice does no harm."""
    settle_order(order_id, now=clock.now())


@task
def look_after_open_orders() -> None:
    """Look after orders and refunds that wait; running twice does no harm."""
    look_after_orders(clock.now())
    waiting = Refund.objects.filter(state=Refund.State.REQUESTED)
    for refund_id in waiting.values_list("pk", flat=True)[:_BATCH]:
        send_refund_task.enqueue(refund_id)
