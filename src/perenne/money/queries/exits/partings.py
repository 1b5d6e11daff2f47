"""Leaving: what may be offered instead, and what those who left said."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count

from perenne.core.queries import log_of
from perenne.money.models import Parting
from perenne.money.queries.checkout.checkout import period_words
from perenne.money.queries.subscriptions.plans import monthly_cents, plans_for
from perenne.money.queries.subscriptions.rules import subscription_rules

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import Coupon, Price, Subscription


@dataclass(frozen=True, slots=True)
class Instead:
    """What a member may do instead of ending: all of it skippable (MB12).

    pause    it can be paused
    smaller  the dearest plan below theirs, or None
    coupon   the owner's reduction for staying, or None
    """

    pause: bool
    smaller: Price | None
    coupon: Coupon | None

    @property
    def smaller_period(self) -> str:
        """Return how often the smaller plan is paid."""
        return period_words(self.smaller) if self.smaller else ""

    @property
    def percent(self) -> Decimal:
        """Return the reduction in per cent, without zeros at its end."""
        return Decimal(self.coupon.percent_bp if self.coupon else 0) / 100

    def __bool__(self) -> bool:
        """Tell whether there is anything to offer."""
        return self.pause or self.smaller is not None or self.coupon is not None


def instead_of_ending(row: Subscription, now: datetime) -> Instead:
    """Return what to offer beside the button that ends it."""
    if row.state not in {"active", "trialing"}:
        return Instead(pause=False, smaller=None, coupon=None)
    paid = monthly_cents(row.price)
    below = [price for price in plans_for(row, now) if monthly_cents(price) < paid]
    return Instead(
        pause=row.state == "active" and subscription_rules().pause_days > 0,
        smaller=below[-1] if below else None,
        coupon=stay_coupon_for(row, now),
    )


def stay_coupon_for(row: Subscription, now: datetime) -> Coupon | None:
    """Return the reduction a member may stay for: once, and not on top of another."""
    coupon = subscription_rules().stay_coupon
    if coupon is None or not coupon.active:
        return None
    reduced = row.coupon_id is not None and row.coupon_periods != 0
    had = log_of(row).filter(verb="money.stay_offer_taken").exists()
    over = coupon.ends_at is not None and coupon.ends_at <= now
    used_up = coupon.max_uses is not None and coupon.uses >= coupon.max_uses
    offers = set(coupon.offers.values_list("pk", flat=True))
    elsewhere = bool(offers) and row.offer_id not in offers
    if reduced or had or over or used_up or elsewhere:
        return None
    return coupon


def partings_by_reason() -> list[tuple[str, int]]:
    """Return (reason, how many) of those who said why they left, most first."""
    rows = Parting.objects.values("reason").annotate(count=Count("pk"))
    labels = dict(Parting.Reason.choices)
    return [
        (str(labels[row["reason"]]), row["count"])
        for row in rows.order_by("-count", "reason")
    ]


def parting_of(subscription_id: int) -> Parting | None:
    """Return why somebody left, if they said so."""
    return Parting.objects.filter(subscription=subscription_id).first()
