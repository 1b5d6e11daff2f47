"""What a subscription owes next: plan, amount, credit, and the period it pays."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from perenne.money.domain.checkout.amounts import like
from perenne.money.domain.subscriptions.periods import Interval, Rhythm, next_period_end
from perenne.money.models import PlanChange
from perenne.money.queries.checkout.checkout import amounts_due, zone_of_business
from perenne.money.queries.subscriptions.rises import amount_from

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.checkout.amounts import Amounts
    from perenne.money.models import Price, Subscription


@dataclass(frozen=True, slots=True)
class Owed:
    """The next charge: amounts + credit is the price of the period.

    amount_cents  the plan's amount before any reduction
    credit_cents  taken off, of earlier payments
    change        of plan that comes with it, or None
    """

    amounts: Amounts
    amount_cents: int
    credit_cents: int
    period_end: datetime
    change: PlanChange | None


def rhythm_of(price: Price) -> Rhythm:
    """Return how often a recurring price renews."""
    return Rhythm(cast("Interval", price.interval), price.interval_count)


def anchor_of(row: Subscription) -> datetime:
    """Return the instant whose day and wall time come back in every period."""
    return row.anchor_at or row.started_at


def period_after(row: Subscription, price: Price | None = None) -> datetime:
    """Return where the period ends that follows the running one."""
    return next_period_end(
        row.current_period_end,
        rhythm_of(price or row.price),
        anchor=anchor_of(row),
        zone=zone_of_business(),
    )


def planned_change(row: Subscription) -> PlanChange | None:
    """Return the change of plan that comes with the next renewal, or None."""
    return (
        PlanChange.objects.filter(
            subscription=row, state=PlanChange.State.WAITING, at_period_end=True
        )
        .select_related("price_to__offer")
        .first()
    )


def owed_next(row: Subscription, now: datetime) -> Owed:
    """Return the charge of the period that follows the running one.

    A planned change of plan counts from that period on, and so does a higher price that
    was announced in time (R65).
    """
    change = planned_change(row)
    plan = on_plan(row, change.price_to) if change else copy.copy(row)
    if change is None:
        plan.amount_cents = amount_from(row, row.current_period_end)
    amounts, credit = less_credit(amounts_due(plan, now), row.credit_cents)
    return Owed(
        amounts=amounts,
        amount_cents=plan.amount_cents,
        credit_cents=credit,
        period_end=period_after(row, plan.price),
        change=change,
    )


def on_plan(row: Subscription, price: Price) -> Subscription:
    """Return a copy of the row, not to be saved, as it would stand on another plan.

    A reduction goes with it where it counts for the new offer too.
    """
    plan = copy.copy(row)
    plan.price, plan.offer, plan.amount_cents = price, price.offer, price.amount_cents
    if row.coupon is not None and price.offer_id != row.offer_id:
        offers = set(row.coupon.offers.values_list("pk", flat=True))
        if offers and price.offer_id not in offers:
            plan.coupon, plan.coupon_periods = None, None
    return plan


def less_credit(amounts: Amounts, credit_cents: int) -> tuple[Amounts, int]:
    """Return what is left to pay, VAT split anew, and the credit that was used."""
    used = min(credit_cents, amounts.gross_cents)
    return like(amounts, amounts.gross_cents - used), used
