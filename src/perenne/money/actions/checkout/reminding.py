"""Send the reminders that were asked for, once, and never after payment (LA11)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.urls import reverse

from perenne.core import clock, log
from perenne.mail.api import is_suppressed, queue_template
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.gateways.protocol import ProviderUnavailable
from perenne.money.gateways.providers import provider
from perenne.money.models import CheckoutReminder, Order
from perenne.money.queries.checkout.extras import title_of
from perenne.money.queries.orders.reminders import due_reminder_ids

if TYPE_CHECKING:
    from datetime import datetime

logger = logging.getLogger(__name__)
_State = CheckoutReminder.State


def send_reminder(reminder_id: int, *, now: datetime) -> None:
    """Remind somebody of an order that is still unpaid, if its hour has come.

    The provider is asked first: a payment whose event was lost is recorded instead.

    Raises  ProviderUnavailable: nothing was changed; it is tried again
    """
    row = CheckoutReminder.objects.get(pk=reminder_id)
    if row.state != _State.WAITING or row.due_at > now:
        return
    settle_order(row.order_id, now=now)
    with transaction.atomic():
        _send(row, now=now)


def _send(row: CheckoutReminder, *, now: datetime) -> None:
    """Hold the order first, as a payment does: it is paid or it waits for us."""
    unpaid = Order.objects.filter(pk=row.order_id, state=Order.State.PENDING).update(
        closed_at=None
    )
    order = Order.objects.select_related("offer", "price").get(pk=row.order_id)
    # A transfer, or a debit that the bank answers in days, is on its way.
    sent = order.under_way_at is not None or provider(order.provider).by_hand
    begun = bool(unpaid) and not sent
    wanted = begun and not is_suppressed(order.email)
    claimed = CheckoutReminder.objects.filter(pk=row.pk, state=_State.WAITING).update(
        state=_State.SENT if wanted else _State.DROPPED,
        sent_at=now if wanted else None,
    )
    if not claimed or not wanted:
        return
    queue_template(
        ref=f"checkout-reminder:{row.pk}",
        to=order.email,
        template="money/mail/checkout_reminder",
        context={
            "name": order.name,
            "title": title_of(order),
            "amount_cents": order.gross_cents,
            "currency": order.currency,
            "wording": row.wording,
            "order_url": settings.SITE_URL + reverse("money_order", args=[order.key]),
        },
        language=order.language,
        now=now,
    )
    log.record("money.reminder_sent", actor="system", obj=row, at=now)


@task
def send_due_reminders() -> None:
    """Send the reminders whose hour has come; running twice sends each once."""
    now = clock.now()
    for reminder_id in due_reminder_ids(now):
        try:
            send_reminder(reminder_id, now=now)
        except ProviderUnavailable as error:
            logger.warning("reminder %s: no answer (%s)", reminder_id, error)
            return
