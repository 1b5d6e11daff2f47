"""Subscriptions as standings, and back: read one, write the next, open what it opens."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from django.db.models import F

from perenne.money.actions.orders.fulfilling import extend_all, grant_all, suspend_all
from perenne.money.domain.subscriptions.subscriptions import (
    Standing,
    State,
    access_until,
)
from perenne.money.models import Charge, PlanChange, Subscription
from perenne.money.queries.subscriptions.rules import dunning

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import Paid


def standing_of(row: Subscription) -> Standing:
    """Return the row's standing as a value."""
    return Standing(
        state=State(row.state),
        period_start=row.current_period_start,
        period_end=row.current_period_end,
        next_charge_at=row.next_charge_at,
        cancelled_at=row.cancelled_at,
        ended_at=row.ended_at,
        ended_reason=row.ended_reason,
        paused_at=row.paused_at,
        resumes_at=row.resumes_at,
        trial_ends_at=row.trial_ends_at,
        payments_left=row.payments_left,
    )


def move(row: Subscription, new: Standing) -> bool:
    """Write the new standing if the row still stands where it was read.

    Returns  False when another worker was first: nothing was changed, row included
    """
    if new == standing_of(row):
        return True
    values = asdict(new)
    values["current_period_start"] = values.pop("period_start")
    values["current_period_end"] = values.pop("period_end")
    values |= {"state": str(new.state), "ended_reason": str(new.ended_reason)}
    written = Subscription.objects.filter(
        pk=row.pk, state=row.state, current_period_end=row.current_period_end
    ).update(**values)
    if written:
        for name, value in values.items():
            setattr(row, name, value)
    return bool(written)


def source_of(subscription_id: int) -> str:
    """Return how passes name the subscription they come from."""
    return f"subscription:{subscription_id}"


def open_access(row: Subscription, *, actor: str, now: datetime) -> None:
    """Open what the subscription's offer gives for as long as it stands; never shorten."""
    until = access_until(
        standing_of(row),
        dunning(),
        kept_on_default=row.price.access_on_default == "keep",
    )
    if until is not None and until <= now:
        return
    source = source_of(row.pk)
    grant_all(
        row.offer,
        person_id=row.person_id,
        source=source,
        ends_at=until,
        actor=actor,
        now=now,
    )
    extend_all(source=source, ends_at=until, actor=actor, now=now)


def shut_access(row: Subscription, *, actor: str, now: datetime) -> None:
    """Shut what the subscription opened, until open_access opens it again."""
    suspend_all(source=source_of(row.pk), actor=actor, now=now)


def drop_what_is_unpaid(row: Subscription, *, now: datetime) -> None:
    """Give up the charges that wait, and the change of plan that waits."""
    Charge.objects.filter(subscription=row).exclude(state=Charge.State.PAID).update(
        state=Charge.State.DROPPED
    )
    PlanChange.objects.filter(subscription=row, state=PlanChange.State.WAITING).update(
        state=PlanChange.State.DROPPED, settled_at=now
    )


def drop_change_asked_now(row: Subscription, *, now: datetime) -> None:
    """Give up a change of plan whose difference was not paid; a planned one stays."""
    asked = PlanChange.objects.filter(
        subscription=row, state=PlanChange.State.WAITING, at_period_end=False
    )
    Charge.objects.filter(plan_change__in=asked).exclude(
        state=Charge.State.PAID
    ).update(state=Charge.State.DROPPED)
    asked.exclude(charge__state=Charge.State.PAID).update(
        state=PlanChange.State.DROPPED, settled_at=now
    )


def count_charge(row: Subscription, charge: Charge, paid: Paid) -> None:
    """Take off the credit that a paid charge used up.

    A card given on a payment page becomes the one to charge next.
    """
    rows = Subscription.objects.filter(pk=row.pk)
    if charge.credit_cents:
        rows.update(credit_cents=F("credit_cents") - charge.credit_cents)
    if paid.saved_method and paid.saved_method != row.provider_method:
        rows.update(
            provider_customer=paid.customer,
            provider_method=paid.saved_method,
            method_kind="",
            method_last4="",
            method_expires_on=None,
        )
