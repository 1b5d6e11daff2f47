"""The checkout, and the page that says what happens now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perenne.core.clock import now as now_
from perenne.core.errors import Refusal
from perenne.core.tokens import new_token
from perenne.core.web.desk import actor_of
from perenne.core.web.ratelimit import client_address, limit
from perenne.money.actions.checkout.checkout import (
    OfferNotOpen,
    PriceNotOnSale,
    start_checkout,
)
from perenne.money.actions.checkout.paying import open_charge_page
from perenne.money.actions.checkout.payment_pages import (
    OrderIsSettled,
    open_payment_page,
)
from perenne.money.actions.checkout.upkeep import settle_order_task
from perenne.money.actions.orders.reservations import OfferSoldOut, TrialUsed
from perenne.money.gateways.protocol import ProviderRefused, ProviderUnavailable
from perenne.money.gateways.providers import provider
from perenne.money.queries.checkout import checkout as reading
from perenne.money.queries.checkout.extras import grants_of_order
from perenne.money.queries.checkout.plan_words import plan_sentences
from perenne.money.queries.offers.offers import grants_of, offer_or_refuse, sale_of
from perenne.money.queries.orders.orders import order_by_key, order_or_refuse
from perenne.money.queries.orders.terms import terms_text
from perenne.money.queries.subscriptions.subscriptions import charge_by_key
from perenne.money.web.checkout.after import after_payment
from perenne.money.web.checkout.extras import read_around
from perenne.money.web.checkout.provider_pages import leads_to_provider
from perenne.money.web.checkout.visits import Visit, known_of, visit_of
from perenne.money.web.checkout.wanted import Wanted, keep_key, key_of, wanted_of
from perenne.money.web.orders.transfers import how_to_transfer

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, QueryDict

    from perenne.money.models import Offer, Order
    from perenne.money.web.forms import CheckoutForm

_OUT_OF_REACH = _("The payment page cannot be reached. Nothing was charged: try again.")


@never_cache
@leads_to_provider
@require_http_methods(["GET", "POST"])
def checkout(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the checkout and take the order."""
    now = now_()
    offer = offer_or_refuse(slug)
    try:
        wanted = wanted_of(request, offer, now)
    except (OfferNotOpen, OfferSoldOut):
        return _closed(request, offer, now)
    except PriceNotOnSale:
        return redirect("money_offer", slug=offer.slug)
    if request.method == "POST":
        limit("checkout", client_address(request), times=60, seconds=600)
    around = read_around(request, offer, wanted.price, now=now)
    visit = visit_of(request, wanted, around, now=now)
    if request.method == "POST" and "apply" not in request.POST:
        form = visit.form(data=request.POST)
        try:
            answer = _take_order(visit, form)
        except TrialUsed as refusal:
            visit = visit_of(request, wanted.without_trial(), around, now=now)
            form, answer = visit.form(data=_without_trial(request)), None
            form.add_error(None, str(refusal))
        if answer is not None:
            return answer
    else:
        form = visit.form(initial=_initial(request, wanted))
    return _checkout_page(visit, form)


def _without_trial(request: HttpRequest) -> QueryDict:
    """Return the form as it was sent, but without the trial and what it agreed to."""
    data = request.POST.copy()
    data["trial"] = "no"
    data.pop("mandate", None)
    return data


def _initial(request: HttpRequest, wanted: Wanted) -> dict[str, Any]:
    """Return what was typed, or what we know of the visitor, and this checkout's key.

    The key lives in the session, one per offer, so that two tabs are one checkout; a
    settled order makes room for a new one. A gift is a checkout of its own.
    """
    if request.method == "POST":
        return request.POST.dict()
    key = key_of(request, wanted.offer)
    held = order_by_key(key) if key else None
    if not key or (held is not None and held.state != "pending"):
        key = new_token()
        keep_key(request, wanted.offer, key)
    return {
        "key": key,
        "price": wanted.price.pk,
        "coupon": wanted.code,
        **known_of(request),
    }


def _take_order(visit: Visit, form: CheckoutForm) -> HttpResponse | None:
    """Start the order and go where it is paid; None when the form must be mended."""
    request, wanted, now = visit.request, visit.wanted, visit.now
    around = visit.around
    sound = around.is_valid() and form.is_valid()
    if not sound or visit.asks_back(form):
        return None
    try:
        order = start_checkout(
            wanted.offer,
            key=form.cleaned_data["key"],
            price_id=form.cleaned_data["price"],
            buyer=form.buyer(),
            method=form.cleaned_data["method"],
            ticked=form.ticked(),
            actor=actor_of(request),
            now=now,
            place=visit.place_of(form),
            extras=around.extras(),
            **form.choices(),
        )
    except (OfferNotOpen, OfferSoldOut):
        return _closed(request, wanted.offer, now)
    except TrialUsed:
        raise
    except Refusal as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, str(refusal))
        return None
    except (ProviderUnavailable, ProviderRefused):
        form.add_error(None, _OUT_OF_REACH)
        return None
    return _go_and_pay(order, form, now)


def _go_and_pay(order: Order, form: CheckoutForm, now: datetime) -> HttpResponse | None:
    if provider(order.provider).by_hand or order.state != "pending":
        return redirect("money_order", key=order.key)
    try:
        return redirect(open_payment_page(order.pk, now=now))
    except OrderIsSettled:
        return redirect("money_order", key=order.key)
    except (ProviderUnavailable, ProviderRefused):
        form.add_error(None, _OUT_OF_REACH)
        return None


def _closed(request: HttpRequest, offer: Offer, now: datetime) -> HttpResponse:
    offer = offer_or_refuse(offer.slug)
    return render(
        request,
        "money/public/closed.html",
        {
            "offer": offer,
            "sale": sale_of(offer, now).value,
            "zone": reading.zone_of_business(),
        },
        status=409,
    )


def _checkout_page(visit: Visit, form: CheckoutForm) -> HttpResponse:
    request, wanted, now = visit.request, visit.wanted, visit.now
    language, basket, quoted = request.LANGUAGE_CODE, wanted.basket, visit.sum.quoted
    form.focus_first_error()
    form.show(visit.sum.shown)
    return render(
        request,
        "money/public/checkout.html",
        {
            "offer": wanted.offer,
            "price": wanted.price,
            "form": form,
            "around": visit.around,
            "period": reading.period_words(wanted.price),
            "code_error": wanted.code_error,
            "plan": plan_sentences(basket, now),
            "quoted": quoted,
            "amounts": quoted.total,
            "sum": visit.sum,
            "asks_country": "confirmed" in form.errors or "confirmed" in request.POST,
            "struck": wanted.struck(now),
            "button": reading.button_label(
                basket,
                today_cents=quoted.total.gross_cents,
                language=language,
                now=now,
            ),
            "terms": terms_text(language),
            "grants": grants_of(wanted.offer),
            "renews": basket.terms.recurring,
        },
        status=422 if form.errors or visit.around.has_errors else 200,
    )


@never_cache
@require_GET
def order_page(request: HttpRequest, key: str) -> HttpResponse:
    """Say what happens now; reads only, grants nothing."""
    order = order_or_refuse(key)
    waiting = order.state == "pending" and not provider(order.provider).by_hand
    came_back = waiting and "back" in request.GET
    if came_back and cache.add(f"asked:{order.pk}", 1, timeout=15):
        settle_order_task.enqueue(order.pk)
    return render(
        request,
        "money/public/order.html",
        {
            "order": order,
            "waiting": waiting,
            "came_back": came_back,
            "grants": grants_of_order(order) if order.state == "paid" else [],
            **after_payment(order, now_()),
            **how_to_transfer(order),
        },
    )


@leads_to_provider
@require_POST
def order_pay(request: HttpRequest, key: str) -> HttpResponse:
    """Go (back) to the payment page of an unpaid order."""
    order = order_or_refuse(key)
    try:
        return redirect(open_payment_page(order.pk, now=now_()))
    except (OrderIsSettled, ProviderUnavailable, ProviderRefused):
        return redirect("money_order", key=order.key)


@never_cache
@require_GET
def pay_charge(request: HttpRequest, key: str) -> HttpResponse:
    """Go from a mail's link to the payment page of a late charge."""
    limit("pay", client_address(request), times=20, seconds=600)
    try:
        return redirect(open_charge_page(key, now=now_()))
    except OrderIsSettled:
        return redirect(reverse("money_pay_done", args=[key]))


@never_cache
@require_GET
def pay_done(request: HttpRequest, key: str) -> HttpResponse:
    """Say what happens after a late charge was paid."""
    charge = charge_by_key(key)
    return render(request, "money/public/pay_done.html", {"key": charge.key})
