"""The owner's screens for subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render
from django.views.decorators.http import require_GET

from perenne.core.clock import now as now_
from perenne.core.queries import log_of
from perenne.core.web.desk import desk_view
from perenne.core.web.pages import keyset_page
from perenne.money.models import Subscription
from perenne.money.queries.checkout.checkout import (
    civil_day,
    period_words,
    zone_of_business,
)
from perenne.money.queries.exits.partings import parting_of
from perenne.money.queries.subscriptions.notices import notices_of
from perenne.money.queries.subscriptions.plans import changes_of, plans_for
from perenne.money.queries.subscriptions.portal import shown_to_member
from perenne.money.queries.subscriptions.rules import subscription_rules
from perenne.money.queries.subscriptions.subscriptions import (
    charges_of,
    subscription_by_id,
    subscriptions_matching,
)
from perenne.money.web.subscriptions.forms_life import PauseForm, WaiverForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@desk_view("money.view_subscription")
@require_GET
def subscriptions(request: HttpRequest) -> HttpResponse:
    """List subscriptions; search by address, filter by state."""
    text, state = request.GET.get("q", ""), request.GET.get("state", "")
    page = keyset_page(
        subscriptions_matching(
            text, state if state in Subscription.State.values else ""
        ),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(
        request,
        "money/backoffice/subscriptions.html",
        {
            "page": page,
            "rows": [(row, period_words(row.price)) for row in page.rows],
            "q": text,
            "state": state,
            "states": Subscription.State.choices,
            "zone": zone_of_business(),
        },
    )


@desk_view("money.view_subscription")
@require_GET
def subscription(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a subscription with its charges, what its member was told, and its log."""
    row, now = subscription_by_id(pk), now_()
    return render(
        request,
        "money/backoffice/subscription.html",
        {
            "row": row,
            "period": period_words(row.price),
            "shown": shown_to_member(row, now),
            "plans": [(price, period_words(price)) for price in plans_for(row, now)]
            if row.state in {"trialing", "active"} and row.payments_left is None
            else [],
            "pause_form": PauseForm(
                today=civil_day(now), longest=subscription_rules().pause_days
            ),
            "waiver_form": WaiverForm(),
            "charges": charges_of(row.pk)[:50],
            "changes": changes_of(row),
            "notices": notices_of(row.pk),
            "parting": parting_of(row.pk),
            "log": log_of(row)[:30],
            "zone": zone_of_business(),
        },
    )
