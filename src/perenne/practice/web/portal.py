"""What members see: their sessions and session packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_GET

from perenne.core import clock
from perenne.people.api import person_of_user
from perenne.practice.queries.bookings import bookings_of, cancel_token
from perenne.practice.queries.packs import packs_of

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@require_GET
@login_required
def my_bookings(request: HttpRequest) -> HttpResponse:
    """Show the member's packs and sessions: to come, then past."""
    person, now = person_of_user(request.user.pk), clock.now()
    rows = bookings_of(person.pk) if person else []
    coming = [row for row in rows if row.ends_at > now and row.state == "booked"]
    context = {
        "coming": [(row, cancel_token(row)) for row in reversed(coming)],
        "packs": packs_of(person.pk, now) if person else [],
        "past": [row for row in rows if row not in coming],
    }
    return render(request, "practice/portal/bookings.html", context)
