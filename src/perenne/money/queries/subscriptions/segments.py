"""People by what they bought: querysets with one column, their ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Sum

from perenne.money.models import Order, OrderLine, Subscription

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet


def _paid() -> QuerySet[Order]:
    return Order.objects.filter(state=Order.State.PAID)


def people_who_bought(offer_id: int) -> QuerySet[OrderLine, Any]:
    """Return who paid for an offer, as any line of an order, and was not refunded."""
    lines = OrderLine.objects.filter(offer_id=offer_id, order__state=Order.State.PAID)
    return lines.values("order__person_id")


def people_with_purchases(at_least: int) -> QuerySet[Order, Any]:
    """Return who paid for so many orders."""
    by_person = _paid().values("person_id").annotate(n=Count("pk"))
    return by_person.filter(n__gte=at_least).values("person_id")


def people_who_spent(at_least_cents: int) -> QuerySet[Order, Any]:
    """Return whose first payments of orders come to so much, taxes included."""
    by_person = _paid().values("person_id").annotate(spent=Sum("gross_cents"))
    return by_person.filter(spent__gte=at_least_cents).values("person_id")


def people_by_last_purchase(
    *, since: datetime | None = None, before: datetime | None = None
) -> QuerySet[Order, Any]:
    """Return whose last purchase was paid from `since` on, or before `before`."""
    by_person = _paid().values("person_id").annotate(last=Max("paid_at"))
    if since is not None:
        by_person = by_person.filter(last__gte=since)
    if before is not None:
        by_person = by_person.filter(last__lt=before)
    return by_person.values("person_id")


def people_subscribed_to(offer_id: int) -> QuerySet[Subscription, Any]:
    """Return whose subscription to an offer lives: trials and pauses too."""
    live = Subscription.objects.exclude(state=Subscription.State.ENDED)
    return live.filter(offer_id=offer_id).values("person_id")
