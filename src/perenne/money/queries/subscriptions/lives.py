"""Reads for the owner's screens of running subscriptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from perenne.core.errors import NotFound
from perenne.money.models import (
    Coupon,
    Offer,
    PlanGroup,
    Price,
    PriceRise,
    Subscription,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_LIVE = ("trialing", "active", "past_due", "paused")


@dataclass(frozen=True, slots=True)
class RunningPrice:
    """A price with how many people run at it, and the rise planned for it.

    told, failed  notices of the rise that were delivered, and that were not
    """

    price: Price
    people: int
    rise: PriceRise | None
    told: int = 0
    failed: int = 0


def running_prices() -> list[RunningPrice]:
    """Return the prices at which subscriptions run, by offer."""
    live = Subscription.objects.filter(state__in=_LIVE, payments_left=None)
    counts = dict(
        live.values_list("price")
        .annotate(people=Count("pk"))
        .values_list("price", "people")
    )
    return _with_rises(counts)


def running_price(price_id: int) -> RunningPrice:
    """Return one of them; NotFound when nobody runs at it."""
    for row in running_prices():
        if row.price.pk == price_id:
            return row
    raise NotFound


def _with_rises(counts: dict[int, int]) -> list[RunningPrice]:
    prices = Price.objects.filter(pk__in=counts).select_related("offer")
    rises = PriceRise.objects.filter(price__in=counts, withdrawn_at=None).annotate(
        told=Count("notices", filter=Q(notices__state="sent")),
        failed=Count("notices", filter=Q(notices__state="failed")),
    )
    planned = {rise.price_id: rise for rise in rises}
    return [
        RunningPrice(
            price,
            counts[price.pk],
            planned.get(price.pk),
            getattr(planned.get(price.pk), "told", 0),
            getattr(planned.get(price.pk), "failed", 0),
        )
        for price in prices.order_by("offer__title", "-valid_from", "pk")
    ]


def active_coupons() -> Iterable[Coupon]:
    """Return the coupons that count, by code."""
    return Coupon.objects.filter(active=True).order_by("code")


def plan_groups() -> list[PlanGroup]:
    """Return the groups with their offers."""
    return list(PlanGroup.objects.prefetch_related("offers").order_by("name"))


def recurring_offers() -> list[tuple[int, str]]:
    """Return (id, title) of the offers that have a recurring price."""
    offers = Offer.objects.filter(prices__interval__in=["day", "week", "month", "year"])
    return list(offers.distinct().order_by("title").values_list("pk", "title"))
