"""Reads about reminders of unpaid orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.money.models import CheckoutReminder, Order

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import Offer

_BATCH = 200


def due_reminder_ids(now: datetime) -> list[int]:
    """Return the reminders whose hour has come, the longest overdue first."""
    due = CheckoutReminder.objects.filter(
        state=CheckoutReminder.State.WAITING, due_at__lte=now
    )
    return list(due.order_by("due_at").values_list("pk", flat=True)[:_BATCH])


@dataclass(frozen=True, slots=True)
class ReminderCounts:
    """How many reminders of an offer were sent, and how many orders were paid after."""

    sent: int
    paid: int


def reminder_counts(offer: Offer) -> ReminderCounts:
    """Return what the reminders of an offer brought."""
    sent = CheckoutReminder.objects.filter(
        order__offer=offer, state=CheckoutReminder.State.SENT
    )
    paid = sent.filter(order__state=Order.State.PAID)
    return ReminderCounts(sent.count(), paid.count())


def reminder_rows(person_id: int) -> list[dict[str, str | None]]:
    """Return the reminders a person asked for as JSON values, oldest first."""
    rows = CheckoutReminder.objects.filter(order__person_id=person_id)
    return [
        {
            "order": row.order.number,
            "wording": row.wording,
            "agreed_at": row.agreed_at.isoformat(),
            "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        }
        for row in rows.select_related("order").order_by("pk")
    ]
