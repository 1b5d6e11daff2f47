"""The owner's screens of the requests to be erased, with the day they are due by law."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from perenne.core import clock
from perenne.core.errors import Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.people.actions.requests import carry_out_erasure, extend_request
from perenne.people.models import PersonalDataRequest
from perenne.people.queries import request_by_id, requests_matching

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

_PAGE = 50
_STATES = PersonalDataRequest.State


class MoreTimeForm(forms.Form):
    """Why it takes longer."""

    reason = forms.CharField(
        label=gettext_lazy("Why it takes longer"),
        help_text=gettext_lazy("The person reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )


@desk_view("people.view_personaldatarequest")
@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """List the requests that wait for an answer, the one due first on top."""
    state = request.GET.get("state", _STATES.OPEN)
    rows = requests_matching(
        state if state in _STATES.values else "", request.GET.get("q", "")
    )
    context = {
        "page": Paginator(rows, _PAGE).get_page(request.GET.get("page")),
        "state": state,
        "states": _STATES.choices,
        "q": request.GET.get("q", ""),
        "today": clock.now().date(),
    }
    return render(request, "people/backoffice/requests.html", context)


@desk_view("people.change_personaldatarequest")
@require_http_methods(["GET", "POST"])
def request_detail(request: HttpRequest, request_id: int) -> HttpResponse:
    """Erase somebody who asked for it, or ask for more time."""
    row, now = request_by_id(request_id), clock.now()
    form = MoreTimeForm(request.POST if "reason" in request.POST else None)
    if request.method == "POST" and not form.is_bound:
        try:
            carry_out_erasure(request_id, actor=actor_of(request), now=now)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return redirect("desk_people_request", request_id)
        messages.success(request, _("The person is erased."))
        return redirect("desk_people_requests")
    if form.is_bound and form.is_valid():
        try:
            extend_request(
                request_id, **form.cleaned_data, actor=actor_of(request), now=now
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The person is told."))
            return redirect("desk_people_request", request_id)
    context = {"row": row, "form": form, "today": now.date()}
    status = 422 if form.is_bound else 200
    return render(request, "people/backoffice/request.html", context, status=status)
