"""Keep what was asked for around an order, in the transaction that takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.money.actions.affiliates.affiliates import refer
from perenne.money.actions.orders.gifts import keep_gift
from perenne.money.actions.orders.reminders import keep_reminder

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.checkout.extras import Extras
    from perenne.money.models import Order


def keep_extras(order: Order, extras: Extras, *, actor: str, now: datetime) -> None:
    """Keep for whom the order is, whether to remind, and through whom it came.

    Raises  GiftNotOffered: nothing was changed
    """
    keep_gift(order, extras.gift, now=now)
    keep_reminder(order, agreed=extras.remind, actor=actor, now=now)
    refer(order, extras.via, actor=actor, now=now)
