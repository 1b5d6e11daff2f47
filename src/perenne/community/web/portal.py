"""What members see: the live events that concern them, their seat, the link to join."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perenne.community.actions.mails import published_file
from perenne.community.actions.seats import give_up_seat, take_seat
from perenne.community.domain.events import link_opens_at
from perenne.community.queries import event_for, events_for
from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.people.api import person_of_user

if TYPE_CHECKING:
    from django.http import HttpRequest

    from perenne.people.api import Person


def _person(request: HttpRequest) -> Person:
    person = person_of_user(request.user.pk)
    if person is None:
        raise NotFound
    return person


@require_GET
@login_required
def event_list(request: HttpRequest) -> HttpResponse:
    """Show the events to come that concern the member."""
    person = person_of_user(request.user.pk)
    rows = events_for(person.pk, clock.now()) if person else []
    return render(request, "community/portal/events.html", {"rows": rows})


@require_GET
@login_required
def event_page(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one event: when, where, the seat, and near the hour the link."""
    now = clock.now()
    row = event_for(_person(request).pk, slug, now)
    context = {
        "row": row,
        "link": row.event.link if row.link_shows(now) else "",
        "link_opens_at": link_opens_at(row.event.starts_at),
        "is_over": row.event.ends_at <= now,
    }
    return render(request, "community/portal/event.html", context)


@require_GET
@login_required
def event_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Hand over the event as a calendar file."""
    person, now = _person(request), clock.now()
    row = event_for(person.pk, slug, now)
    return HttpResponse(
        published_file(row.event, person, now=now),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="event.ics"'},
    )


@require_POST
@login_required
def seat_take(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a seat by right."""
    person, now = _person(request), clock.now()
    row = event_for(person.pk, slug, now)
    try:
        take_seat(row.event.pk, person_id=person.pk, now=now)
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You have a seat; a mail is on its way."))
    return redirect("community_event", slug=slug)


@require_POST
@login_required
def seat_give_up(request: HttpRequest, slug: str) -> HttpResponse:
    """Give up the seat that was taken by right."""
    person, now = _person(request), clock.now()
    row = event_for(person.pk, slug, now)
    give_up_seat(row.event.pk, person_id=person.pk, now=now)
    messages.success(request, _("Your seat is free for somebody else."))
    return redirect("community_event", slug=slug)
