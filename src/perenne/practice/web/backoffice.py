"""The owner's screens: sessions, services and their hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.practice.actions.bookings import cancel_booking, mark_held, mark_no_show
from perenne.practice.actions.services import (
    drop_special_day,
    save_service,
    set_special_day,
)
from perenne.practice.models import Booking
from perenne.practice.queries.bookings import (
    all_services,
    bookings_found,
    business_zone,
    service_by_id,
    special_days,
    weekly_hours,
)
from perenne.practice.web.forms import ServiceForm, SpecialDayForm
from perenne.streams.api import streams

if TYPE_CHECKING:
    from django.forms import BaseForm
    from django.http import HttpRequest, HttpResponse


def by(request: HttpRequest) -> dict[str, Any]:
    """Return who acts and when, as actions want it."""
    return {"actor": actor_of(request), "now": clock.now()}


def saved(form: BaseForm, act: Any, *args: Any, **fields: Any) -> Any:
    """Run the action; a refusal becomes the form's error (None) and keeps the typing."""
    try:
        return act(*args, **fields)
    except Refusal as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, str(refusal))
        return None


@desk_view("practice.view_booking")
def booking_list(request: HttpRequest) -> HttpResponse:
    """Show sessions to come, or past ones, to search and to say how they went."""
    past = request.GET.get("when") == "past"
    text, state = request.GET.get("q", ""), request.GET.get("state", "")
    now = clock.now()
    page = bookings_found(
        past=past,
        text=text,
        state=state if state in Booking.State.values else "",
        after=request.GET.get("after", ""),
        now=now,
    )
    query = request.GET.copy()
    query["after"] = page.next_key
    context = {
        "page": page,
        "next": query.urlencode() if page.next_key else "",
        "past": past,
        "q": text,
        "state": state,
        "states": Booking.State.choices,
        "zone": business_zone().key,
        "now": now,
    }
    return render(request, "practice/backoffice/bookings.html", context)


_VERBS: dict[str, Any] = {
    "held": mark_held,
    "no-show": mark_no_show,
    "cancel": cancel_booking,
}


@require_POST
@desk_view("practice.change_booking")
def booking_act(request: HttpRequest, booking_id: int, verb: str) -> HttpResponse:
    """Mark a session held, missed or cancelled, and go back to the list."""
    more = {"by_owner": True} if verb == "cancel" else {}
    try:
        _VERBS[verb](booking_id, **more, **by(request))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        said = {
            "held": _("Held; its hours are logged."),
            "no-show": _("Marked as missed."),
            "cancel": _("Cancelled; the person has been told."),
        }
        messages.success(request, said[verb])
    when = "?when=past" if request.POST.get("when") == "past" else ""
    response = redirect("desk_practice_bookings")
    response["Location"] += when
    return response


@desk_view("practice.view_service")
def service_list(request: HttpRequest) -> HttpResponse:
    """Show what can be booked."""
    return render(
        request, "practice/backoffice/services.html", {"services": all_services()}
    )


@desk_view("practice.change_service")
def service_edit(request: HttpRequest, service_id: int | None = None) -> HttpResponse:
    """Add a service or change it, opening hours included."""
    service = service_by_id(service_id) if service_id else None
    if service_id and service is None:
        raise NotFound
    form = ServiceForm(
        request.POST or None,
        instance=service,
        streams=streams(only_active=True),
        hours=weekly_hours(service.pk) if service else (),
    )
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        fields["stream_id"] = fields.pop("stream")
        done = saved(form, save_service, service_id, **fields, **by(request))
        if done is not None:
            messages.success(request, _("Saved."))
            return redirect("desk_practice_service", service_id=done.pk)
    context = {
        "service": service,
        "form": form,
        "zone": business_zone().key,
        "special_form": SpecialDayForm(),
        "special": _special(service.pk) if service else [],
    }
    return render(
        request,
        "practice/backoffice/service.html",
        context,
        status=422 if form.errors else 200,
    )


def _special(service_id: int) -> Any:
    today = clock.now().astimezone(business_zone()).date()
    return special_days(service_id, since=today)


@require_POST
@desk_view("practice.change_service")
def special_add(request: HttpRequest, service_id: int) -> HttpResponse:
    """Give one day other hours, or close it."""
    form = SpecialDayForm(request.POST)
    if not form.is_valid() or not saved(
        form, set_special_day, service_id, **form.cleaned_data, **by(request)
    ):
        for error in [text for texts in form.errors.values() for text in texts]:
            messages.error(request, str(error))
    return redirect("desk_practice_service", service_id=service_id)


@require_POST
@desk_view("practice.change_service")
def special_drop(
    request: HttpRequest, service_id: int, special_day_id: int
) -> HttpResponse:
    """Give a day its weekly hours back."""
    drop_special_day(special_day_id, **by(request))
    return redirect("desk_practice_service", service_id=service_id)
