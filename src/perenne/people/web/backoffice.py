"""The owner's screen of the team: who is in it and what they may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.people.actions.team import add_to_team, change_role, leave_team
from perenne.people.queries import owner_account, role_labels, team
from perenne.people.web.forms import NewTeamMemberForm, RoleForm

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "now": clock.now()}


@desk_view("people.change_user")
@require_http_methods(["GET", "POST"])
def team_list(request: HttpRequest) -> HttpResponse:
    """Show the team, and let somebody in."""
    form = NewTeamMemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            add_to_team(
                **form.cleaned_data, language=request.LANGUAGE_CODE, **_by(request)
            )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("They are in the team. A mail tells them how."))
            return redirect("desk_people_team")
    labels = role_labels()
    context = {
        "rows": [(member, labels[member.role]) for member in team()],
        "owner": owner_account(),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "people/backoffice/team.html", context, status=status)


@desk_view("people.change_user")
@require_http_methods(["GET", "POST"])
def team_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the role of somebody of the team, or take it back."""
    member = next((held for held in team() if held.user_id == pk), None)
    if member is None:
        raise NotFound
    form = RoleForm(request.POST or None, initial={"role": member.role})
    if request.method == "POST" and "leave" in request.POST:
        leave_team(pk, **_by(request))
        messages.success(request, _("They are no longer in the team."))
        return redirect("desk_people_team")
    if request.method == "POST" and form.is_valid():
        change_role(pk, **form.cleaned_data, **_by(request))
        messages.success(request, _("Saved."))
        return redirect("desk_people_team")
    context = {"member": member, "form": form}
    return render(request, "people/backoffice/team_member.html", context)
