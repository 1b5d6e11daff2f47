"""The owner's screens: clients, missions, their hours and what is to be invoiced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.desk import desk_view
from perenne.core.web.pages import keyset_page
from perenne.people.api import InvalidAddress
from perenne.practice.actions.bills import bill_client
from perenne.practice.actions.missions import (
    add_mission,
    add_mission_time,
    change_mission,
    save_client,
)
from perenne.practice.models import Mission
from perenne.practice.queries.bookings import booking_by_id, business_zone
from perenne.practice.queries.missions import (
    bills_for,
    client_by_id,
    client_of,
    mission_by_id,
    missions_found,
    missions_of,
    times_of,
)
from perenne.practice.web.backoffice import by, saved
from perenne.practice.web.forms import (
    ClientForm,
    HoursForm,
    MissionForm,
    NewClientForm,
)
from perenne.streams.api import default_stream, streams

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from perenne.practice.models import Client


def _client(client_id: int) -> Client:
    client = client_by_id(client_id)
    if client is None:
        raise NotFound
    return client


@desk_view("practice.view_mission")
def mission_list(request: HttpRequest) -> HttpResponse:
    """Show missions with what was worked and what is not invoiced yet."""
    text, state = request.GET.get("q", ""), request.GET.get("state", "")
    rows = missions_found(
        text=text, state=state if state in Mission.State.values else ""
    )
    page = keyset_page(
        rows,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {"page": page, "q": text, "state": state, "states": Mission.State.choices}
    return render(request, "practice/backoffice/missions.html", context)


@desk_view("practice.add_client")
def client_new(request: HttpRequest) -> HttpResponse:
    """Add a client, then their mission."""
    form = NewClientForm(request.POST or None, initial={"country": "FR"})
    if request.method == "POST" and form.is_valid():
        try:
            client = save_client(**form.cleaned_data, **by(request))
        except InvalidAddress:
            form.add_error("email", _("This address cannot receive mail."))
        else:
            return redirect("desk_practice_mission_new", client_id=client.pk)
    return render(
        request,
        "practice/backoffice/client_new.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@require_POST
@desk_view("practice.add_client")
def client_of_booking(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Open the client behind a session, made of its person at first need."""
    booking = booking_by_id(booking_id)
    if booking is None:
        raise NotFound
    client = client_of(booking.person_id)
    if client is None:
        client = save_client(email=booking.person.email, **by(request))
    return redirect("desk_practice_client", client_id=client.pk)


@desk_view("practice.change_client")
def client_page(request: HttpRequest, client_id: int) -> HttpResponse:
    """Show a client: what is to be invoiced, missions, billing details."""
    client = _client(client_id)
    form = ClientForm(request.POST or None, instance=client)
    if request.method == "POST" and form.is_valid():
        save_client(email=client.person.email, **form.cleaned_data, **by(request))
        messages.success(request, _("Saved."))
        return redirect("desk_practice_client", client_id=client_id)
    context = {
        "client": client,
        "form": form,
        "bills": bills_for(client),
        "missions": missions_of(client_id),
    }
    return render(
        request,
        "practice/backoffice/client.html",
        context,
        status=422 if form.errors else 200,
    )


@require_POST
@desk_view("practice.change_client")
def client_bill(request: HttpRequest, client_id: int) -> HttpResponse:
    """Invoice all that is not invoiced yet."""
    try:
        numbers = ", ".join(bill_client(client_id, **by(request)))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Issued: %(numbers)s") % {"numbers": numbers})
    return redirect("desk_practice_client", client_id=client_id)


@desk_view("practice.add_mission")
def mission_new(request: HttpRequest, client_id: int) -> HttpResponse:
    """Open a mission for a client."""
    client = _client(client_id)
    form = MissionForm(
        request.POST or None,
        streams=streams(only_active=True),
        initial={"stream_id": default_stream("one_to_one").pk},
    )
    if request.method == "POST" and form.is_valid():
        mission = saved(
            form, add_mission, client_id, **form.cleaned_data, **by(request)
        )
        if mission is not None:
            return redirect("desk_practice_mission", mission_id=mission.pk)
    return render(
        request,
        "practice/backoffice/mission_new.html",
        {"client": client, "form": form},
        status=422 if form.errors else 200,
    )


@desk_view("practice.change_mission")
def mission_page(request: HttpRequest, mission_id: int) -> HttpResponse:
    """Show a mission's hours and budget, and add hours."""
    mission = mission_by_id(mission_id)
    if mission is None:
        raise NotFound
    today = clock.now().astimezone(business_zone()).date()
    form = HoursForm(request.POST or None, initial={"on": today})
    if request.method == "POST" and form.is_valid():
        fields = {**form.cleaned_data, **by(request)}
        if saved(form, add_mission_time, mission_id, **fields) is not None:
            messages.success(request, _("Added."))
            return redirect("desk_practice_mission", mission_id=mission_id)
    context = {"mission": mission, "form": form, "times": times_of(mission_id)}
    return render(
        request,
        "practice/backoffice/mission.html",
        context,
        status=422 if form.errors else 200,
    )


@require_POST
@desk_view("practice.change_mission")
def mission_state(request: HttpRequest, mission_id: int) -> HttpResponse:
    """Close a mission, or open it again."""
    done = request.POST.get("state") == Mission.State.DONE
    state = Mission.State.DONE if done else Mission.State.OPEN
    change_mission(mission_id, state=state, **by(request))
    return redirect("desk_practice_mission", mission_id=mission_id)
