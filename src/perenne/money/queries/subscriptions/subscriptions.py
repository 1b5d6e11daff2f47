"""Reads about subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef

from perenne.core.errors import NotFound
from perenne.money.models import Charge, Order, Subscription
from perenne.people.api import beginning

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

_BATCH = 1000
_MOST_DUE = 50_000


def due_ids(now: datetime) -> list[int]:
    """Return the subscriptions about which money is due at `now`, most overdue first.

    Those that a worker holds at the moment are left to it.
    """
    held = Charge.objects.filter(
        subscription=OuterRef("pk"),
        period_start=OuterRef("current_period_end"),
        claimed_until__gt=now,
    )
    due = Subscription.objects.filter(~Exists(held), next_charge_at__lte=now)
    return list(due.order_by("next_charge_at").values_list("pk", flat=True)[:_MOST_DUE])


def resuming_ids(now: datetime) -> list[int]:
    """Return the paused subscriptions whose day to go on has come, oldest first."""
    paused = Subscription.objects.filter(state="paused", resumes_at__lte=now)
    return list(paused.order_by("resumes_at").values_list("pk", flat=True)[:_BATCH])


def over_ids(now: datetime) -> list[int]:
    """Return the stopped subscriptions whose paid period is over at `now`."""
    over = Subscription.objects.filter(state="cancelling", current_period_end__lte=now)
    return list(over.order_by("pk").values_list("pk", flat=True)[:_BATCH])


def subscriptions_of(person_id: int) -> QuerySet[Subscription]:
    """Return a person's subscriptions, newest first, with offer, price and order."""
    return (
        Subscription.objects.filter(person_id=person_id)
        .select_related("offer", "price", "order")
        .order_by("-pk")
    )


def subscription_for(person_id: int, subscription_id: int) -> Subscription:
    """Return one of the person's own subscriptions; NotFound for anyone else's."""
    row = subscriptions_of(person_id).filter(pk=subscription_id).first()
    if row is None:
        raise NotFound
    return row


def subscription_by_id(subscription_id: int) -> Subscription:
    """Return a subscription for the owner; NotFound when there is none."""
    row = (
        Subscription.objects.filter(pk=subscription_id)
        .select_related("offer", "price", "order", "person")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def charges_of(subscription_id: int) -> QuerySet[Charge]:
    """Return a subscription's charges, newest period first."""
    return Charge.objects.filter(subscription_id=subscription_id).order_by(
        "-period_start"
    )


def charge_by_key(key: str) -> Charge:
    """Return the charge that a mail's link is about; NotFound when there is none."""
    charge = Charge.objects.filter(key=key).first()
    if charge is None:
        raise NotFound
    return charge


def unpaid_charge(person_id: int) -> Charge | None:
    """Return the charge a person should pay themselves, or None."""
    return (
        Charge.objects.filter(
            subscription__person_id=person_id,
            subscription__state="past_due",
            state__in=["declined", "to_confirm"],
            plan_change=None,
        )
        .order_by("-pk")
        .first()
    )


def subscriptions_matching(text: str, state: str = "") -> QuerySet[Subscription]:
    """Return subscriptions by the beginning of the buyer's address, and by state."""
    rows = Subscription.objects.select_related("offer", "price", "order")
    if state:
        rows = rows.filter(state=state)
    wanted = text.strip().lower()
    if not wanted:
        return rows
    return rows.filter(order__in=Order.objects.filter(beginning("email", wanted)))


def people_who_left(reason: str) -> QuerySet[Subscription, Any]:
    """Return the persons whose subscription ended so and who subscribe to nothing now.

    reason   "voluntary" or "involuntary"
    Returns  a queryset with one column, their ids
    """
    live = Subscription.objects.filter(person=OuterRef("person")).exclude(state="ended")
    left = Subscription.objects.filter(
        ~Exists(live), state="ended", ended_reason=reason
    )
    return left.order_by().values("person_id").distinct()
