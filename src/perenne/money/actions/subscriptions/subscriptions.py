"""Start, renew, stop and end subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.mail.api import queue_template
from perenne.money.actions.subscriptions.plan_changing import (
    change_paid_by,
    switch_plan,
)
from perenne.money.actions.subscriptions.standings import (
    count_charge,
    drop_what_is_unpaid,
    move,
    open_access,
    standing_of,
)
from perenne.money.domain.subscriptions.periods import Rhythm, next_period_end
from perenne.money.domain.subscriptions.subscriptions import Ending, State
from perenne.money.models import Charge, Subscription
from perenne.money.queries.checkout.baskets import agreed_by
from perenne.money.queries.checkout.checkout import zone_of_business
from perenne.money.queries.subscriptions.charging import rhythm_of

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import Paid
    from perenne.money.models import Order

_ROWS = Subscription.objects.select_related("offer", "price", "order", "coupon")


class CannotComeBack(Refusal):
    """It is over, or has no card to be charged; nothing was changed."""

    sentence = _("This subscription cannot be taken up again. You can subscribe anew.")


def start_subscription(
    order: Order, paid: Paid, *, actor: str, now: datetime
) -> Subscription:
    """Start the subscription of an order that was just paid, and open its access.

    Called inside the transaction that records the payment, or the card of a free trial.
    A trial runs for its days first; the paid periods are anchored on its end. Without a
    saved card nothing can be charged: it ends with the period just paid, and only
    instalments, which are owed, go on and are asked for by mail.
    """
    start, price, zone = paid.paid_at, order.price, zone_of_business()
    first = Rhythm("day", order.trial_days) if order.trial_days else rhythm_of(price)
    end = next_period_end(start, first, anchor=start, zone=zone)
    agreed = agreed_by(order)
    renews = agreed.payments_left is not None or bool(
        paid.customer and paid.saved_method
    )
    state = State.TRIALING if order.trial_days else State.ACTIVE
    row = Subscription.objects.create(
        person_id=order.person_id,
        order=order,
        offer=order.offer,
        price=price,
        **agreed._asdict(),
        state=state if renews else State.CANCELLING,
        ended_reason="" if renews else Ending.VOLUNTARY,
        started_at=start,
        anchor_at=end if order.trial_days else None,
        trial_ends_at=end if order.trial_days else None,
        current_period_start=start,
        current_period_end=end,
        next_charge_at=end if renews else None,
        provider=order.provider,
        provider_customer=paid.customer,
        provider_method=paid.saved_method,
    )
    open_access(row, actor=actor, now=now)
    log.record(
        "money.subscription_started", actor=actor, obj=row, at=now, order=order.number
    )
    return row


def renew(charge: Charge, paid: Paid, *, actor: str, now: datetime) -> None:
    """Let the subscription run through the period its charge just paid.

    Called inside the transaction that records the payment. A card given on a payment
    page becomes the one to charge next. An instalment that was given up and is paid
    after all opens the access again; the next ones follow from that day on.
    """
    row = charge.subscription
    if standing_of(row).in_default:
        _run_from(charge, paid.paid_at)
    moved = move(row, standing_of(row).paid(charge.period_end, at=paid.paid_at))
    change = change_paid_by(charge)
    if change is not None and moved:
        switch_plan(row, change, actor=actor, now=now)
    count_charge(row, charge, paid)
    open_access(row, actor=actor, now=now)
    log.record(
        "money.subscription_renewed",
        actor=actor,
        obj=row,
        at=now,
        gross_cents=charge.gross_cents,
    )


def _run_from(charge: Charge, at: datetime) -> None:
    """Let a late instalment's period begin on the day it is paid."""
    row = charge.subscription
    charge.period_end = next_period_end(
        at, rhythm_of(row.price), anchor=at, zone=zone_of_business()
    )
    row.anchor_at = at
    Charge.objects.filter(pk=charge.pk).update(period_end=charge.period_end)
    Subscription.objects.filter(pk=row.pk).update(anchor_at=at)


@transaction.atomic
def stop_renewal(
    subscription_id: int, *, actor: str, now: datetime, tell: bool = True
) -> Subscription:
    """Stop a subscription at the end of what is paid; a second call changes nothing.

    A charge that waits is dropped. A trial is never charged. A pause ends, and the days
    it kept are given back. Instalments are owed and go on: nothing changes (MB4).

    tell  write the date to the person (R60); False when another mail says it
    """
    row = _ROWS.get(pk=subscription_id)
    was_paused = row.state == State.PAUSED
    new = standing_of(row).stopped(now)
    if new == standing_of(row) or not move(row, new):
        row.refresh_from_db()
        return row
    drop_what_is_unpaid(row, now=now)
    if was_paused:
        open_access(row, actor=actor, now=now)
    if tell:
        _tell_the_end(row, now=now)
    log.record("money.renewal_stopped", actor=actor, obj=row, at=now)
    return row


def _tell_the_end(row: Subscription, *, now: datetime) -> None:
    queue_template(
        ref=f"subscription-stopped:{row.pk}:{now.isoformat()}",
        to=row.order.email,
        template="money/mail/subscription_stopped",
        context={
            "name": row.order.name,
            "title": row.offer.title,
            "number": row.order.number,
            "ends_at": row.ended_at or row.current_period_end,
            "stopped_at": now,
            "home_url": settings.SITE_URL + reverse("money_subscriptions"),
        },
        language=row.order.language,
        now=now,
    )


@transaction.atomic
def keep_subscription(
    subscription_id: int, *, actor: str, now: datetime
) -> Subscription:
    """Take back a stop while the paid period still runs; it renews as before.

    Raises  CannotComeBack: nothing was changed
    """
    row = _ROWS.get(pk=subscription_id)
    new = standing_of(row).kept(now)
    if new == standing_of(row) or not row.provider_method or not move(row, new):
        raise CannotComeBack
    log.record("money.subscription_kept", actor=actor, obj=row, at=now)
    return row


@transaction.atomic
def end_subscription(
    row: Subscription,
    *,
    actor: str,
    now: datetime,
    reason: Ending = Ending.INVOLUNTARY,
) -> bool:
    """End a subscription now; its passes run out by their own date.

    reason  counts when none is known yet: one that was told to stop keeps its own
    """
    if row.state == State.ENDED or not move(row, standing_of(row).over(now, reason)):
        return False
    drop_what_is_unpaid(row, now=now)
    log.record(
        "money.subscription_ended",
        actor=actor,
        obj=row,
        at=now,
        reason=row.ended_reason,
    )
    return True
