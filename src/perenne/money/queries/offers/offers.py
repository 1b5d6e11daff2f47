"""Reads about offers: what is on sale, at which price, and what it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q

from perenne.core import legal
from perenne.core.errors import NotFound
from perenne.money.domain.fulfilment import fulfilment
from perenne.money.domain.offers.ladders import Step, next_steps
from perenne.money.domain.offers.prior_prices import Applied, prior_price
from perenne.money.domain.offers.windows import Sale, Window
from perenne.money.models import Offer, Price, PriceStep

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from django.db.models import QuerySet

    # Currency, rhythm, its count, number of instalments: one price at a time for each.
    type Way = tuple[str, str, int, int]


def offers_on_sale(now: datetime) -> QuerySet[Offer]:
    """Return offers that can be bought at `now`, soonest to close first."""
    return (
        Offer.objects.filter(active=True)
        .filter(Q(seats=None) | Q(seats_taken__lt=F("seats")))
        .filter(Q(opens_at=None) | Q(opens_at__lte=now))
        .filter(Q(closes_at=None) | Q(closes_at__gt=now))
        .order_by("closes_at", "pk")
    )


def offer_by_slug(slug: str) -> Offer | None:
    """Return the offer, on sale or not, or None."""
    return Offer.objects.filter(slug=slug).select_related("stream").first()


def offer_or_refuse(slug: str) -> Offer:
    """Return an offer that visitors may see; NotFound when there is none."""
    offer = offer_by_slug(slug)
    if offer is None or not offer.active:
        raise NotFound
    return offer


def offers_matching(text: str) -> QuerySet[Offer]:
    """Return offers whose title or address begins with the text."""
    offers = Offer.objects.all()
    wanted = text.strip()
    if not wanted:
        return offers
    return offers.filter(Q(title__istartswith=wanted) | Q(slug__startswith=wanted))


def offer_titles() -> list[tuple[int, str]]:
    """Return (key, title) of every offer, by title."""
    return list(Offer.objects.order_by("title").values_list("pk", "title"))


def offer_by_id(offer_id: int) -> Offer:
    """Return an offer; NotFound when there is none."""
    offer = Offer.objects.filter(pk=offer_id).select_related("stream").first()
    if offer is None:
        raise NotFound
    return offer


def seats_left(offer: Offer) -> int | None:
    """Return how many seats can still be taken; None when there is no limit."""
    return None if offer.seats is None else max(0, offer.seats - offer.seats_taken)


def sale_of(offer: Offer, now: datetime) -> Sale:
    """Return whether the offer can be bought at `now`, and if not, why."""
    left = seats_left(offer)
    return Window(offer.opens_at, offer.closes_at, offer.active, left).at(now)


def way_of(row: Price | PriceStep) -> Way:
    """Return the way to pay that a price or a step belongs to."""
    return row.currency, row.interval, row.interval_count, row.instalments


def price_history(offer_id: int) -> QuerySet[Price]:
    """Return every price the offer ever had, newest first."""
    return Price.objects.filter(offer_id=offer_id).order_by("-valid_from", "-pk")


def current_prices(offer_id: int, now: datetime) -> list[Price]:
    """Return the prices on sale at `now`, one per way to pay, cheapest first."""
    return prices_among(price_history(offer_id), now)


def prices_among(history: Iterable[Price], now: datetime) -> list[Price]:
    """Return the prices on sale at `now` out of a history, newest first."""
    latest: dict[Way, Price] = {}
    for price in history:
        if price.valid_from <= now:
            latest.setdefault(way_of(price), price)
    return sorted(
        (price for price in latest.values() if price.on_sale),
        key=lambda price: (price.currency, price.amount_cents, price.pk),
    )


def newest_price(offer_id: int, way: Way) -> Price | None:
    """Return the newest price of a way to pay, on sale or not, or None."""
    names = ("currency", "interval", "interval_count", "instalments")
    rows = price_history(offer_id).filter(**dict(zip(names, way, strict=True)))
    return rows.first()


def struck_price(
    offer: Offer, price: Price, history: Iterable[Price], *, on: date, now: datetime
) -> int | None:
    """Return the amount to strike through beside a price, or None (R67).

    history  of the offer, newest first
    on       the civil day, which chooses the law's number of days
    """
    if price.minimum_cents is not None:
        return None
    rows = [
        Applied(row.valid_from, row.amount_cents, row.on_sale)
        for row in history
        if way_of(row) == way_of(price)
    ]
    return prior_price(
        rows[::-1],
        sold_since=offer.opens_at or offer.created_at,
        now=now,
        days=prior_days(on),
    )


def prior_days(on: date) -> int:
    """Return how many days before a reduction count for the prior price (R67)."""
    return int(legal.value("consumer_terms", "prior_price_days", on=on))


def steps_of(offer_id: int) -> list[PriceStep]:
    """Return the steps of an offer's ladder that are still to come, soonest first."""
    rows = PriceStep.objects.filter(offer_id=offer_id, reached_at=None)
    return list(rows.order_by("starts_at", "after_seats", "pk"))


def step_value(row: PriceStep) -> Step:
    """Return a step as a value."""
    return Step(row.amount_cents, row.starts_at, row.after_seats)


def rises_next(price: Price, steps: Iterable[PriceStep]) -> list[Step]:
    """Return what makes this price rise next, by date and by seats."""
    own = [step_value(row) for row in steps if way_of(row) == way_of(price)]
    return next_steps(price.amount_cents, own)


def grants_of(offer: Offer) -> list[tuple[str, str]]:
    """Return (label, address) of what buying the offer opens, in the owner's order.

    A grant whose app is not installed any more is left out.
    """
    return [
        (
            fulfilment.get(row.kind).label(row.key),
            fulfilment.get(row.kind).where(row.key),
        )
        for row in offer.grants.order_by("pk")
        if row.kind in fulfilment
    ]


def grant_choices() -> list[tuple[str, str]]:
    """Return ("kind:key", label) of everything an offer can grant."""
    return [
        (f"{kind}:{key}", label)
        for kind, handler in fulfilment
        for key, label in handler.choices()
    ]


def grant_keys(offer: Offer) -> list[str]:
    """Return "kind:key" of what the offer grants."""
    return [str(row) for row in offer.grants.order_by("pk")]
