"""The owner's screens for what providers tell: events and the nightly comparison."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perenne.core.clock import now
from perenne.core.queries import log_of
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.money.actions.inbox.events import replay_event
from perenne.money.actions.inbox.reconcile import reconcile_nightly
from perenne.money.models import ProviderEvent
from perenne.money.queries.checkout.checkout import zone_of_business
from perenne.money.queries.inbox.events import event_by_id, events_matching
from perenne.money.queries.inbox.reconciliation import (
    last_payouts,
    last_reconciliations,
)
from perenne.money.web.inbox.provider_words import outcome_words, what_words

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from perenne.money.models import Reconciliation


@desk_view("money.view_providerevent")
@require_GET
def events(request: HttpRequest) -> HttpResponse:
    """List the events; search by kind, filter by state."""
    kind, state = request.GET.get("q", ""), request.GET.get("state", "")
    page = keyset_page(
        events_matching(kind, state if state in ProviderEvent.State.values else ""),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(
        request,
        "money/backoffice/events.html",
        {
            "page": page,
            "rows": [(row, outcome_words(row.outcome)) for row in page.rows],
            "q": kind,
            "state": state,
            "states": ProviderEvent.State.choices,
            "zone": zone_of_business(),
        },
    )


@desk_view("money.view_providerevent")
@require_GET
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an event without its secrets, and what became of it."""
    row = event_by_id(pk)
    return render(
        request,
        "money/backoffice/event.html",
        {
            "row": row,
            "outcome": outcome_words(row.outcome),
            "payload": json.dumps(row.payload, indent=2, ensure_ascii=False),
            "log": log_of(row)[:30],
            "zone": zone_of_business(),
        },
    )


@desk_view("money.change_providerevent")
@require_POST
def replay(request: HttpRequest, pk: int) -> HttpResponse:
    """Have an event handled once more."""
    replay_event(pk, actor=actor_of(request), now=now())
    messages.success(request, _("The event is being handled again."))
    return redirect("desk_money_event", pk=pk)


@desk_view("money.view_reconciliation")
@require_GET
def reconciliation(request: HttpRequest) -> HttpResponse:
    """Show the last comparisons with the providers, and the payouts."""
    rows = last_reconciliations()
    return render(
        request,
        "money/backoffice/reconciliation.html",
        {
            "report": _report(rows[0]) if rows else None,
            "rows": rows[1:],
            "payouts": last_payouts(),
            "zone": zone_of_business(),
        },
    )


def _report(row: Reconciliation) -> dict[str, Any]:
    return {
        "row": row,
        "listed": [(what_words(what), count) for what, count in row.listed.items()],
        "mended": [
            (what_words(one["what"]), one["ref"], outcome_words(one["did"]))
            for one in row.mended
        ],
        "differences": [
            (what_words(one["what"]), one["ref"], outcome_words(one["why"]), one)
            for one in row.differences
        ],
    }


@desk_view("money.change_reconciliation")
@require_POST
def reconcile_now(request: HttpRequest) -> HttpResponse:
    """Compare now and not only at night."""
    reconcile_nightly.enqueue()
    messages.success(request, _("The comparison has begun. Come back in a minute."))
    return redirect("desk_money_reconciliation")
