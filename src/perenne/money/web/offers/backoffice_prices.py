"""What the owner does with an offer's prices: set, end, plan a rise."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.core.clock import now as now_
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.money.actions.offers.ladders import add_step, drop_step
from perenne.money.actions.offers.prices import end_price, set_price
from perenne.money.queries.checkout.checkout import zone_of_business
from perenne.money.queries.offers.offers import current_prices, offer_by_id
from perenne.money.web.offers.backoffice_offers import (
    currency_of_business,
    offer_screen,
)
from perenne.money.web.offers.forms_offers import PRICE_FORMS, StepForm

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest, HttpResponse


def _refuse(form: forms.Form, refusal: Refusal) -> None:
    form.add_error(
        refusal.field if refusal.field in form.fields else None, str(refusal)
    )


@desk_view("money.change_offer")
@require_POST
def price(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the price of a way to pay from now on."""
    offer = offer_by_id(pk)
    make = PRICE_FORMS.get(request.POST.get("kind", ""))
    if make is None:
        raise NotFound
    form = make(request.POST, currency=currency_of_business())
    if form.is_valid():
        try:
            set_price(offer.pk, form.terms(), actor=actor_of(request), now=now_())
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("The new price holds from now on."))
            return redirect("desk_money_offer", pk=offer.pk)
    return offer_screen(request, offer, price_form=form)


@desk_view("money.change_offer")
@require_POST
def end(request: HttpRequest, pk: int, price_pk: int) -> HttpResponse:
    """Stop selling a way to pay."""
    end_price(price_pk, offer_id=pk, actor=actor_of(request), now=now_())
    messages.success(request, _("This price is not sold any more."))
    return redirect("desk_money_offer", pk=pk)


@desk_view("money.change_offer")
@require_POST
def step(request: HttpRequest, pk: int, price_pk: int) -> HttpResponse:
    """Plan a rise of one price."""
    offer, now = offer_by_id(pk), now_()
    held = [row for row in current_prices(offer.pk, now) if row.pk == price_pk]
    if not held:
        raise NotFound
    with timezone.override(ZoneInfo(str(zone_of_business()))):
        form = StepForm(request.POST, price=held[0])
        valid = form.is_valid()
    if valid:
        try:
            add_step(
                offer.pk, price_pk, step=form.step(), actor=actor_of(request), now=now
            )
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("The step is planned."))
            return redirect("desk_money_offer", pk=offer.pk)
    return offer_screen(request, offer, step_form=(price_pk, form))


@desk_view("money.change_offer")
@require_POST
def step_out(request: HttpRequest, pk: int, step_pk: int) -> HttpResponse:
    """Take a planned rise out."""
    drop_step(step_pk, offer_id=pk, actor=actor_of(request), now=now_())
    messages.success(request, _("The step is taken out."))
    return redirect("desk_money_offer", pk=pk)
