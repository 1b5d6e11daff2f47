"""Let a member change plan: now for the difference, or with the next renewal (MB10).

Now: the unused days of the running period are taken off the first period of the new
plan; what is left over stays as credit and is taken off the next charges (ADR 13).
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.tasks import task
from django.utils.translation import gettext_lazy as _

from perenne.core import clock, log
from perenne.core.errors import NotFound, Refusal
from perenne.core.tokens import new_token
from perenne.money.actions.payments.payments import record_free_charge, record_payment
from perenne.money.actions.payments.under_way import note_charge_under_way
from perenne.money.actions.renewals.renewals import claim_charge, try_charge
from perenne.money.actions.subscriptions.letters import write_to_member
from perenne.money.actions.subscriptions.standings import drop_change_asked_now
from perenne.money.domain.subscriptions.subscriptions import State
from perenne.money.gateways.protocol import Declined, ProviderUnavailable
from perenne.money.models import Charge, PlanChange, Subscription
from perenne.money.queries.subscriptions.plans import (
    mandate_for,
    plans_for,
    quote_plan,
    unpaid_change_ids,
)

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import Price
    from perenne.money.queries.subscriptions.plans import Quoted

logger = logging.getLogger(__name__)
# A difference that nobody pays is given up after that time.
WAITS_FOR = timedelta(days=2)
TRY_AGAIN = timedelta(minutes=15)
_ROWS = Subscription.objects.select_related(
    "offer", "price__offer", "order", "coupon", "billing"
)


class CannotChange(Refusal):
    """It does not run, is late, or is paid in instalments; nothing was changed."""

    sentence = _("This subscription cannot change plan right now.")


class PlanNotOffered(Refusal):
    """The price is not one that it may change to; nothing was changed."""

    sentence = _("This plan has changed. Please choose again.")


class DifferenceHasMoved(Refusal):
    """What it costs is not what was shown; nothing was changed."""

    sentence = _("The amount has changed since you opened the page. Please check it.")


@transaction.atomic
def plan_change(
    subscription_id: int,
    *,
    price_id: int,
    key: str,
    actor: str,
    now: datetime,
    shown_due_cents: int | None = None,
) -> PlanChange:
    """Ask for another plan; one that was planned before is replaced.

    shown_due_cents  the difference that was shown: the change counts now; None: it comes
                     with the next renewal
    key              the form's own key: one form, one change
    Raises           CannotChange, PlanNotOffered, DifferenceHasMoved: nothing was changed
    """
    held = PlanChange.objects.filter(key=key).first()
    if held is not None:
        return held
    row = _ROWS.get(pk=subscription_id)
    later = shown_due_cents is None
    _check(row, later=later)
    price = next((p for p in plans_for(row, now) if p.pk == price_id), None)
    if price is None:
        raise PlanNotOffered
    quoted = quote_plan(row, price, now)
    if not later and quoted.difference.due_cents != shown_due_cents:
        raise DifferenceHasMoved
    _drop_planned(row, now=now)
    change = _add_change(row, price, None if later else quoted, key=key, now=now)
    log.record(
        "money.plan_change_asked",
        actor=actor,
        obj=row,
        at=now,
        price_to=price.pk,
        later=later,
        due_cents=change.due_cents,
    )
    if later:
        _confirm(row, change, now=now)
    elif not change.due_cents and change.charge_id is not None:
        record_free_charge(change.charge_id, actor=actor, now=now)
    change.refresh_from_db()
    return change


def _check(row: Subscription, *, later: bool) -> None:
    allowed = {State.ACTIVE, State.TRIALING} if later else {State.ACTIVE}
    started = Charge.objects.filter(
        subscription=row, period_start=row.current_period_end
    ).exists()
    if row.state not in allowed or row.payments_left is not None or started:
        raise CannotChange


def _drop_planned(row: Subscription, *, now: datetime) -> None:
    drop_change_asked_now(row, now=now)
    PlanChange.objects.filter(
        subscription=row,
        state=PlanChange.State.WAITING,
        at_period_end=True,
        charge=None,
    ).update(state=PlanChange.State.DROPPED, settled_at=now)


def _add_change(
    row: Subscription, price: Price, quoted: Quoted | None, *, key: str, now: datetime
) -> PlanChange:
    """Write the change down; with a quote it counts now, and its charge is prepared."""
    fields = {}
    if quoted is not None:
        cost = quoted.difference
        fields = {
            "unused_cents": cost.unused_cents,
            "credit_cents": cost.credit_cents,
            "due_cents": cost.due_cents,
            "left_cents": cost.left_cents,
            "charge": Charge.objects.create(
                subscription=row,
                period_start=now,
                period_end=quoted.ends_at,
                credit_cents=cost.credit_cents,
                key=new_token(),
                created_at=now,
                **asdict(quoted.amounts),
            ),
        }
    try:
        with transaction.atomic():
            return PlanChange.objects.create(
                subscription=row,
                key=key,
                price_from=row.price,
                price_to=price,
                at_period_end=quoted is None,
                mandate=mandate_for(
                    price, from_at=row.current_period_end if quoted is None else now
                ),
                period_end=row.current_period_end,
                asked_at=now,
                **fields,
            )
    except IntegrityError as error:
        raise CannotChange from error


def _confirm(row: Subscription, change: PlanChange, *, now: datetime) -> None:
    """Write down for the member what was agreed to: the plan, from when, the mandate."""
    write_to_member(
        row,
        "plan_planned",
        ref=f"plan-change:{change.pk}",
        now=now,
        plan=change.price_to.offer.title,
        from_at=row.current_period_end,
        mandate=change.mandate,
    )


def charge_change(change_id: int, *, now: datetime) -> Charge | None:
    """Charge the difference of a change of plan, with the saved method, at once.

    Nothing changes but by the payment. A decline leaves the plan as it was; the person
    may pay the same charge on a page.

    Returns  the charge that the person has to pay on a page; None: paid, or under way
    """
    change = PlanChange.objects.select_related("charge").get(pk=change_id)
    charge = change.charge
    if change.state != PlanChange.State.WAITING or charge is None:
        return None
    row = _ROWS.get(pk=change.subscription_id)
    if not claim_charge(charge, now=now):
        return charge if charge.state == Charge.State.TO_CONFIRM else None
    try:
        outcome = try_charge(row, charge)
    except ProviderUnavailable as error:
        logger.warning("charge %s: no answer (%s)", charge.pk, error)
        return None
    if isinstance(outcome, Declined):
        return _to_be_paid(charge, outcome, now=now)
    if outcome is None:
        note_charge_under_way(row, charge, now=now)
        return None
    record_payment(
        outcome, via=row.provider, charge_id=charge.pk, actor="system", now=now
    )
    return None


@transaction.atomic
def _to_be_paid(charge: Charge, declined: Declined, *, now: datetime) -> Charge:
    Charge.objects.filter(pk=charge.pk, state__in=["due", "declined"]).update(
        state=Charge.State.TO_CONFIRM,
        attempts=charge.attempts + 1,
        decline_code=declined.code[:60],
        claimed_until=None,
    )
    log.record(
        "money.charge_declined", actor="system", obj=charge, at=now, code=declined.code
    )
    return charge


@transaction.atomic
def drop_plan_change(change_id: int, *, actor: str, now: datetime) -> None:
    """Give up a change of plan that waits; one that was paid or dropped stays so.

    Raises  NotFound: none waits; nothing was changed
    """
    change = PlanChange.objects.filter(
        pk=change_id, state=PlanChange.State.WAITING
    ).first()
    if change is None:
        raise NotFound
    row = _ROWS.get(pk=change.subscription_id)
    _drop_planned(row, now=now)
    log.record("money.plan_change_dropped", actor=actor, obj=row, at=now)


@task
def tend_plan_changes() -> None:
    """Try again what got no answer, give up what nobody paid; twice does no harm."""
    now = clock.now()
    for change_id in unpaid_change_ids(now - WAITS_FOR, under_way=False):
        drop_plan_change(change_id, actor="system", now=now)
    for change_id in unpaid_change_ids(now - TRY_AGAIN):
        charge_change(change_id, now=now)
