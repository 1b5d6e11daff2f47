"""The owner's screens for offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from perenne.core.clock import now as now_
from perenne.core.errors import Refusal
from perenne.core.queries import current_business
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.money.actions.offers.offers import add_offer, change_offer, set_grants
from perenne.money.queries.checkout.checkout import civil_day, zone_of_business
from perenne.money.queries.checkout.offer_pages import owners_ways
from perenne.money.queries.checkout.plan_words import price_words
from perenne.money.queries.offers.coupons import coupons_of
from perenne.money.queries.offers.offers import (
    grant_choices,
    grant_keys,
    offer_by_id,
    offers_matching,
    price_history,
    prices_among,
    prior_days,
    sale_of,
    steps_of,
)
from perenne.money.web.offers.forms_offers import (
    PRICE_FORMS,
    OfferForm,
    PriceForm,
    StepForm,
)
from perenne.streams.api import streams

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from perenne.money.models import Offer, Price

_FIELDS = (
    "title",
    "slug",
    "summary",
    "description",
    "stream_id",
    "legal_nature",
    "vat_nature",
    "opens_at",
    "closes_at",
    "closing_reason",
    "seats",
    "active",
)


@desk_view("money.view_offer")
@require_GET
def offers(request: HttpRequest) -> HttpResponse:
    """List offers with whether they are open."""
    now, text = now_(), request.GET.get("q", "")
    page = keyset_page(
        offers_matching(text),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    rows = [(offer, sale_of(offer, now).value) for offer in page.rows]
    return render(
        request,
        "money/backoffice/offers.html",
        {"rows": rows, "page": page, "q": text, "zone": zone_of_business()},
    )


def _form(*args: Any, initial: dict[str, Any] | None = None) -> OfferForm:
    return OfferForm(
        *args,
        initial=initial,
        streams=[(row.pk, row.name) for row in streams()],
        grants=grant_choices(),
        time_zone=str(zone_of_business()),
    )


@desk_view("money.add_offer")
@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Put up a new offer."""
    form = (
        _bound(request) if request.method == "POST" else _form(initial={"active": True})
    )
    if form.is_bound and form.is_valid():
        grants = form.granted()
        try:
            offer = add_offer(**form.cleaned_data, actor=actor_of(request), now=now_())
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            set_grants(offer.pk, grants=grants, actor=actor_of(request), now=now_())
            messages.success(request, _("The offer is saved. Now give it a price."))
            return redirect("desk_money_offer", pk=offer.pk)
    return render(request, "money/backoffice/offer.html", {"form": form})


@desk_view("money.change_offer")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an offer."""
    offer = offer_by_id(pk)
    if request.method == "POST":
        form = _bound(request)
        if form.is_valid() and _save(request, offer, form):
            messages.success(request, _("The offer is saved."))
            return redirect("desk_money_offer", pk=offer.pk)
        return offer_screen(request, offer, form=form)
    return offer_screen(request, offer)


def _bound(request: HttpRequest) -> OfferForm:
    """Read the form with its instants in the business's time zone."""
    with timezone.override(ZoneInfo(str(zone_of_business()))):
        form = _form(request.POST)
        form.is_valid()
    return form


def _save(request: HttpRequest, offer: Offer, form: OfferForm) -> bool:
    grants = form.granted()
    try:
        change_offer(offer.pk, **form.cleaned_data, actor=actor_of(request), now=now_())
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    set_grants(offer.pk, grants=grants, actor=actor_of(request), now=now_())
    return True


def _values(offer: Offer) -> dict[str, Any]:
    zone = zone_of_business()
    values = {name: getattr(offer, name) for name in _FIELDS}
    for name in ("opens_at", "closes_at"):
        if values[name] is not None:
            values[name] = values[name].astimezone(zone).replace(tzinfo=None)
    return values | {"grants": grant_keys(offer)}


def offer_screen(
    request: HttpRequest,
    offer: Offer,
    *,
    form: OfferForm | None = None,
    price_form: PriceForm | None = None,
    step_form: tuple[int, StepForm] | None = None,
) -> HttpResponse:
    """Show an offer's screen; a form that must be mended stands open in its place.

    step_form  with the key of the price whose step it is
    """
    now, currency = now_(), currency_of_business()
    history = list(price_history(offer.pk)[:200])
    price_forms = [
        price_form
        if price_form and price_form.kind == kind
        else make(currency=currency)
        for kind, make in PRICE_FORMS.items()
    ]
    ways = [
        (way, _step_form(way.price, step_form))
        for way in owners_ways(prices_among(history, now), steps_of(offer.pk))
    ]
    invalid = any(part is not None for part in (form, price_form, step_form))
    return render(
        request,
        "money/backoffice/offer.html",
        {
            "offer": offer,
            "sale": sale_of(offer, now).value,
            "form": form or _form(initial=_values(offer)),
            "form_open": form is not None,
            "price_forms": price_forms,
            "ways": ways,
            "history": [(row, price_words(row)) for row in history[:50]],
            "prior_days": prior_days(civil_day(now)),
            "codes": coupons_of(offer.pk),
            "page_url": settings.SITE_URL + reverse("money_offer", args=[offer.slug]),
            "zone": zone_of_business(),
        },
        status=422 if invalid else 200,
    )


def _step_form(price: Price, held: tuple[int, StepForm] | None) -> StepForm | None:
    if price.minimum_cents is not None:
        return None
    return held[1] if held and held[0] == price.pk else StepForm(price=price)


def currency_of_business() -> str:
    """Return the currency in which the business sells."""
    business = current_business()
    return business.currency if business else "EUR"
