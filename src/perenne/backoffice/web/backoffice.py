"""The desk's home and the settings of the business."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from perenne.backoffice.queries import desk_overview
from perenne.backoffice.web.forms import IdentityForm
from perenne.backoffice.web.menu import address_of
from perenne.backoffice.web.steps import steps_with_words
from perenne.backoffice.web.today import lines_of_today
from perenne.core import clock
from perenne.core.actions import change_business
from perenne.core.queries import current_business
from perenne.core.web.desk import actor_of, desk_view
from perenne.website.api import home_page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def _hello(hour: int) -> str:
    if hour < 5 or hour >= 18:
        return _("Good evening.")
    return _("Good morning.") if hour < 12 else _("Good afternoon.")


@desk_view("core.view_business")
def home(request: HttpRequest) -> HttpResponse:
    """What needs me today, and how is it going?"""
    business = current_business()
    if business is None:
        return redirect("welcome")
    now = clock.now()
    overview = desk_overview(business, now=now)
    return render(
        request,
        "backoffice/backoffice/home.html",
        {
            "hello": _hello(now.astimezone(ZoneInfo(business.time_zone)).hour),
            "overview": overview,
            "lines": lines_of_today(overview),
            "money_url": address_of("desk_money_ledger"),
            "hours_url": address_of("desk_streams_hours"),
            "contacts_url": address_of("desk_audience_contacts"),
            "steps": steps_with_words(overview.steps),
        },
    )


@desk_view("core.change_business")
def business(request: HttpRequest) -> HttpResponse:
    """Change the identity from today on; documents of the past keep theirs."""
    current = current_business()
    if current is None:
        return redirect("welcome")
    form = IdentityForm(request.POST or None, request.FILES or None, instance=current)
    if request.method == "POST" and form.is_valid():
        change_business(actor=actor_of(request), now=clock.now(), **form.identity())
        messages.success(request, _("Saved. It counts from today on."))
        return redirect("desk_business")
    return render(request, "backoffice/backoffice/business.html", {"form": form})


@desk_view("wagtailcore.change_page")
def site_pages(_request: HttpRequest) -> HttpResponse:
    """Lead to the site's own pages in the engine's explorer."""
    home = home_page()
    if home is None:
        return redirect("wagtailadmin_explore_root")
    return redirect("wagtailadmin_explore", home.pk)
