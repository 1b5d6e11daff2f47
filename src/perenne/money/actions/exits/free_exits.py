"""Leave at once when a renewal was not announced in time, and get the rest back (R63).

Also: what credit a change of plan left over goes back when a subscription has ended.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.tasks import task
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from perenne.core import clock, log
from perenne.core.errors import Refusal
from perenne.money.actions.orders.fulfilling import revoke_all
from perenne.money.actions.payments.refunds import refund_payment
from perenne.money.actions.subscriptions.letters import write_to_member
from perenne.money.actions.subscriptions.standings import (
    drop_what_is_unpaid,
    move,
    source_of,
    standing_of,
)
from perenne.money.models import Payment, Subscription
from perenne.money.queries.orders.orders import payments_of
from perenne.money.queries.subscriptions.notices import credits_to_give_back, free_exit

if TYPE_CHECKING:
    from datetime import datetime

_ROWS = Subscription.objects.select_related("offer", "price", "order", "coupon")


class NoFreeExit(Refusal):
    """The renewal was announced in time, or there was none; nothing was changed."""

    sentence = _("This subscription ends with its paid period.")


@transaction.atomic
def leave_at_once(
    subscription_id: int, *, actor: str, now: datetime, tell: bool = True
) -> Subscription:
    """End a subscription today and give back what was paid for the days left (R63).

    tell    write day and amount to the person; False when another mail says it
    Raises  NoFreeExit: nothing was changed
    """
    row = _ROWS.get(pk=subscription_id)
    right = free_exit(row, now)
    new = standing_of(row).cut(now)
    if right is None or new == standing_of(row) or not move(row, new):
        raise NoFreeExit
    drop_what_is_unpaid(row, now=now)
    revoke_all(source=source_of(row.pk), actor=actor, now=now)
    back = 0
    if right.payment_id is not None:
        back = _give_back(
            right.payment_id,
            right.refund_cents,
            key=f"free-exit:{row.pk}:{new.period_start.isoformat()}",
            row=row,
            actor=actor,
            now=now,
        )
    Subscription.objects.filter(pk=row.pk).update(
        credit_cents=row.credit_cents + right.refund_cents - back
    )
    if tell:
        write_to_member(
            row,
            "left_at_once",
            ref=f"left-at-once:{row.pk}",
            now=now,
            left_at=now,
            amount_cents=right.refund_cents,
            currency=row.price.currency,
            refund_by=right.refund_by,
        )
    log.record(
        "money.left_at_once",
        actor=actor,
        obj=row,
        at=now,
        refund_cents=right.refund_cents,
        refund_by=right.refund_by.isoformat(),
    )
    return row


def _give_back(
    payment_id: int,
    amount_cents: int,
    *,
    key: str,
    row: Subscription,
    actor: str,
    now: datetime,
) -> int:
    """Ask for the refund of a payment, as far as it goes; return the amount."""
    payment = Payment.objects.get(pk=payment_id)
    amount = min(amount_cents, payment.amount_cents - payment.refunded_cents)
    if amount > 0:
        with override(row.order.language):
            reason = gettext("Paid for days that were not used")
        refund_payment(
            payment.pk,
            key=key[:64],
            amount_cents=amount,
            reason=reason,
            end_access=False,
            actor=actor,
            now=now,
        )
    return max(amount, 0)


@transaction.atomic
def give_back_credit(subscription_id: int, *, now: datetime) -> None:
    """Give back the credit an ended subscription has left, newest payment first.

    Twice gives it back once: the credit is taken off in the same transaction.
    """
    row = _ROWS.get(pk=subscription_id)
    left = row.credit_cents
    taken = Subscription.objects.filter(
        pk=row.pk, state="ended", credit_cents=left
    ).update(credit_cents=0)
    if not left or not taken:
        return
    for payment in reversed(payments_of(row.order)):
        if left and not payment.surplus:
            left -= _give_back(
                payment.pk,
                left,
                key=f"credit:{row.pk}:{payment.pk}",
                row=row,
                actor="system",
                now=now,
            )
    log.record(
        "money.credit_given_back",
        actor="system",
        obj=row,
        at=now,
        amount_cents=row.credit_cents - left,
        not_given_back_cents=left,
    )


@task
def give_back_credits() -> None:
    """Give back what ended subscriptions have left; running twice does it once."""
    now = clock.now()
    for subscription_id in credits_to_give_back():
        give_back_credit(subscription_id, now=now)
