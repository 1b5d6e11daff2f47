"""The owner's screens for contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from perenne.audience.actions.contacts import add_contact
from perenne.audience.models import Basis, ContactStatus
from perenne.audience.queries import contacts
from perenne.audience.queries.origins import origin_in_words
from perenne.core import clock
from perenne.core.errors import Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.people.api import InvalidAddress

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


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
