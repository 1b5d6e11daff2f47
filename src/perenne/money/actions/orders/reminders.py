"""Keep who asked to be reminded of an order they do not finish (LA11, R16)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from perenne.core import log
from perenne.money.models import CheckoutReminder, Order
from perenne.money.queries.checkout.extras import extras_of, reminder_words

if TYPE_CHECKING:
    from datetime import datetime

_State = CheckoutReminder.State


def keep_reminder(order: Order, *, agreed: bool, actor: str, now: datetime) -> None:
    """Keep a buyer's wish to be reminded once, with the words they ticked.

    Called inside start_checkout's transaction. A box that is no longer ticked takes the
    wish back. Nothing is kept where the owner sends no reminders.
    """
    hours = extras_of(order.offer).remind_hours
    if not agreed or hours is None:
        CheckoutReminder.objects.filter(order=order, state=_State.WAITING).delete()
        return
    reminder, created = CheckoutReminder.objects.get_or_create(
        order=order,
        defaults={
            "wording": reminder_words(order.language),
            "agreed_at": now,
            "due_at": now + timedelta(hours=hours),
        },
    )
    if created:
        log.record("money.reminder_agreed", actor=actor, obj=reminder, at=now)


def drop_reminder(order_id: int) -> None:
    """Send no reminder of an order that was just paid."""
    CheckoutReminder.objects.filter(order_id=order_id, state=_State.WAITING).update(
        state=_State.DROPPED
    )
