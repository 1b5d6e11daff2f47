"""The owner's screen of the retention period: who goes, before anybody does."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from perenne.audience.actions.retention import allow_purge, stop_purge
from perenne.audience.queries.retention import (
    kept_since,
    purge_is_allowed,
    stale_persons,
)
from perenne.core import clock, legal
from perenne.core.web.desk import actor_of, desk_view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_SHOWN, _EXAMINED = 100, 5_000


@desk_view("people.change_personaldatarequest")
@require_http_methods(["GET", "POST"])
def retention(request: HttpRequest) -> HttpResponse:
    """Show who has been kept too long; on POST let the purge begin, or stop it."""
    now = clock.now()
    if request.method == "POST":
        if request.POST.get("do") == "stop" or request.GET.get("do") == "stop":
            stop_purge(actor=actor_of(request), now=now)
            messages.success(request, _("Nobody is erased by itself any more."))
        else:
            allow_purge(actor=actor_of(request), now=now)
            messages.success(request, _("The purge begins with the next night."))
        return redirect("desk_audience_retention")
    context = {
        "rule": legal.rule("consent_rules", "prospect_months", on=now.date()),
        "since": kept_since(now),
        "stale": list(islice(stale_persons(now, examined=_EXAMINED), _SHOWN + 1)),
        "shown": _SHOWN,
        "allowed": purge_is_allowed(),
    }
    return render(request, "audience/backoffice/retention.html", context)
