"""My subscription: what I pay, when next, what I get; change, pause, card, end (MB15).

Everything is two clicks from here; ending is one of them, and nothing stands before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from perenne.core.clock import now as now_
from perenne.core.errors import NotAllowed, Refusal
from perenne.money.actions.exits.free_exits import leave_at_once
from perenne.money.actions.exits.partings import say_why, stay_for_less
from perenne.money.actions.subscriptions.billing_details import set_billing_details
from perenne.money.actions.subscriptions.pauses import (
    pause_subscription,
    resume_subscription,
)
from perenne.money.actions.subscriptions.subscriptions import (
    keep_subscription,
    stop_renewal,
)
from perenne.money.actions.vat.places import locate_buyer
from perenne.money.queries.checkout import checkout as reading
from perenne.money.queries.exits.partings import instead_of_ending
from perenne.money.queries.subscriptions.notices import free_exit
from perenne.money.queries.subscriptions.portal import billing_of, shown_to_member
from perenne.money.queries.subscriptions.rules import subscription_rules
from perenne.money.queries.subscriptions.subscriptions import (
    subscription_for,
    subscriptions_of,
    unpaid_charge,
)
from perenne.money.web.checkout.provider_pages import leads_to_provider
from perenne.money.web.subscriptions.forms_life import (
    BillingForm,
    PartingForm,
    PauseForm,
)
from perenne.people.api import person_of_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from perenne.money.models import Subscription


def member_id(request: HttpRequest) -> int:
    """Return the person who is signed in; NotAllowed for an account without one."""
    person = person_of_user(request.user.pk)
    if person is None:
        raise NotAllowed
    return person.pk


def own_subscription(request: HttpRequest, pk: int) -> Subscription:
    """Return one of the member's own subscriptions; NotFound for anyone else's."""
    return subscription_for(member_id(request), pk)


def actor_of_member(request: HttpRequest) -> str:
    """Return how the log names the member."""
    return f"person:{member_id(request)}"


@never_cache
@leads_to_provider
@login_required
@require_GET
def subscriptions(request: HttpRequest) -> HttpResponse:
    """Show the member's subscriptions, those that run first."""
    person_id, now = member_id(request), now_()
    rows = sorted(
        subscriptions_of(person_id)[:20], key=lambda row: row.state == "ended"
    )
    return render(
        request,
        "money/portal/subscriptions.html",
        {
            "subscriptions": [shown_to_member(row, now) for row in rows],
            "unpaid": unpaid_charge(person_id),
            "zone": reading.zone_of_business(),
        },
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then end it: two clicks from the subscription (R61).

    What could be done instead stands below the button and is skipped by pressing it.
    """
    row, now = own_subscription(request, pk), now_()
    if request.method == "POST":
        actor = actor_of_member(request)
        if request.POST.get("when") == "now":
            leave_at_once(row.pk, actor=actor, now=now)
        else:
            stop_renewal(row.pk, actor=actor, now=now)
        messages.success(request, _("Your subscription ends. A mail confirms it."))
        return redirect("money_parting", pk=row.pk)
    return render(
        request,
        "money/portal/stop.html",
        {
            "row": row,
            "instead": instead_of_ending(row, now),
            "at_once": free_exit(row, now),
            "zone": reading.zone_of_business(),
        },
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def parting(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, after it has ended; it can be skipped (MB11)."""
    row = own_subscription(request, pk)
    form = PartingForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        say_why(row.pk, **form.cleaned_data, actor=actor_of_member(request), now=now_())
        messages.success(request, _("Thank you for telling us."))
        return redirect("money_subscriptions")
    return render(
        request,
        "money/portal/parting.html",
        {"row": row, "form": form},
        status=422 if form.errors else 200,
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause to a chosen day (MB9)."""
    row, now = own_subscription(request, pk), now_()
    zone = reading.zone_of_business()
    form = PauseForm(
        request.POST if request.method == "POST" else None,
        today=reading.civil_day(now),
        longest=subscription_rules().pause_days,
    )
    if form.is_bound and form.is_valid():
        try:
            pause_subscription(
                row.pk,
                until=form.instant(zone),
                actor=actor_of_member(request),
                now=now,
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Your subscription is paused."))
            return redirect("money_subscriptions")
    return render(
        request,
        "money/portal/pause.html",
        {"row": row, "form": form, "zone": zone},
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a paused subscription up again."""
    return _do(
        request, pk, resume_subscription, done=_("Your subscription runs again.")
    )


@login_required
@require_POST
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a stop back."""
    return _do(request, pk, keep_subscription, done=_("Your subscription goes on."))


@login_required
@require_POST
def stay(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the reduction that is offered for staying."""
    return _do(
        request,
        pk,
        stay_for_less,
        done=_("The reduction counts from your next payment on."),
    )


def _do(
    request: HttpRequest, pk: int, act: Callable[..., object], *, done: str
) -> HttpResponse:
    row = own_subscription(request, pk)
    try:
        act(row.pk, actor=actor_of_member(request), now=now_())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("money_subscriptions")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def billing(request: HttpRequest, pk: int) -> HttpResponse:
    """Change name, address and VAT number on the invoices to come."""
    row = own_subscription(request, pk)
    if request.method == "POST":
        form = BillingForm(request.POST)
        if form.is_valid():
            buyer, now = form.buyer(row.order), now_()
            set_billing_details(
                row.pk,
                buyer,
                actor=actor_of_member(request),
                now=now,
                place=locate_buyer(buyer, now=now),
            )
            messages.success(request, _("Your next invoice shows it."))
            return redirect("money_subscriptions")
    else:
        form = BillingForm.of(billing_of(row))
    return render(
        request,
        "money/portal/billing.html",
        {"row": row, "form": form},
        status=422 if form.errors else 200,
    )
