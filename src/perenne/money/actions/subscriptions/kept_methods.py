"""The means of payment of a subscription: another card, and what follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from perenne.core import log
from perenne.money.actions.subscriptions.standings import move, standing_of
from perenne.money.models import Charge, Subscription

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import SavedMethod


@transaction.atomic
def keep_method(
    subscription_id: int, saved: SavedMethod, *, actor: str, now: datetime
) -> bool:
    """Charge another means of payment from now on; a late charge is tried at once.

    Returns  True when a late charge is due now
    """
    row = Subscription.objects.get(pk=subscription_id)
    if row.state == "ended":
        return False
    if row.provider_method == saved.method and row.method_kind == saved.kind:
        return False
    Subscription.objects.filter(pk=row.pk).update(
        provider_customer=saved.customer,
        provider_method=saved.method,
        method_kind=saved.kind,
        method_last4=saved.last4[-4:],
        method_expires_on=saved.expires_on,
    )
    log.record("money.method_changed", actor=actor, obj=row, at=now, kind=saved.kind)
    if not move(row, standing_of(row).due_now(now)) or row.next_charge_at != now:
        return False
    return bool(
        Charge.objects.filter(
            subscription=row,
            period_start=row.current_period_end,
            state__in=[Charge.State.DECLINED, Charge.State.TO_CONFIRM],
            page_ref="",
        ).update(state=Charge.State.DECLINED, claimed_until=None)
    )
