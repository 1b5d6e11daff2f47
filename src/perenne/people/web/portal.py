"""What members see of their own data: look, take away, ask to be erased (SL12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.ratelimit import limit
from perenne.people.actions.requests import ask_erasure, take_back_erasure
from perenne.people.queries import (
    open_request_of,
    person_of_user,
    personal_data_of,
)
from perenne.people.web.exports import export_zip, readable

if TYPE_CHECKING:
    from django.http import HttpRequest

    from perenne.people.models import Person


def _me(request: HttpRequest) -> Person:
    person = person_of_user(request.user.pk)
    if person is None:
        raise NotFound
    return person


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: HttpRequest) -> HttpResponse:
    """Show what is held; on POST ask to be erased, or take that back."""
    person, now = _me(request), clock.now()
    refusal = None
    if request.method == "POST":
        actor, order = f"person:{person.pk}", request.POST.get("do")
        if order == "stay":
            take_back_erasure(person.pk, actor=actor, now=now)
            messages.success(request, _("Your request is taken back. Nothing changes."))
            return redirect("people_my_data")
        if request.POST.get("sure") == "yes":
            try:
                ask_erasure(person.pk, actor=actor, now=now)
                return redirect("people_my_data")
            except Refusal as said:
                refusal = str(said)
        else:
            refusal = _("Tick the box if you are sure.")
    context = {
        "person": person,
        "sections": readable(personal_data_of(person.pk)),
        "waiting": open_request_of(person.pk),
        "refusal": refusal,
    }
    status = 422 if refusal else 200
    return render(request, "people/portal/data.html", context, status=status)


@login_required
@never_cache
@require_safe
def my_data_file(request: HttpRequest) -> HttpResponse:
    """Hand over everything as one file."""
    person, now = _me(request), clock.now()
    limit("personal-data", str(person.pk), times=10, seconds=3600)
    packed = export_zip(person, personal_data_of(person.pk), now=now)
    response = HttpResponse(packed, content_type="application/zip")
    name = f"my-data-{now:%Y-%m-%d}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
