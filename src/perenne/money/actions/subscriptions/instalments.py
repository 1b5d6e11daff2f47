"""What the owner decides about a price paid in parts (MB4).

Instalments are a debt, not a renewal: neither the member nor a termination stops them.
The owner may waive what is left, with or without the access.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.money.actions.orders.fulfilling import revoke_all
from perenne.money.actions.subscriptions.letters import write_to_member
from perenne.money.actions.subscriptions.standings import open_access, source_of
from perenne.money.actions.subscriptions.subscriptions import end_subscription
from perenne.money.domain.subscriptions.subscriptions import Ending
from perenne.money.models import Subscription

if TYPE_CHECKING:
    from datetime import datetime

_ROWS = Subscription.objects.select_related("offer", "price", "order")


class NothingIsOwed(Refusal):
    """It is not paid in instalments, or all of them are; nothing was changed."""

    sentence = _("Nothing is owed here.")


@transaction.atomic
def waive_instalments(
    subscription_id: int, *, access_stays: bool, actor: str, now: datetime
) -> None:
    """Ask for nothing more; what was bought stays open or is shut, and the person is told.

    Raises  NothingIsOwed: nothing was changed
    """
    row = _ROWS.get(pk=subscription_id)
    owed = row.payments_left
    reason = Ending.FINISHED if access_stays else Ending.VOLUNTARY
    if not owed or not end_subscription(row, actor=actor, now=now, reason=reason):
        raise NothingIsOwed
    if access_stays:
        open_access(row, actor=actor, now=now)
    else:
        revoke_all(source=source_of(row.pk), actor=actor, now=now)
    write_to_member(
        row,
        "instalments_waived",
        ref=f"instalments-waived:{row.pk}",
        now=now,
        access_stays=access_stays,
    )
    log.record(
        "money.instalments_waived",
        actor=actor,
        obj=row,
        at=now,
        payments=owed,
        access_stays=access_stays,
    )
