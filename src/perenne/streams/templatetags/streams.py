"""The timer for any desk page: {% load streams %}{% timer %}."""

from __future__ import annotations

from typing import Any

from django import template

from perenne.streams.queries import running_timer
from perenne.streams.queries import streams as all_streams
from perenne.streams.web.forms import TimerForm

register = template.Library()


@register.inclusion_tag("streams/desk/timer.html", takes_context=True)
def timer(context: dict[str, Any], *, folded: bool = False) -> dict[str, Any]:
    """Draw the signed-in user's timer: start, or stop and switch while it runs.

    folded  what it shall count is asked behind one more press
    """
    request = context["request"]
    return {
        "request": request,
        "csrf_token": context.get("csrf_token"),
        "folded": folded,
        "timer": running_timer(request.user.pk),
        "timer_form": TimerForm(streams=all_streams(only_active=True)),
    }
