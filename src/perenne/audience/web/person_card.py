"""The person card: who this is, and what is between us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from perenne.audience.actions.consents import withdraw_consent
from perenne.audience.actions.contacts import suppress_contact
from perenne.audience.actions.tags import tag_person, untag_person
from perenne.audience.queries import contacts
from perenne.audience.queries.origins import first_seen
from perenne.audience.queries.purposes import purpose_labels
from perenne.audience.web.custom_fields import fields_shown
from perenne.core import clock
from perenne.core.errors import Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.mail.api import is_suppressed
from perenne.people.api import (
    add_note,
    ask_erasure,
    change_note,
    notes_of,
    open_request_of,
    person_dealings,
    place_from,
    remove_note,
    standing_of,
    timeline_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from perenne.people.api import Person

_PROOFS, _NOTES = 30, 50


@desk_view("audience.view_contactstatus")
def contact_card(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show who this is and what is between us; on POST do what a button says."""
    person = contacts.person_or_404(person_id)
    refusal = None
    if request.method == "POST":
        if not request.user.has_perm("audience.change_contactstatus"):
            return redirect("desk_audience_contact", person_id)
        try:
            _act(request, person)
            return redirect("desk_audience_contact", person_id)
        except Refusal as said:
            refusal = said
    context = _card(request, person) | {
        "refusal": refusal,
        "typed": request.POST if refusal else {},
    }
    status = 422 if refusal else 200
    return render(request, "audience/backoffice/contact.html", context, status=status)


def _card(request: HttpRequest, person: Person) -> dict[str, Any]:
    statuses = list(contacts.statuses_of(person.pk))
    labels = purpose_labels()
    kind = request.GET.get("kind", "")
    happenings, following = timeline_of(
        person.pk, kind=kind, place=place_from(request.GET.get("from", ""))
    )
    return {
        "person": person,
        "seen": first_seen(person.source),
        "statuses": [(row, labels.get(row.purpose, row.purpose)) for row in statuses],
        "may_withdraw": any(row.status == "subscribed" for row in statuses),
        "proofs": [
            (row, labels.get(row.purpose, row.purpose))
            for row in contacts.proofs_of(person.pk)[:_PROOFS]
        ],
        "tags": contacts.tags_of(person.pk),
        "fields": fields_shown(person.pk),
        "standing": standing_of(person.pk, now=clock.now()),
        "notes": notes_of(person.pk)[:_NOTES],
        "happenings": happenings,
        "following": following,
        "kind": kind,
        "kinds": [(key, one.title) for key, one in person_dealings],
        "suppressed": is_suppressed(person.email),
        "erasure": open_request_of(person.pk),
    }


def _act(request: HttpRequest, person: Person) -> None:
    """Do what the pressed button says; an unknown order does nothing."""
    order = request.POST.get("do") or request.GET.get("do", "")
    verb, _colon, what = order.partition(":")
    number = int(what) if what.isdecimal() else 0
    by: dict[str, Any] = {"actor": actor_of(request), "now": clock.now()}
    words = request.POST.get("name", ""), request.POST.get("text", "")
    orders: dict[str, Callable[[], object]] = {
        "tag": lambda: tag_person(person.pk, names=[words[0]], **by),
        "untag": lambda: untag_person(person.pk, tag_id=number, **by),
        "withdraw": lambda: withdraw_consent(
            person.pk, wording="Asked the owner", **by
        ),
        "suppress": lambda: suppress_contact(person.pk, **by),
        "note": lambda: add_note(person.pk, text=words[1], **by),
        "change": lambda: change_note(person.pk, note_id=number, text=words[1], **by),
        "unnote": lambda: remove_note(person.pk, note_id=number, **by),
        "erase": lambda: _ask_erasure(request, person, by),
    }
    if verb in orders:
        orders[verb]()


def _ask_erasure(request: HttpRequest, person: Person, by: dict[str, Any]) -> None:
    """Take note of what the person asked for by another way; the owner's to decide."""
    if request.user.has_perm("people.change_personaldatarequest"):
        ask_erasure(person.pk, **by)
        messages.success(request, _("The request is noted, and the person is told."))
