"""The owner's rules for subscriptions, the plans members change between, higher prices."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perenne.core.clock import now as now_
from perenne.core.errors import Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.money.actions.subscriptions.rises import plan_rise, withdraw_rise
from perenne.money.actions.subscriptions.subscription_rules import (
    remove_plan_group,
    set_plan_group,
    set_subscription_rules,
)
from perenne.money.queries.checkout.checkout import period_words, zone_of_business
from perenne.money.queries.exits.partings import partings_by_reason
from perenne.money.queries.subscriptions.lives import (
    active_coupons,
    plan_groups,
    recurring_offers,
    running_price,
    running_prices,
)
from perenne.money.queries.subscriptions.rules import subscription_rules
from perenne.money.web.subscriptions.forms_life import (
    PlanGroupForm,
    RiseForm,
    RulesForm,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_FIELDS = (
    "grace_days",
    "trial_notice_days",
    "card_notice_days",
    "pause_days",
)


@desk_view("money.change_subscriptionrules")
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Show and set the rules."""
    coupons = [(row.pk, row.code) for row in active_coupons()]
    held = subscription_rules()
    if request.method == "POST":
        form = RulesForm(request.POST, coupons=coupons)
        if form.is_valid() and _save(request, form):
            messages.success(request, _("The rules are saved."))
            return redirect("desk_money_subscription_rules")
    else:
        values: dict[str, Any] = {name: getattr(held, name) for name in _FIELDS}
        values["retry_days"] = ", ".join(str(day) for day in held.retry_days)
        values["stay_coupon"] = held.stay_coupon_id or ""
        form = RulesForm(initial=values, coupons=coupons)
    return render(
        request,
        "money/backoffice/subscription_rules.html",
        {
            "form": form,
            "groups": plan_groups(),
            "group_form": PlanGroupForm(offers=recurring_offers()),
            "partings": partings_by_reason(),
        },
        status=422 if form.errors else 200,
    )


def _save(request: HttpRequest, form: RulesForm) -> bool:
    data = form.cleaned_data
    try:
        set_subscription_rules(
            retry_days=data["retry_days"],
            stay_coupon_id=data["stay_coupon"],
            **{name: data[name] for name in _FIELDS},
            actor=actor_of(request),
            now=now_(),
        )
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    return True


@desk_view("money.change_plangroup")
@require_POST
def add_group(request: HttpRequest) -> HttpResponse:
    """Group offers between which members may change."""
    form = PlanGroupForm(request.POST, offers=recurring_offers())
    if form.is_valid():
        set_plan_group(
            None,
            name=form.cleaned_data["name"],
            offer_ids=form.cleaned_data["offers"],
            actor=actor_of(request),
            now=now_(),
        )
        messages.success(request, _("Members may change between these offers now."))
    else:
        messages.error(request, _("Please name the group and tick its offers."))
    return redirect("desk_money_subscription_rules")


@desk_view("money.change_plangroup")
@require_POST
def remove_group(request: HttpRequest, pk: int) -> HttpResponse:
    """Ungroup offers."""
    remove_plan_group(pk, actor=actor_of(request), now=now_())
    messages.success(request, _("The group is gone."))
    return redirect("desk_money_subscription_rules")


@desk_view("money.view_subscription")
@require_GET
def prices(request: HttpRequest) -> HttpResponse:
    """List the prices at which people subscribe, with the rises that are planned."""
    rows = [
        {"running": row, "period": period_words(row.price)} for row in running_prices()
    ]
    return render(
        request,
        "money/backoffice/running_prices.html",
        {"rows": rows, "zone": zone_of_business()},
    )


@desk_view("money.add_pricerise")
@require_http_methods(["GET", "POST"])
def rise(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan a higher price for who runs at a price (R65)."""
    running, zone = running_price(pk), zone_of_business()
    form = RiseForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        try:
            plan_rise(
                pk,
                amount_cents=form.amount_cents(running.price.currency),
                from_at=datetime.combine(data["from_on"], time(), tzinfo=zone),
                reason=data["reason"],
                actor=actor_of(request),
                now=now_(),
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("It is planned; the members are told now."))
            return redirect("desk_money_rises")
    return render(
        request,
        "money/backoffice/rise.html",
        {"running": running, "period": period_words(running.price), "form": form},
        status=422 if form.errors else 200,
    )


@desk_view("money.change_pricerise")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a planned rise back."""
    withdraw_rise(pk, actor=actor_of(request), now=now_())
    messages.success(request, _("The rise is taken back."))
    return redirect("desk_money_rises")
