"""The owner's screens of session packs: kinds, who holds what, every credit that moved."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.core.errors import NotFound
from perenne.core.web.desk import desk_view
from perenne.core.web.pages import keyset_page
from perenne.people.api import InvalidAddress
from perenne.practice.actions.packs import (
    adjust_credits,
    give_pack_by_hand,
    move_pack_end,
    save_pack_kind,
)
from perenne.practice.queries.bookings import all_services, business_zone
from perenne.practice.queries.packs import (
    held,
    movements_of,
    pack_by_id,
    pack_kind_by_id,
    pack_kinds,
    packs_found,
)
from perenne.practice.web.backoffice import by, saved
from perenne.practice.web.pack_forms import (
    AdjustForm,
    GivePackForm,
    PackEndForm,
    PackKindForm,
)

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from perenne.practice.models import Pack


@desk_view("practice.view_pack")
def pack_list(request: HttpRequest) -> HttpResponse:
    """Show who holds which pack, to search and filter."""
    now, asked = clock.now(), request.GET
    text, state, kind = asked.get("q", ""), asked.get("state", ""), asked.get("kind")
    rows = packs_found(
        text=text,
        state=state,
        kind_id=int(kind) if kind and kind.isdecimal() else None,
        now=now,
    )
    page = keyset_page(
        rows, after=asked.get("after", ""), before=asked.get("before", "")
    )
    context = {
        "page": page,
        "rows": held(page.rows, now),
        "q": text,
        "state": state,
        "kind": kind or "",
        "kinds": pack_kinds(),
    }
    return render(request, "practice/backoffice/packs.html", context)


def _pack(pack_id: int) -> Pack:
    pack = pack_by_id(pack_id)
    if pack is None:
        raise NotFound
    return pack


@desk_view("practice.view_pack")
def pack_page(request: HttpRequest, pack_id: int) -> HttpResponse:
    """Show a pack: what is left, until when, and each credit that moved."""
    pack = _pack(pack_id)
    [row] = held([pack], clock.now())
    context = {
        "row": row,
        "moves": movements_of(pack_id),
        "zone": business_zone().key,
        "end_form": PackEndForm(initial={"last_on": row.last_on}),
    }
    return render(request, "practice/backoffice/pack.html", context)


@desk_view("practice.change_pack")
def pack_adjust(request: HttpRequest, pack_id: int) -> HttpResponse:
    """Give sessions more, or take some back."""
    pack = _pack(pack_id)
    form = AdjustForm(request.POST or None, initial={"token": secrets.token_hex(8)})
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        saved(
            form,
            adjust_credits,
            pack_id,
            key=fields.pop("token"),
            **fields,
            **by(request),
        )
        if form.is_valid():
            messages.success(request, _("Saved."))
            return redirect("desk_practice_pack", pack_id=pack_id)
    [row] = held([pack], clock.now())
    context = {"row": row, "form": form}
    return render(
        request,
        "practice/backoffice/pack_adjust.html",
        context,
        status=422 if form.errors else 200,
    )


@require_POST
@desk_view("practice.change_pack")
def pack_end(request: HttpRequest, pack_id: int) -> HttpResponse:
    """Give a pack another last day."""
    _pack(pack_id)
    form = PackEndForm(request.POST)
    if form.is_valid():
        saved(form, move_pack_end, pack_id, **form.cleaned_data, **by(request))
    for error in [text for texts in form.errors.values() for text in texts]:
        messages.error(request, str(error))
    if not form.errors:
        messages.success(request, _("Saved."))
    return redirect("desk_practice_pack", pack_id=pack_id)


@desk_view("practice.add_pack")
def pack_give(request: HttpRequest) -> HttpResponse:
    """Give somebody a pack by hand."""
    form = GivePackForm(
        request.POST or None,
        kinds=pack_kinds(only_active=True),
        initial={"token": secrets.token_hex(8), "tell": True},
    )
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        try:
            pack = give_pack_by_hand(
                fields.pop("kind_id"), key=fields.pop("token"), **fields, **by(request)
            )
        except InvalidAddress:
            form.add_error("email", _("This is not an address mail can be sent to."))
        else:
            messages.success(request, _("Given."))
            return redirect("desk_practice_pack", pack_id=pack.pk)
    return render(
        request,
        "practice/backoffice/pack_give.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@desk_view("practice.view_packkind")
def kind_list(request: HttpRequest) -> HttpResponse:
    """Show the kinds of pack."""
    return render(
        request, "practice/backoffice/pack_kinds.html", {"kinds": pack_kinds()}
    )


@desk_view("practice.change_packkind")
def kind_edit(request: HttpRequest, kind_id: int | None = None) -> HttpResponse:
    """Add a kind of pack, or change it."""
    kind = pack_kind_by_id(kind_id) if kind_id else None
    if kind_id and kind is None:
        raise NotFound
    form = PackKindForm(
        request.POST or None,
        instance=kind,
        services=all_services(),
        initial={
            "service_ids": [row.pk for row in kind.services.all()] if kind else []
        },
    )
    if request.method == "POST" and form.is_valid():
        done = saved(form, save_pack_kind, kind_id, **form.cleaned_data, **by(request))
        if done is not None:
            messages.success(request, _("Saved."))
            return redirect("desk_practice_pack_kinds")
    return render(
        request,
        "practice/backoffice/pack_kind.html",
        {"kind": kind, "form": form},
        status=422 if form.errors else 200,
    )
