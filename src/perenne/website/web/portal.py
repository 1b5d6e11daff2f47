"""The member's home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from perenne.core import clock
from perenne.people.api import person_of_user
from perenne.website.queries import member_home

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show a member what is next; people of the desk without a person go there."""
    person = person_of_user(request.user.pk)
    if person is None:
        return redirect("/desk/")
    context = {"person": person, "home": member_home(person.pk, now=clock.now())}
    return render(request, "website/portal/home.html", context)
