"""The owner's screens of launches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from perenne.audience.api import segments_by_name
from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.core.queries import current_business
from perenne.core.web.desk import actor_of, desk_view
from perenne.launches.actions.launches import change_launch, plan_launch
from perenne.launches.domain.windows import is_provisional, state_at
from perenne.launches.queries import (
    business_zone,
    launch_by_slug,
    launches_matching,
    offer_ids_of,
    offers_of,
    offers_to_open,
    result_for,
)
from perenne.launches.web.forms import LaunchForm
from perenne.launches.web.words import headline, percent

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from perenne.launches.domain.results import Result
    from perenne.launches.models import Launch

_NEWEST = 100


@desk_view("launches.view_launch")
def launch_list(request: HttpRequest) -> HttpResponse:
    """Show the launches, newest first."""
    now, text = clock.now(), request.GET.get("q", "").strip()
    rows = [
        (launch, state_at(launch.opens_at, launch.closes_at, now))
        for launch in launches_matching(text)[:_NEWEST]
    ]
    context = {"rows": rows, "q": text, "zone": business_zone()}
    return render(request, "launches/desk/list.html", context)


def _form(request: HttpRequest, **initial: Any) -> LaunchForm:
    segments = [(segment.pk, segment.name) for segment in segments_by_name()]
    return LaunchForm(
        request.POST or None,
        initial=initial,
        offers=offers_to_open(),
        segments=segments,
        zone=business_zone(),
    )


@desk_view("launches.add_launch")
def launch_new(request: HttpRequest) -> HttpResponse:
    """Plan a launch."""
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        try:
            launch = plan_launch(
                **form.launch_fields(), actor=actor_of(request), now=clock.now()
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The launch is planned."))
            return redirect("desk_launches_launch", slug=launch.slug)
    return render(request, "launches/desk/edit.html", {"form": form, "launch": None})


def _launch(slug: str) -> Launch:
    launch = launch_by_slug(slug)
    if launch is None:
        raise NotFound
    return launch


@desk_view("launches.change_launch")
def launch_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a launch before it opens; afterwards only its name and goal."""
    launch, zone = _launch(slug), business_zone()
    form = _form(
        request,
        name=launch.name,
        offers=[str(pk) for pk in offer_ids_of(launch.pk)],
        opens_at=launch.opens_at.astimezone(zone).replace(tzinfo=None),
        closes_at=launch.closes_at.astimezone(zone).replace(tzinfo=None),
        segment=launch.segment_id or "",
        goal_buyers=launch.goal_buyers,
    )
    if request.method == "POST" and form.is_valid():
        try:
            change_launch(
                launch.pk,
                **form.launch_fields(),
                actor=actor_of(request),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The launch is changed."))
            return redirect("desk_launches_launch", slug=launch.slug)
    return render(request, "launches/desk/edit.html", {"form": form, "launch": launch})


@desk_view("launches.view_launch")
def launch_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a launch before, during or after."""
    launch, now = _launch(slug), clock.now()
    business = current_business()
    currency = business.currency if business else "EUR"
    result = result_for(launch)
    context = {
        "launch": launch,
        "state": state_at(launch.opens_at, launch.closes_at, now),
        "headline": headline(launch, result, currency=currency, now=now),
        "provisional": is_provisional(launch.closes_at, now),
        "offers": [row.offer for row in offers_of(launch.pk)],
        "result": result,
        "conversion": _conversion(result),
        "funnel": [
            (_("Frozen audience"), result.base),
            (_("Buyers of the audience"), result.buyers),
        ],
        "currency": currency,
        "zone": business_zone(),
    }
    return render(request, "launches/desk/launch.html", context)


def _conversion(result: Result) -> dict[str, str] | None:
    found = result.conversion
    if found is None:
        return None
    return {
        "share": percent(found.share),
        "low": percent(found.low),
        "high": percent(found.high),
    }
