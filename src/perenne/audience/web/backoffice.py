"""The owner's screens for contacts and segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from perenne.audience.actions.consents import withdraw_consent
from perenne.audience.actions.contacts import add_contact, suppress_contact
from perenne.audience.actions.segments import keep_segment
from perenne.audience.actions.tags import tag_person, untag_person
from perenne.audience.domain import segments as algebra
from perenne.audience.domain.segment_sources import segment_sources
from perenne.audience.models import Basis, ContactStatus
from perenne.audience.queries import contacts, segments
from perenne.audience.queries.letters import letters_to
from perenne.audience.web.custom_fields import fields_shown
from perenne.audience.web.origins import first_seen, origin_in_words
from perenne.core import clock
from perenne.core.errors import Refusal
from perenne.core.queries import log_of
from perenne.core.web.desk import actor_of, desk_view
from perenne.mail.api import is_suppressed
from perenne.people.api import InvalidAddress

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse, QueryDict

    from perenne.people.api import Person

_TIMELINE = 30
_CONDITIONS = 6


@desk_view("audience.view_contactstatus")
def contact_list(request: HttpRequest) -> HttpResponse:
    """List contacts, newest first, by keyset; search by the start of address or name."""
    tag = request.GET.get("tag", "")
    wanted = contacts.ContactFilter(
        search=request.GET.get("q", ""),
        status=request.GET.get("status", ""),
        tag_id=int(tag) if tag.isdecimal() else None,
        source=request.GET.get("source", ""),
    )
    page = contacts.contacts_page(
        wanted,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    tags = contacts.tag_names_of([row.person_id for row in page.rows])
    context = {
        "page": page,
        "rows": [
            (row, tags[row.person_id], origin_in_words(row.source)) for row in page.rows
        ],
        "wanted": wanted,
        "statuses": ContactStatus.Status.choices,
        "tags": contacts.all_tags()[:200],
        "sources": [(name, origin_in_words(name)) for name in contacts.sources()],
    }
    return render(request, "audience/backoffice/contacts.html", context)


class ContactForm(forms.Form):
    """A contact typed in by the owner."""

    email = forms.EmailField(label=gettext_lazy("E-mail address"), max_length=254)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    basis = forms.ChoiceField(
        label=gettext_lazy("Why you may write to them"),
        choices=[
            ("", gettext_lazy("I may not: only keep the address")),
            *Basis.choices,
        ],
        required=False,
    )
    order = forms.CharField(
        label=gettext_lazy("Order number, for a customer"),
        max_length=60,
        required=False,
    )
    wording = forms.CharField(
        label=gettext_lazy("What they were told or agreed to, and where"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """A basis needs its words (R19)."""
        data = super().clean() or self.cleaned_data
        if data.get("basis") and not data.get("wording"):
            self.add_error("wording", _("Say what they agreed to: it is the proof."))
        return data


@desk_view("audience.add_contactstatus")
def contact_new(request: HttpRequest) -> HttpResponse:
    """Add a contact by hand."""
    form = ContactForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person = add_contact(
                **form.cleaned_data, actor=actor_of(request), now=clock.now()
            )
            return redirect("desk_audience_contact", person.pk)
        except InvalidAddress:
            form.add_error("email", _("Check the address: it is not valid."))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    status = 422 if form.is_bound else 200
    context = {"form": form}
    return render(
        request, "audience/backoffice/contact_new.html", context, status=status
    )


@desk_view("audience.view_contactstatus")
def contact_card(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show who this is and what is between us; on POST tag, withdraw or suppress."""
    person = contacts.person_or_404(person_id)
    if request.method == "POST":
        if not request.user.has_perm("audience.change_contactstatus"):
            return redirect("desk_audience_contact", person_id)
        try:
            _act(request, person)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        return redirect("desk_audience_contact", person_id)
    statuses = contacts.statuses_of(person_id)
    context = {
        "person": person,
        "seen": first_seen(person.source),
        "statuses": statuses,
        "may_withdraw": any(row.status == "subscribed" for row in statuses),
        "proofs": contacts.proofs_of(person_id)[:_TIMELINE],
        "tags": contacts.tags_of(person_id),
        "fields": fields_shown(person_id),
        "letters": letters_to(person_id),
        "entries": log_of(person)[:_TIMELINE],
        "suppressed": is_suppressed(person.email),
    }
    return render(request, "audience/backoffice/contact.html", context)


def _act(request: HttpRequest, person: Person) -> None:
    actor, now = actor_of(request), clock.now()
    order = request.POST.get("do") or request.GET.get("do", "")
    if order == "tag":
        tag_person(
            person.pk, names=[request.POST.get("name", "")], actor=actor, now=now
        )
    elif order.startswith("untag:") and order[6:].isdecimal():
        untag_person(person.pk, tag_id=int(order[6:]), actor=actor, now=now)
    elif order == "withdraw":
        withdraw_consent(person.pk, wording="Asked the owner", actor=actor, now=now)
    elif order == "suppress":
        suppress_contact(person.pk, actor=actor, now=now)


@desk_view("audience.view_segment")
def segment_list(request: HttpRequest) -> HttpResponse:
    """List segments as sentences."""
    rows = [
        (segment, segments.sentence_of(algebra.read_expression(segment.expression)))
        for segment in segments.segments_by_name()[:200]
    ]
    return render(request, "audience/backoffice/segments.html", {"rows": rows})


@desk_view("audience.change_segment")
def segment_edit(request: HttpRequest, segment_id: int | None = None) -> HttpResponse:
    """Write a segment's conditions; show its sentence and how many it holds now."""
    segment = segments.segment_by_id(segment_id) if segment_id else None
    data: dict[str, Any] = segment.expression if segment else {}
    name, refusal = segment.name if segment else "", None
    if request.method == "POST":
        name, data = request.POST.get("name", ""), _expression(request.POST)
        try:
            kept = keep_segment(
                segment_id,
                name=name,
                expression=data,
                actor=actor_of(request),
                now=clock.now(),
            )
            return redirect("desk_audience_segment", kept.pk)
        except Refusal as said:
            refusal = said
    conditions = [_line(row) for row in data.get("conditions", [])]
    context = {
        "segment": segment,
        "name": name,
        "refusal": refusal,
        "match": data.get("match", "all"),
        "lines": [*conditions, {}, {}][:_CONDITIONS],
        "choices": _choices(),
    }
    if segment is not None and refusal is None:
        expression = algebra.read_expression(data)
        context["sentence"] = segments.sentence_of(expression)
        context["count"] = segments.contacts_in(expression).count()
    status = 422 if refusal else 200
    return render(request, "audience/backoffice/segment.html", context, status=status)


def _line(condition: dict[str, Any]) -> dict[str, Any]:
    """Return a condition with the option that shows it chosen."""
    on, value = condition["on"], condition["value"]
    dated = on in {algebra.JOINED_BEFORE, algebra.JOINED_AFTER}
    return condition | {"chosen": f"{on}|" if dated else f"{on}|{value}"}


def _choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what a condition may be, grouped: ("Tag", [("tag|3", "VIP"), ...])."""
    groups = [
        (_("Tag"), [(f"tag|{tag.pk}", tag.name) for tag in contacts.all_tags()[:200]]),
        (
            _("Source"),
            [(f"source|{name}", origin_in_words(name)) for name in contacts.sources()],
        ),
        (
            _("Date"),
            [
                ("joined_before|", _("Joined before")),
                ("joined_after|", _("Joined on or after")),
            ],
        ),
    ]
    for key, source in segment_sources:
        options = [(f"{key}|{value}", label) for value, label in source.choices()]
        groups.append((str(source.label), options))
    return groups


def _expression(data: QueryDict) -> dict[str, Any]:
    """Return the expression of a posted form; empty lines are left out."""
    conditions = []
    for index in range(_CONDITIONS):
        on, _bar, value = data.get(f"on-{index}", "").partition("|")
        if not on:
            continue
        typed: int | str = value or data.get(f"day-{index}", "")
        if on == algebra.TAG and value.isdecimal():
            typed = int(value)
        wanted = data.get(f"is-{index}", "yes") == "yes"
        conditions.append({"on": on, "is": wanted, "value": typed})
    match = "any" if data.get("match") == "any" else "all"
    return {"match": match, "conditions": conditions}
