"""Begin a free trial: a means of payment is saved, nothing is charged (MB3, R66)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from perenne.core import log
from perenne.money.actions.orders.fulfilling import grant_added
from perenne.money.actions.orders.reminders import drop_reminder
from perenne.money.actions.payments.payments import confirm_order
from perenne.money.actions.subscriptions.kept_methods import keep_method
from perenne.money.actions.subscriptions.subscriptions import start_subscription
from perenne.money.gateways.protocol import MethodRequest, Paid
from perenne.money.gateways.providers import provider
from perenne.money.models import Order

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import SavedMethod


def open_trial_page(order_id: int, *, now: datetime) -> str:
    """Return the address where a means of payment is saved; "" once the trial runs.

    An open page is used again; one that was completed while nobody told us is recorded
    first.

    Raises  ProviderUnavailable, ProviderRefused: nothing was changed
    """
    if settle_trial(order_id, now=now):
        return ""
    order = Order.objects.select_related("offer").get(pk=order_id)
    service = provider(order.provider)
    if order.provider_ref and not service.fetch_saving(order.provider_ref).expired:
        return order.provider_url
    opened = service.start_saving(_request(order))
    taken = Order.objects.filter(
        pk=order.pk, provider_ref=order.provider_ref, state=Order.State.PENDING
    ).update(provider_ref=opened.ref, provider_url=opened.url)
    if not taken:
        order.refresh_from_db()
        return order.provider_url
    log.record("money.method_page_opened", actor="system", obj=order, at=now)
    return opened.url


def _request(order: Order) -> MethodRequest:
    back = settings.SITE_URL + reverse("money_order", args=[order.key])
    former = f"{order.provider_ref}|{order.email}|{order.language}"
    return MethodRequest(
        key=order.key,
        attempt=hashlib.sha256(former.encode()).hexdigest()[:16],
        currency=order.currency,
        email=order.email,
        language=order.language,
        success_url=f"{back}?back=1",
        cancel_url=back,
    )


def settle_trial(order_id: int, *, now: datetime) -> bool:
    """Ask the provider whether the method of a free trial is saved, and begin it then.

    Returns  True when it runs
    Raises   ProviderUnavailable: nothing was changed
    """
    order = Order.objects.get(pk=order_id)
    if order.state == Order.State.PAID:
        return True
    if not order.provider_ref:
        return False
    saved = provider(order.provider).fetch_saving(order.provider_ref).saved
    if saved is None:
        return False
    start_trial(order_id, saved, now=now)
    return True


@transaction.atomic
def start_trial(order_id: int, saved: SavedMethod, *, now: datetime) -> None:
    """Begin the free trial of an order whose method is saved; twice begins it once."""
    claimed = Order.objects.filter(
        pk=order_id, gross_cents=0, trial_days__gt=0, state__in=["pending", "expired"]
    ).update(state=Order.State.PAID, paid_at=now, closed_at=None)
    if not claimed:
        return
    order = Order.objects.select_related("offer", "price", "terms").get(pk=order_id)
    nothing = Paid(
        ref="",
        amount_cents=0,
        currency=order.currency,
        method=saved.kind,
        paid_at=now,
        customer=saved.customer,
        saved_method=saved.method,
    )
    drop_reminder(order.pk)
    grant_added(order, actor="system", now=now)
    row = start_subscription(order, nothing, actor="system", now=now)
    keep_method(row.pk, saved, actor="system", now=now)
    confirm_order(order, now=now)


def is_free_trial(order: Order) -> bool:
    """Tell whether an order begins with a trial that costs nothing."""
    return order.trial_days > 0 and not order.gross_cents
