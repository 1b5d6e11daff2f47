"""The owner's screens: tiers, and who has access to what."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.memberships.actions import (
    add_tier,
    change_tier,
    give_complimentary,
    move_tier,
    revoke_pass,
    set_tier_includes,
)
from perenne.memberships.domain.access import pass_state
from perenne.memberships.queries import (
    includes_of,
    member_counts,
    pass_by_id,
    passes_matching,
    tier_by_id,
    tiers,
)
from perenne.memberships.web.forms import (
    GrantForm,
    NewTierForm,
    TierForm,
    end_of_day,
    resource_choices,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from perenne.memberships.models import Pass


KINDS = (
    ("complimentary", gettext_lazy("Complimentary")),
    ("order", gettext_lazy("Order")),
    ("subscription", gettext_lazy("Subscription")),
)


def _by(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "now": clock.now()}


@desk_view("memberships.view_tier")
def tier_list(request: HttpRequest) -> HttpResponse:
    """Show the tiers with how many people have each, and add one."""
    form = NewTierForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not request.user.has_perm("memberships.add_tier"):
            raise NotFound
        try:
            tier = add_tier(name=form.cleaned_data["name"], **_by(request))
            return redirect("desk_memberships_tier", tier.pk)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
    people = member_counts(now=clock.now())
    rows = [(tier, people.get(tier.pk, 0)) for tier in tiers()]
    context = {"rows": rows, "form": form}
    return render(request, "memberships/backoffice/tiers.html", context)


@desk_view("memberships.change_tier")
def tier_edit(request: HttpRequest, tier_id: int) -> HttpResponse:
    """Change a tier and what it includes."""
    tier = tier_by_id(tier_id)
    if tier is None:
        raise NotFound
    initial = {"includes": includes_of(tier_id)}
    form = TierForm(request.POST or None, instance=tier, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        includes = fields.pop("includes", initial["includes"])
        try:
            change_tier(tier_id, **fields, **_by(request))
            set_tier_includes(tier_id, resources=includes, **_by(request))
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("desk_memberships_tiers")
    context = {"form": form, "tier": tier}
    return render(request, "memberships/backoffice/tier.html", context)


@desk_view("memberships.change_tier")
@require_POST
def tier_move(request: HttpRequest, tier_id: int) -> HttpResponse:
    """Move a tier one place up or down."""
    move_tier(tier_id, up=request.POST.get("to") == "up", **_by(request))
    return redirect("desk_memberships_tiers")


@desk_view("memberships.view_pass")
def access_list(request: HttpRequest) -> HttpResponse:
    """Show who may use what, newest first, with search and filters."""
    now = clock.now()
    text = request.GET.get("q", "").strip()
    resource = request.GET.get("what", "")
    kind = request.GET.get("why", "")
    kind = kind if kind in dict(KINDS) else ""
    every = request.GET.get("show") == "all"
    rows = passes_matching(
        text=text, resource=resource, kind=kind, now=None if every else now
    )
    page = keyset_page(
        rows,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    labels = dict(resource_choices())
    context = {
        "rows": [_row(held, labels, now) for held in page.rows],
        "page": page,
        "text": text,
        "resource": resource,
        "every": every,
        "kind": kind,
        "kinds": KINDS,
        "choices": sorted(labels.items(), key=lambda pair: pair[1]),
        "filtered": bool(text or resource or kind or every),
    }
    return render(request, "memberships/backoffice/access.html", context)


def _row(held: Pass, labels: dict[str, str], now: Any) -> dict[str, Any]:
    state = pass_state(
        starts_at=held.starts_at,
        ends_at=held.ends_at,
        revoked_at=held.revoked_at,
        now=now,
    )
    return {
        "pass": held,
        "label": labels.get(held.resource, held.resource),
        "kind": held.source.partition(":")[0],
        "state": state.value,
    }


@desk_view("memberships.add_pass")
def grant(request: HttpRequest) -> HttpResponse:
    """Give a person complimentary access (MB7)."""
    form = GrantForm(request.POST or None, initial={"token": secrets.token_hex(8)})
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        try:
            _grant(request, fields)
        except Refusal as refusal:
            field = "ends_on" if refusal.field == "ends_at" else None
            form.add_error(field, str(refusal))
        except ValueError:
            form.add_error("email", _("This is not an address mail can be sent to."))
        else:
            messages.success(request, _("Access given."))
            return redirect(f"{reverse('desk_memberships_access')}?q={fields['email']}")
    return render(request, "memberships/backoffice/grant.html", {"form": form})


def _grant(request: HttpRequest, fields: dict[str, Any]) -> None:
    ends_on = fields["ends_on"]
    labels = dict(resource_choices())
    give_complimentary(
        email=fields["email"],
        resource=fields["resource"],
        label=labels.get(fields["resource"], ""),
        ends_at=end_of_day(ends_on) if ends_on else None,
        reason=fields["reason"],
        tell=fields["tell"],
        key=fields["token"],
        **_by(request),
    )


@desk_view("memberships.change_pass")
def revoke(request: HttpRequest, pass_id: int) -> HttpResponse:
    """Ask, then take a pass back."""
    held = pass_by_id(pass_id)
    if held is None:
        raise NotFound
    if request.method == "POST":
        revoke_pass(pass_id, **_by(request))
        messages.success(request, _("Access taken back."))
        return redirect("desk_memberships_access")
    label = dict(resource_choices()).get(held.resource, held.resource)
    context = {"held": held, "label": label}
    return render(request, "memberships/backoffice/revoke.html", context)
