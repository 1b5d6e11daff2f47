"""To which plans a subscription may change, and what a change costs (MB10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.template.defaultfilters import date as write_date
from django.utils.translation import gettext

from perenne.core.queries import current_business
from perenne.core.templatetags.perenne import money
from perenne.money.domain.checkout.amounts import like
from perenne.money.domain.subscriptions.periods import next_period_end
from perenne.money.domain.subscriptions.proration import Difference, Running, difference
from perenne.money.models import Charge, Offer, Payment, PlanChange, PlanGroup
from perenne.money.queries.checkout.checkout import (
    amounts_due,
    civil_day,
    period_words,
    zone_of_business,
)
from perenne.money.queries.offers.offers import current_prices
from perenne.money.queries.subscriptions.charging import on_plan, rhythm_of

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.checkout.amounts import Amounts
    from perenne.money.models import Price, Subscription


@dataclass(frozen=True, slots=True)
class Quoted:
    """A change of plan as it is shown: now for the difference, or later for nothing.

    amounts   what is charged now, VAT split out
    ends_at   until when the new period runs that begins now
    renews_cents  what it costs each time from then on, any reduction taken off
    """

    price: Price
    difference: Difference
    amounts: Amounts
    ends_at: datetime
    renews_cents: int


def plans_for(row: Subscription, now: datetime) -> list[Price]:
    """Return the prices a subscription may change to, cheapest by the month first.

    Those on sale of its own offer, and of the offers its owner groups with it: recurring,
    in its currency, without instalments. The window of an offer does not matter to those
    who are members already, but what is not shown any more is not changed to.
    """
    groups = PlanGroup.objects.filter(offers=row.offer_id)
    others = Offer.objects.filter(plan_groups__in=groups, active=True)
    ids = {row.offer_id, *others.values_list("pk", flat=True)}
    prices = [
        price
        for offer_id in sorted(ids)
        for price in current_prices(offer_id, now)
        if price.interval != "one_off"
        and price.instalments == 1
        and price.currency == row.price.currency
        and price.pk != row.price_id
        and not _same_plan(row, price)
    ]
    offers = Offer.objects.in_bulk({price.offer_id for price in prices})
    for price in prices:
        price.offer = offers[price.offer_id]
    return sorted(prices, key=lambda price: (monthly_cents(price), price.pk))


def _same_plan(row: Subscription, price: Price) -> bool:
    """Tell whether a price is what the subscription has, at another amount (MB20)."""
    held = row.price
    return (price.offer_id, price.interval, price.interval_count) == (
        row.offer_id,
        held.interval,
        held.interval_count,
    )


def monthly_cents(price: Price) -> int:
    """Return what a price costs by the month, to compare plans."""
    rhythm = rhythm_of(price)
    if rhythm.months:
        return price.amount_cents // rhythm.months
    return price.amount_cents * 365 // (12 * rhythm.days)


def running_period(row: Subscription, now: datetime) -> Running:
    """Return how much of the running period is paid and used at `now`, in civil days.

    Days that a pause took out count as neither.
    """
    charge = Charge.objects.filter(
        subscription=row,
        period_start=row.current_period_start,
        state=Charge.State.PAID,
    ).first()
    if charge is not None:
        start, end = charge.period_start, charge.period_end
        paid = charge.gross_cents + charge.credit_cents
        refunded = Payment.objects.filter(charge=charge)
    else:
        start = row.started_at
        end = row.trial_ends_at or next_period_end(
            start, rhythm_of(row.price), anchor=start, zone=zone_of_business()
        )
        lines = row.order.lines.filter(offer=row.order.offer_id)
        paid = lines.aggregate(sum=Sum("gross_cents"))["sum"] or 0
        refunded = Payment.objects.filter(order=row.order_id)
    back = refunded.filter(surplus=False).aggregate(sum=Sum("refunded_cents"))["sum"]
    total = max((civil_day(end) - civil_day(start)).days, 1)
    left = (civil_day(row.current_period_end) - civil_day(now)).days
    return Running(max(paid - (back or 0), 0), max(total - left, 0), total)


def quote_plan(row: Subscription, price: Price, now: datetime) -> Quoted:
    """Return what changing to a price costs at `now`; nothing is written."""
    full = amounts_due(on_plan(row, price), now)
    cost = difference(
        running_period(row, now),
        older_cents=row.credit_cents,
        price_cents=full.gross_cents,
    )
    return Quoted(
        price=price,
        difference=cost,
        amounts=like(full, cost.due_cents),
        ends_at=next_period_end(
            now, rhythm_of(price), anchor=now, zone=zone_of_business()
        ),
        renews_cents=full.gross_cents,
    )


def mandate_for(price: Price, *, from_at: datetime) -> str:
    """Return what a member allows us to charge from a day on (R128)."""
    return gettext(
        "I allow %(business)s to charge %(amount)s %(period)s to my saved means of "
        "payment from %(day)s on, until I end the subscription, which I can do online at "
        "any time."
    ) % {
        "business": getattr(current_business(), "name", ""),
        "amount": money(price.amount_cents, price.currency),
        "period": period_words(price),
        "day": write_date(from_at.astimezone(zone_of_business()), "DATE_FORMAT"),
    }


def waiting_change(row: Subscription) -> PlanChange | None:
    """Return the change of plan that waits for its day or its payment, or None."""
    return (
        PlanChange.objects.filter(subscription=row, state=PlanChange.State.WAITING)
        .select_related("price_to__offer", "charge")
        .first()
    )


def changes_of(row: Subscription) -> list[PlanChange]:
    """Return the changes of plan that were asked for, newest first."""
    return list(
        PlanChange.objects.filter(subscription=row)
        .select_related("price_from__offer", "price_to__offer")
        .order_by("-pk")[:50]
    )


def unpaid_change_ids(before: datetime, *, under_way: bool = True) -> list[int]:
    """Return the changes asked for before an instant whose difference is not paid.

    under_way  with those that a bank is answering
    """
    waiting = PlanChange.objects.filter(
        state=PlanChange.State.WAITING, at_period_end=False, asked_at__lte=before
    )
    if not under_way:
        waiting = waiting.filter(charge__under_way_at=None)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:1000])
