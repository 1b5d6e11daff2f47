"""The owner's screens of live events: list, form, who comes, who was there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.community.actions.events import cancel_event, save_event
from perenne.community.actions.seats import (
    give_seat_by_hand,
    mark_came,
    take_seat_back,
)
from perenne.community.queries import (
    business_zone,
    event_by_id,
    events_found,
    is_full,
    seats_of,
    zone_of,
)
from perenne.community.web.forms import EventForm, SeatForm
from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.memberships.api import tiers
from perenne.people.api import InvalidAddress

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from perenne.community.models import Event


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "now": clock.now()}


def _event(event_id: int) -> Event:
    event = event_by_id(event_id)
    if event is None:
        raise NotFound
    return event


@desk_view("community.view_event")
def event_list(request: HttpRequest) -> HttpResponse:
    """Show events to come, or past ones, to search."""
    past, text = request.GET.get("when") == "past", request.GET.get("q", "")
    page = events_found(
        past=past, text=text, page=request.GET.get("page", ""), now=clock.now()
    )
    context = {"page": page, "past": past, "q": text}
    return render(request, "community/backoffice/events.html", context)


def _initial(event: Event | None) -> dict[str, Any]:
    if event is None:
        return {}
    wall = event.starts_at.astimezone(zone_of(event))
    length = event.ends_at - event.starts_at
    return {
        "on": wall.date(),
        "at": wall.time(),
        "time_zone": event.time_zone,
        "minutes": int(length.total_seconds()) // 60,
        "tier_ids": [tier.pk for tier in event.tiers.all()],
    }


@desk_view("community.change_event")
def event_edit(request: HttpRequest, event_id: int | None = None) -> HttpResponse:
    """Add an event, or change it."""
    event = _event(event_id) if event_id else None
    form = EventForm(
        request.POST or None,
        instance=event,
        initial=_initial(event),
        tiers=tiers(),
        zone=business_zone(),
    )
    if request.method == "POST" and form.is_valid():
        try:
            done = save_event(event_id, **form.cleaned_data, **_by(request))
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("desk_community_event", event_id=done.pk)
    return render(
        request,
        "community/backoffice/event_form.html",
        {"event": event, "form": form},
        status=422 if form.errors else 200,
    )


def _page(request: HttpRequest, event: Event, form: SeatForm) -> HttpResponse:
    now = clock.now()
    context = {
        "event": event,
        "seats": seats_of(event.pk),
        "form": form,
        "has_begun": event.starts_at <= now,
        "is_over": event.ends_at <= now,
        "is_full": is_full(event),
        "is_overbooked": event.seats is not None and event.seats_taken > event.seats,
    }
    status = 422 if form.errors else 200
    return render(request, "community/backoffice/event.html", context, status=status)


@desk_view("community.view_event")
def event_page(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show an event and who has a seat."""
    return _page(request, _event(event_id), SeatForm())


@require_POST
@desk_view("community.change_event")
def event_cancel(request: HttpRequest, event_id: int) -> HttpResponse:
    """Call the event off and tell everybody."""
    said = _("Cancelled; everybody with a seat is told by mail.")
    return _acted(
        request, event_id, said, act=lambda: cancel_event(event_id, **_by(request))
    )


@require_POST
@desk_view("community.change_seat")
def seat_give(request: HttpRequest, event_id: int) -> HttpResponse:
    """Give somebody a seat by hand."""
    event, form = _event(event_id), SeatForm(request.POST)
    if form.is_valid():
        try:
            give_seat_by_hand(
                event_id, email=form.cleaned_data["email"], **_by(request)
            )
        except InvalidAddress:
            form.add_error("email", _("This is not an address mail can be sent to."))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Given; a mail is on its way."))
            return redirect("desk_community_event", event_id=event_id)
    return _page(request, event, form)


@require_POST
@desk_view("community.change_seat")
def seat_take_back(request: HttpRequest, event_id: int, seat_id: int) -> HttpResponse:
    """Take one seat back."""
    return _acted(
        request,
        event_id,
        _("The seat is free again."),
        act=lambda: take_seat_back(seat_id, **_by(request)),
    )


@require_POST
@desk_view("community.change_seat")
def seat_came(request: HttpRequest, event_id: int, seat_id: int) -> HttpResponse:
    """Say whether somebody was there."""
    came = request.POST.get("came") == "yes"
    return _acted(
        request,
        event_id,
        _("Saved."),
        act=lambda: mark_came(seat_id, came=came, **_by(request)),
    )


def _acted(
    request: HttpRequest, event_id: int, said: str, *, act: Callable[[], object]
) -> HttpResponse:
    """Act and go back to the event; a refusal is said there."""
    try:
        act()
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("desk_community_event", event_id=event_id)
