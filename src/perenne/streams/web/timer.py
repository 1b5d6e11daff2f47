"""The timer's buttons: they answer by going back to the page they were pressed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.core.errors import Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.streams.actions.timer import (
    TimerForgotten,
    discard_timer,
    start_timer,
    stop_timer,
    switch_timer,
)
from perenne.streams.domain.durations import duration_text
from perenne.streams.domain.timing import minutes_by_day
from perenne.streams.queries import business_zone, running_timer, streams
from perenne.streams.web.forms import StopForm, TimerForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return reverse("desk_streams_hours")


@require_POST
@desk_view("streams.add_workentry")
def timer_start(request: HttpRequest) -> HttpResponse:
    """Start the timer, or switch it when one runs."""
    form = TimerForm(request.POST, streams=streams())
    if not form.is_valid():
        messages.error(request, _("Choose what the timer shall count."))
        return redirect(_back(request))
    running = running_timer(request.user.pk or 0) is not None
    begin = switch_timer if running else start_timer
    try:
        begin(
            request.user.pk or 0,
            stream_id=form.cleaned_data["stream"],
            activity=form.cleaned_data["activity"],
            note=form.cleaned_data["note"],
            actor=actor_of(request),
            now=clock.now(),
        )
    except TimerForgotten:
        return redirect("desk_streams_timer_stop")
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(_back(request))


@desk_view("streams.add_workentry")
def timer_stop(request: HttpRequest) -> HttpResponse:
    """Stop the timer; ask how long the work was when it seems forgotten."""
    timer = running_timer(request.user.pk or 0)
    form = StopForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            entries = stop_timer(
                request.user.pk or 0,
                minutes=form.cleaned_data["minutes"],
                actor=actor_of(request),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            worked = duration_text(sum(entry.minutes for entry in entries))
            messages.success(request, _("%(time)s logged.") % {"time": worked})
            return redirect(_back(request))
    if timer is None:
        return redirect("desk_streams_hours")
    elapsed = minutes_by_day(timer.started_at, clock.now(), business_zone())
    return render(
        request,
        "streams/desk/timer_stop.html",
        {"form": form, "timer": timer, "elapsed": sum(part for _on, part in elapsed)},
    )


@require_POST
@desk_view("streams.add_workentry")
def timer_discard(request: HttpRequest) -> HttpResponse:
    """Stop the timer and log nothing."""
    try:
        discard_timer(request.user.pk or 0, actor=actor_of(request), now=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The timer is stopped; nothing was logged."))
    return redirect(_back(request))
