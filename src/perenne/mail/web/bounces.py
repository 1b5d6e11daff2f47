"""The owner's screens of what came back, and of who must not be written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.core.errors import NotAllowed
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.mail.actions.suppressions import TheirOwnChoice, lift_by_hand, suppress
from perenne.mail.queries.suppressions import bounces_matching, suppressions_matching
from perenne.mail.web.forms import BounceFilter, SuppressForm, SuppressionFilter

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


@desk_view("mail.view_bounce")
def mail_bounces(request: HttpRequest) -> HttpResponse:
    """List what came back, newest first."""
    form = BounceFilter(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = keyset_page(
        bounces_matching(**wanted),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    return render(request, "mail/desk/bounces.html", {"form": form, "page": page})


@desk_view("mail.view_suppression")
def mail_suppressions(request: HttpRequest) -> HttpResponse:
    """List who must not be written to, newest first; add an address."""
    added = SuppressForm(request.POST or None)
    if request.method == "POST":
        if not request.user.has_perm("mail.add_suppression"):
            raise NotAllowed
        if added.is_valid():
            suppress(
                added.cleaned_data["address"],
                reason="manual",
                actor=actor_of(request),
                now=clock.now(),
            )
            messages.success(request, _("The address is on the list."))
            return redirect("desk_mail_suppressions")
    form = SuppressionFilter(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    page = keyset_page(
        suppressions_matching(**wanted),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {"form": form, "page": page, "added": added}
    return render(request, "mail/desk/suppressions.html", context)


@require_POST
@desk_view("mail.delete_suppression")
def mail_suppression_lift(request: HttpRequest, suppression_id: int) -> HttpResponse:
    """Take an address off the list."""
    try:
        lift_by_hand(suppression_id, actor=actor_of(request), now=clock.now())
    except TheirOwnChoice as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The address may be written to again."))
    return redirect("desk_mail_suppressions")
