"""What the owner does to one subscription: the same as its member, and a little more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.core.clock import now as now_
from perenne.core.errors import Refusal
from perenne.core.tokens import new_token
from perenne.core.web.desk import actor_of, desk_view
from perenne.money.actions.renewals.plan_changes import plan_change
from perenne.money.actions.subscriptions.instalments import waive_instalments
from perenne.money.actions.subscriptions.pauses import (
    pause_subscription,
    resume_subscription,
)
from perenne.money.actions.subscriptions.subscriptions import (
    keep_subscription,
    stop_renewal,
)
from perenne.money.queries.checkout.checkout import civil_day, zone_of_business
from perenne.money.queries.subscriptions.rules import subscription_rules
from perenne.money.queries.subscriptions.subscriptions import subscription_by_id
from perenne.money.web.subscriptions.forms_life import PauseForm, PlanForm, WaiverForm

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


def _do(
    request: HttpRequest, pk: int, act: Callable[[], object], *, done: str
) -> HttpResponse:
    subscription_by_id(pk)
    try:
        act()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("desk_money_subscription", pk=pk)


@desk_view("money.change_subscription")
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop the renewal for the person."""
    return _do(
        request,
        pk,
        lambda: stop_renewal(pk, actor=actor_of(request), now=now_()),
        done=_("It ends with the paid period; a mail says so."),
    )


@desk_view("money.change_subscription")
@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a stop back, because the person asked for it."""
    return _do(
        request,
        pk,
        lambda: keep_subscription(pk, actor=actor_of(request), now=now_()),
        done=_("It goes on."),
    )


@desk_view("money.change_subscription")
@require_POST
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause it to a day."""
    now = now_()
    form = PauseForm(
        request.POST,
        today=civil_day(now),
        longest=subscription_rules().pause_days,
    )
    if not form.is_valid():
        messages.error(request, _("Please choose a day."))
        return redirect("desk_money_subscription", pk=pk)
    until = form.instant(zone_of_business())
    return _do(
        request,
        pk,
        lambda: pause_subscription(pk, until=until, actor=actor_of(request), now=now),
        done=_("It is paused; a mail says so."),
    )


@desk_view("money.change_subscription")
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Take it up again now."""
    return _do(
        request,
        pk,
        lambda: resume_subscription(pk, actor=actor_of(request), now=now_()),
        done=_("It runs again; a mail says so."),
    )


@desk_view("money.change_subscription")
@require_POST
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Plan another plan for the next renewal: only its member can agree to pay more now."""
    form = PlanForm({"price": request.POST.get("price"), "key": new_token()})
    if not form.is_valid():
        return redirect("desk_money_subscription", pk=pk)
    price_id = form.cleaned_data["price"]
    return _do(
        request,
        pk,
        lambda: plan_change(
            pk,
            price_id=price_id,
            key=form.cleaned_data["key"],
            actor=actor_of(request),
            now=now_(),
        ),
        done=_("The plan changes with the next renewal; a mail says so."),
    )


@desk_view("money.change_subscription")
@require_POST
def waive(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for no further instalment."""
    form = WaiverForm(request.POST)
    stays = form.is_valid() and form.cleaned_data["access_stays"]
    return _do(
        request,
        pk,
        lambda: waive_instalments(
            pk, access_stays=stays, actor=actor_of(request), now=now_()
        ),
        done=_("Nothing more is asked for; a mail says so."),
    )
