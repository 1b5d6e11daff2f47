"""Pause a subscription to a chosen date, and take it up again (MB9).

While it is paused nothing is open and nothing is charged. The paid days that were left
are kept, and run from the day it is taken up again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.money.actions.subscriptions.letters import write_to_member
from perenne.money.actions.subscriptions.standings import (
    drop_change_asked_now,
    move,
    open_access,
    shut_access,
    standing_of,
)
from perenne.money.domain.subscriptions.subscriptions import State
from perenne.money.models import Subscription
from perenne.money.queries.subscriptions.rules import subscription_rules

if TYPE_CHECKING:
    from datetime import datetime

_ROWS = Subscription.objects.select_related("offer", "price", "order")


class CannotPause(Refusal):
    """It is not running and paid, or the owner allows no pause; nothing was changed."""

    sentence = _("Only a subscription that runs and is paid can be paused.")


class PauseTooLong(Refusal):
    """The day is past, or beyond the longest pause; nothing was changed."""

    sentence = _("Please choose an earlier day, after today.")
    field = "until"


@transaction.atomic
def pause_subscription(
    subscription_id: int, *, until: datetime, actor: str, now: datetime
) -> Subscription:
    """Pause a running subscription until an instant; its access shuts at once.

    Raises  PauseTooLong, CannotPause: nothing was changed
    """
    row = _ROWS.get(pk=subscription_id)
    longest = subscription_rules().pause_days
    if not now < until <= now + timedelta(days=longest + 1):
        raise PauseTooLong if longest else CannotPause
    new = standing_of(row).paused(now, until=until)
    if new == standing_of(row) or not move(row, new):
        raise CannotPause
    drop_change_asked_now(row, now=now)
    shut_access(row, actor=actor, now=now)
    write_to_member(
        row,
        "paused",
        ref=f"subscription-paused:{row.pk}:{now.isoformat()}",
        now=now,
        until=until,
        days_kept=new.left_of_period.days,
        home_url=settings.SITE_URL + reverse("money_subscriptions"),
    )
    log.record(
        "money.subscription_paused",
        actor=actor,
        obj=row,
        at=now,
        until=until.isoformat(),
    )
    return row


@transaction.atomic
def resume_subscription(
    subscription_id: int, *, actor: str, now: datetime
) -> Subscription:
    """Take a paused subscription up again; a second call changes nothing.

    The days that were kept run from now on, should the clock come late; its periods are
    anchored on their end.
    """
    row = _ROWS.get(pk=subscription_id)
    if row.state != State.PAUSED:
        return row
    new = standing_of(row).resumed(now)
    if not move(row, new):
        return row
    Subscription.objects.filter(pk=row.pk).update(anchor_at=new.period_end)
    row.anchor_at = new.period_end
    open_access(row, actor=actor, now=now)
    write_to_member(
        row,
        "resumed",
        ref=f"subscription-resumed:{row.pk}:{new.period_end.isoformat()}",
        now=now,
        paid_until=new.period_end,
        home_url=settings.SITE_URL + reverse("money_subscriptions"),
    )
    log.record("money.subscription_resumed", actor=actor, obj=row, at=now)
    return row
