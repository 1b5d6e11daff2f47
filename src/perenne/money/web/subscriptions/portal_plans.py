"""My subscription: another plan, another card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perenne.core.clock import now as now_
from perenne.core.errors import Refusal
from perenne.core.tokens import new_token
from perenne.money.actions.renewals.methods import open_method_page, settle_method_page
from perenne.money.actions.renewals.plan_changes import (
    charge_change,
    drop_plan_change,
    plan_change,
)
from perenne.money.gateways.protocol import ProviderRefused, ProviderUnavailable
from perenne.money.queries.checkout.checkout import period_words, zone_of_business
from perenne.money.queries.subscriptions.plans import (
    mandate_for,
    plans_for,
    quote_plan,
    waiting_change,
)
from perenne.money.queries.subscriptions.portal import newest_method_page
from perenne.money.web.checkout.provider_pages import leads_to_provider
from perenne.money.web.subscriptions.forms_life import PlanForm
from perenne.money.web.subscriptions.portal import actor_of_member, own_subscription

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, HttpResponse

    from perenne.money.models import Subscription


@never_cache
@leads_to_provider
@login_required
@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the plans with what each costs now and later, and change to one (MB10)."""
    row, now = own_subscription(request, pk), now_()
    if request.method == "POST":
        try:
            return _change(request, row, now=now)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("money_plan", pk=row.pk)
    quotes = [quote_plan(row, price, now) for price in plans_for(row, now)]
    return render(
        request,
        "money/portal/plan.html",
        {
            "row": row,
            "period": period_words(row.price),
            "plans": [
                {
                    "quoted": quoted,
                    "period": period_words(quoted.price),
                    "mandate": mandate_for(quoted.price, from_at=now),
                    "key": new_token(),
                }
                for quoted in quotes
            ],
            "change": waiting_change(row),
            "zone": zone_of_business(),
        },
    )


def _change(request: HttpRequest, row: Subscription, *, now: datetime) -> HttpResponse:
    form = PlanForm(request.POST)
    if not form.is_valid():
        return redirect("money_plan", pk=row.pk)
    data = form.cleaned_data
    change = plan_change(
        row.pk,
        price_id=data["price"],
        key=data["key"],
        shown_due_cents=data["due_cents"],
        actor=actor_of_member(request),
        now=now,
    )
    unpaid = charge_change(change.pk, now=now)
    if unpaid is not None:
        return redirect("money_pay", key=unpaid.key)
    change.refresh_from_db()
    if change.state == "done":
        messages.success(request, _("You are on your new plan."))
    elif change.at_period_end:
        messages.success(request, _("The change is planned. A mail confirms it."))
    else:
        messages.info(request, _("The payment is under way."))
    return redirect("money_subscriptions")


@login_required
@require_POST
def drop_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a planned change back."""
    row = own_subscription(request, pk)
    change = waiting_change(row)
    if change is not None:
        drop_plan_change(change.pk, actor=actor_of_member(request), now=now_())
        messages.success(request, _("Your plan stays as it is."))
    return redirect("money_subscriptions")


@leads_to_provider
@login_required
@require_POST
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to the provider's page on which another card is saved."""
    row = own_subscription(request, pk)
    back = reverse("money_card_done", args=[row.pk])
    try:
        return redirect(open_method_page(row.pk, back=back, now=now_()))
    except (ProviderUnavailable, ProviderRefused):
        messages.error(request, _("The page cannot be reached. Please try again."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("money_subscriptions")


@never_cache
@login_required
@require_GET
def card_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Take over the card that was saved, on the way back from the provider."""
    row = own_subscription(request, pk)
    page_id = newest_method_page(row.pk)
    try:
        saved = page_id is not None and (
            settle_method_page(page_id, now=now_()) in {"saved", "known"}
        )
    except (ProviderUnavailable, ProviderRefused):
        saved = False
    if saved:
        messages.success(request, _("Your new card is saved."))
    else:
        messages.info(request, _("No card was saved; the former one stays."))
    return redirect("money_subscriptions")
