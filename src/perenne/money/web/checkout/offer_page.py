"""An offer's own page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_GET

from perenne.core.clock import now as now_
from perenne.money.actions.offers.ladders import reach_steps
from perenne.money.domain.offers.windows import Sale
from perenne.money.queries.checkout.checkout import (
    civil_day,
    franchise_mention,
    zone_of_business,
)
from perenne.money.queries.checkout.extras import extras_of
from perenne.money.queries.checkout.offer_pages import (
    SOON_SECONDS,
    seat_words,
    shown_prices,
)
from perenne.money.queries.offers.offers import (
    grants_of,
    offer_or_refuse,
    prior_days,
    sale_of,
)
from perenne.money.web.checkout.extras import via_of

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from perenne.money.models import Offer


@require_GET
def offer_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show an offer: what one gets, the price, when it closes and why."""
    now, language = now_(), request.LANGUAGE_CODE
    offer = offer_or_refuse(slug)
    reach_steps(offer.pk, now=now)
    sale = sale_of(offer, now)
    shown = shown_prices(offer, request.GET.get("currency", ""), now)
    may_be_kept = _stays(offer, shown.changes_at, now)
    request.front_cached = may_be_kept  # type: ignore[attr-defined]
    return render(
        request,
        "money/public/offer.html",
        {
            "offer": offer,
            "sale": sale.value,
            "choices": shown.choices if sale is Sale.OPEN else [],
            "lowest": shown.lowest,
            "currency": shown.currency,
            "currencies": shown.currencies if len(shown.currencies) > 1 else [],
            "coupon": request.GET.get("coupon", "")[:40],
            "seats": seat_words(offer),
            "can_be_given": extras_of(offer).can_be_given,
            "via": via_of(request),
            "prior_days": prior_days(civil_day(now)),
            "grants": grants_of(offer),
            "mention": franchise_mention(language=language, now=now),
            "zone": zone_of_business(),
        },
    )


def _stays(offer: Offer, changes_at: datetime | None, now: datetime) -> bool:
    """Tell whether the page says the same for as long as it may be kept.

    A page that counts places is made anew for everybody: its count is the real one.
    """
    if offer.seats is not None:
        return False
    soon = now + timedelta(seconds=SOON_SECONDS)
    instants = (offer.opens_at, offer.closes_at, changes_at)
    return all(at is None or not now <= at <= soon for at in instants)
