"""The owner's screens: hours, sources of income, days off."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.streams.actions.streams import (
    add_stream,
    change_stream,
    ensure_default_streams,
    move_stream,
)
from perenne.streams.actions.work import (
    change_absence,
    change_work,
    declare_absence,
    log_work,
    remove_work,
    withdraw_absence,
)
from perenne.streams.domain.week import monday_of, week_grid
from perenne.streams.models import Activity
from perenne.streams.queries import (
    absence_by_id,
    absences,
    all_absences,
    business_zone,
    entries_between,
    entry_by_id,
    stream_by_id,
    streams,
)
from perenne.streams.web.forms import SHARED, AbsenceForm, StreamForm, WorkForm

if TYPE_CHECKING:
    from django.forms import Form
    from django.http import HttpRequest, HttpResponse


def _today() -> date:
    return clock.now().astimezone(business_zone()).date()


def _week(request: HttpRequest, today: date) -> date:
    try:
        return monday_of(date.fromisoformat(request.GET.get("week", "")))
    except (ValueError, OverflowError):
        return monday_of(today)


def _saved(form: Form, act: Any, *args: Any, **fields: Any) -> bool:
    """Run the action; a refusal becomes the form's error and keeps the typing."""
    try:
        act(*args, **fields)
    except Refusal as refusal:
        form.add_error(refusal.field or None, str(refusal))
        return False
    return True


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "now": clock.now()}


def _hours_url(on: date) -> str:
    return f"{reverse('desk_streams_hours')}?week={monday_of(on).isoformat()}"


@desk_view("streams.view_workentry")
def hours(request: HttpRequest) -> HttpResponse:
    """Show a week of work and log time."""
    today, every = _today(), streams()
    monday = _week(request, today)
    form = WorkForm(request.POST or None, streams=every, initial={"on": today})
    if request.method == "POST":
        if not request.user.has_perm("streams.add_workentry"):
            raise NotFound
        if form.is_valid():
            fields = form.cleaned_data
            fields["stream_id"] = fields.pop("stream")
            if _saved(form, log_work, **fields, **_by(request)):
                messages.success(request, _("Time logged."))
                return redirect(_hours_url(fields["on"]))
    context = _week_context(request, monday=monday, today=today, every=every)
    return render(request, "streams/desk/hours.html", {"form": form, **context})


def _week_context(
    request: HttpRequest, *, monday: date, today: date, every: list[Any]
) -> dict[str, Any]:
    sunday = monday + timedelta(days=6)
    chosen = {key: request.GET.get(key, "").strip() for key in ("stream", "activity")}
    text = request.GET.get("q", "").strip()
    entries = list(entries_between(monday, sunday, text=text, **chosen))
    used = {entry.stream_id for entry in entries}
    names = [(s.pk, s.name) for s in every if s.active or s.pk in used]
    if chosen["stream"].isdigit():
        names = [row for row in names if row[0] == int(chosen["stream"])]
    shared = [] if chosen["stream"].isdigit() else [(None, _("Shared by all"))]
    if chosen["stream"] == SHARED:
        names = []
    off = {day for away in absences(monday, sunday) for day in away.days()}
    work = [(entry.on, entry.stream_id, entry.minutes) for entry in entries]
    filtered = any(chosen.values()) or bool(text)
    return {
        "entries": entries,
        "grid": week_grid(monday, work, [*names, *shared], days_off=off, today=today),
        "monday": monday,
        "sunday": sunday,
        "previous": monday - timedelta(days=7),
        "next": monday + timedelta(days=7),
        "streams": every,
        "activities": Activity.choices,
        "chosen": chosen,
        "q": text,
        "filtered": filtered,
    }


@desk_view("streams.change_workentry")
def hours_edit(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Correct an entry."""
    entry = entry_by_id(entry_id)
    if entry is None:
        raise NotFound
    initial = {
        "on": entry.on,
        "minutes": entry.minutes,
        "stream": entry.stream_id or SHARED,
        "activity": entry.activity,
        "note": entry.note,
    }
    form = WorkForm(
        request.POST or None,
        streams=streams(),
        keep=entry.stream_id,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        fields["stream_id"] = fields.pop("stream")
        if _saved(form, change_work, entry_id, **fields, **_by(request)):
            messages.success(request, _("Entry changed."))
            return redirect(_hours_url(fields["on"]))
    context = {"form": form, "entry": entry, "back": _hours_url(entry.on)}
    return render(request, "streams/desk/entry.html", context)


@desk_view("streams.delete_workentry")
def hours_delete(request: HttpRequest, entry_id: int) -> HttpResponse:
    """Ask, then delete an entry."""
    entry = entry_by_id(entry_id)
    if entry is None:
        raise NotFound
    if request.method == "POST":
        remove_work(entry_id, **_by(request))
        messages.success(request, _("Entry deleted."))
        return redirect(_hours_url(entry.on))
    context = {"entry": entry, "back": _hours_url(entry.on)}
    return render(request, "streams/desk/entry_delete.html", context)


@desk_view("streams.view_stream")
def stream_list(request: HttpRequest) -> HttpResponse:
    """Show the sources of income and add one."""
    form = StreamForm(request.POST or None)
    del form.fields["active"]
    if request.method == "POST":
        if not request.user.has_perm("streams.add_stream"):
            raise NotFound
        if form.is_valid() and _saved(
            form, add_stream, **form.cleaned_data, **_by(request)
        ):
            messages.success(request, _("Source of income added."))
            return redirect("desk_streams")
    context = {"form": form, "streams": streams()}
    return render(request, "streams/desk/streams.html", context)


@require_POST
@desk_view("streams.add_stream")
def stream_defaults(request: HttpRequest) -> HttpResponse:
    """Add the usual sources of income."""
    ensure_default_streams(language=request.LANGUAGE_CODE, now=clock.now())
    messages.success(request, _("The usual sources of income are there."))
    return redirect("desk_streams")


@desk_view("streams.change_stream")
def stream_edit(request: HttpRequest, stream_id: int) -> HttpResponse:
    """Rename, reclassify, close or reopen a source of income."""
    stream = stream_by_id(stream_id)
    if stream is None:
        raise NotFound
    initial = {"name": stream.name, "nature": stream.nature, "active": stream.active}
    form = StreamForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        if _saved(form, change_stream, stream_id, **fields, **_by(request)):
            messages.success(request, _("Source of income changed."))
            return redirect("desk_streams")
    return render(request, "streams/desk/stream.html", {"form": form, "stream": stream})


@require_POST
@desk_view("streams.change_stream")
def stream_move(request: HttpRequest, stream_id: int) -> HttpResponse:
    """Move a source of income one place."""
    move_stream(stream_id, up=request.POST.get("to") == "up", **_by(request))
    return redirect("desk_streams")


@desk_view("streams.view_absence")
def absence_list(request: HttpRequest) -> HttpResponse:
    """Show the days off and declare some."""
    form = AbsenceForm(request.POST or None)
    if request.method == "POST":
        if not request.user.has_perm("streams.add_absence"):
            raise NotFound
        if form.is_valid() and _saved(
            form, declare_absence, **form.cleaned_data, **_by(request)
        ):
            messages.success(request, _("Days off declared."))
            return redirect("desk_streams_absences")
    context = {"form": form, "absences": all_absences()[:200], "today": _today()}
    return render(request, "streams/desk/absences.html", context)


@desk_view("streams.change_absence")
def absence_edit(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Correct declared days off."""
    absence = absence_by_id(absence_id)
    if absence is None:
        raise NotFound
    initial = {
        "first_on": absence.first_on,
        "last_on": absence.last_on,
        "label": absence.label,
    }
    form = AbsenceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        if _saved(form, change_absence, absence_id, **fields, **_by(request)):
            messages.success(request, _("Days off changed."))
            return redirect("desk_streams_absences")
    context = {"form": form, "absence": absence}
    return render(request, "streams/desk/absence.html", context)


@desk_view("streams.delete_absence")
def absence_delete(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Ask, then withdraw declared days off."""
    absence = absence_by_id(absence_id)
    if absence is None:
        raise NotFound
    if request.method == "POST":
        withdraw_absence(absence_id, **_by(request))
        messages.success(request, _("Days off withdrawn."))
        return redirect("desk_streams_absences")
    return render(request, "streams/desk/absence_delete.html", {"absence": absence})
