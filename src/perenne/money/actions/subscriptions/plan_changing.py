"""Put a subscription on another plan at the instant its change counts (MB10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.core import log
from perenne.money.actions.orders.fulfilling import drop_what_differs
from perenne.money.actions.subscriptions.standings import (
    count_charge,
    move,
    open_access,
    source_of,
    standing_of,
)
from perenne.money.models import PlanChange, Subscription
from perenne.money.queries.subscriptions.charging import on_plan

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import Paid
    from perenne.money.models import Charge


def change_paid_by(charge: Charge) -> PlanChange | None:
    """Return the change of plan that a charge pays, or None."""
    return (
        PlanChange.objects.filter(charge=charge)
        .select_related("price_to__offer", "price_from__offer")
        .first()
    )


def pays_a_change(charge_id: int) -> bool:
    """Tell whether a charge pays the difference for a change of plan asked for now."""
    return PlanChange.objects.filter(charge=charge_id, at_period_end=False).exists()


def apply_change(charge: Charge, paid: Paid, *, actor: str, now: datetime) -> None:
    """Put the subscription on the plan whose difference was just paid.

    Called inside the transaction that records the payment. The new period begins at the
    instant that was quoted; what is left of the credit stays for the next charges.
    """
    row, change = charge.subscription, change_paid_by(charge)
    new = standing_of(row).moved(charge.period_start, charge.period_end)
    if change is None or new == standing_of(row) or not move(row, new):
        raise LookupError("a change of plan is paid while its subscription runs")
    switch_plan(row, change, actor=actor, now=now)
    Subscription.objects.filter(pk=row.pk).update(
        anchor_at=charge.period_start,
        credit_cents=change.left_cents + charge.credit_cents,
    )
    count_charge(row, charge, paid)
    open_access(row, actor=actor, now=now)


def switch_plan(
    row: Subscription, change: PlanChange, *, actor: str, now: datetime
) -> None:
    """Let the subscription run on the plan asked for; passes that differ are shut.

    Called inside the transaction that moves its period; open_access follows.
    """
    settled = PlanChange.objects.filter(
        pk=change.pk, state=PlanChange.State.WAITING
    ).update(state=PlanChange.State.DONE, settled_at=now)
    if not settled:
        return
    plan = on_plan(row, change.price_to)
    Subscription.objects.filter(pk=row.pk).update(
        price=plan.price,
        offer=plan.offer,
        amount_cents=plan.amount_cents,
        coupon=plan.coupon,
        coupon_periods=plan.coupon_periods,
    )
    old = row.offer
    row.price, row.offer, row.amount_cents = plan.price, plan.offer, plan.amount_cents
    row.coupon, row.coupon_periods = plan.coupon, plan.coupon_periods
    if old.pk != row.offer.pk:
        drop_what_differs(
            old, row.offer, source=source_of(row.pk), actor=actor, now=now
        )
    log.record(
        "money.plan_changed",
        actor=actor,
        obj=row,
        at=now,
        price_from=change.price_from_id,
        price_to=change.price_to_id,
        unused_cents=change.unused_cents,
        due_cents=change.due_cents,
        left_cents=change.left_cents,
    )
