"""Reads about gifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.core.errors import NotFound
from perenne.core.tokens import token_hash
from perenne.money.models import Gift

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from perenne.money.models import Order

_BATCH = 500
_ROWS = Gift.objects.select_related("order__offer", "order__price", "person")


def gift_of(order: Order) -> Gift | None:
    """Return the gift that an order is, or None."""
    return _ROWS.filter(order=order).first()


def gift_by_token(token: str) -> Gift:
    """Return the gift of a link; NotFound when the link is not, or no longer, one."""
    row = _ROWS.filter(token_hash=token_hash(token)).first()
    if row is None:
        raise NotFound
    return row


def gift_by_id(gift_id: int) -> Gift:
    """Return a gift for the owner; NotFound when there is none."""
    row = _ROWS.filter(pk=gift_id).first()
    if row is None:
        raise NotFound
    return row


def due_gift_ids(now: datetime) -> list[int]:
    """Return the gifts whose day has come, the longest overdue first."""
    due = Gift.objects.filter(state=Gift.State.PENDING, deliver_at__lte=now)
    return list(due.order_by("deliver_at").values_list("pk", flat=True)[:_BATCH])


def gifts_matching(text: str, state: str = "") -> QuerySet[Gift]:
    """Return paid gifts by the beginning of the recipient's address, and by state."""
    rows = _ROWS.exclude(state=Gift.State.UNPAID)
    if state:
        rows = rows.filter(state=state)
    wanted = text.strip().lower()
    return rows.filter(recipient_email__startswith=wanted) if wanted else rows


def gift_rows(person_id: int) -> list[dict[str, str | None]]:
    """Return the gifts a person gave or redeemed as JSON values, oldest first."""
    given = _ROWS.filter(order__person_id=person_id) | _ROWS.filter(person_id=person_id)
    return [
        {
            "offer": row.order.offer.title,
            "role": "giver" if row.order.person_id == person_id else "recipient",
            "recipient_name": row.recipient_name,
            "recipient_email": row.recipient_email,
            "message": row.message,
            "deliver_at": row.deliver_at.isoformat(),
            "state": row.state,
            "redeemed_at": row.redeemed_at.isoformat() if row.redeemed_at else None,
        }
        for row in given.order_by("pk")
    ]
