"""The owner's screens for sign-up forms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from perenne.audience.actions.signup_forms import add_signup_form, keep_signup_form
from perenne.audience.queries.purposes import (
    letter_purposes,
    purpose_labels,
    shipped_wording,
)
from perenne.audience.queries.signups import (
    signup_form_by_slug,
    signup_forms,
    tag_names,
)
from perenne.core import clock
from perenne.core.errors import Refusal
from perenne.core.web.desk import actor_of, desk_view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from perenne.audience.models import SignupForm


class NewSignupForm(forms.Form):
    """A new form: its title and purpose; the rest is asked on its page."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    purpose = forms.ChoiceField(
        label=gettext_lazy("Purpose"),
        choices=letter_purposes,
        help_text=gettext_lazy(
            "What people agree to. It cannot be changed later: each purpose is agreed "
            "to by itself."
        ),
    )


class EditSignupForm(forms.Form):
    """What a sign-up form says and does."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=200)
    intro = forms.CharField(
        label=gettext_lazy("Introduction"),
        help_text=gettext_lazy("What people get, and how often."),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
    )
    wording = forms.CharField(
        label=gettext_lazy("What people agree to"),
        help_text=gettext_lazy(
            "Stands beside the box they tick, and is kept as the proof. Leave empty for "
            "the shipped words in the visitor’s language."
        ),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    tags = forms.CharField(
        label=gettext_lazy("Tags"),
        help_text=gettext_lazy(
            "Stuck on people once they confirm; separate them by commas."
        ),
        max_length=1000,
        required=False,
    )
    is_active = forms.BooleanField(
        label=gettext_lazy("Open: people can subscribe with it"), required=False
    )

    def clean_tags(self) -> list[str]:
        """Return the names, without the empty ones."""
        names = (
            " ".join(name.split()) for name in self.cleaned_data["tags"].split(",")
        )
        return [name for name in names if name]


def public_address(form: SignupForm) -> str:
    """Return the full address of a form's public page."""
    if form.is_default:
        return settings.SITE_URL + reverse("audience_subscribe")
    return settings.SITE_URL + reverse("audience_subscribe_form", args=[form.slug])


@desk_view("audience.view_signupform")
def form_list(request: HttpRequest) -> HttpResponse:
    """List the forms, the default one first, each with its public address."""
    found = signup_forms()
    names = tag_names(found)
    rows = [(form, public_address(form), names.get(form.pk, [])) for form in found]
    return render(request, "audience/backoffice/signup_forms.html", {"rows": rows})


@desk_view("audience.add_signupform")
def form_new(request: HttpRequest) -> HttpResponse:
    """Add a form."""
    form = NewSignupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            kept = add_signup_form(
                **form.cleaned_data, actor=actor_of(request), now=clock.now()
            )
            return redirect("desk_audience_form", kept.slug)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
    return render(
        request,
        "audience/backoffice/signup_form_new.html",
        {"form": form},
        status=422 if form.is_bound else 200,
    )


@desk_view("audience.change_signupform")
def form_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a form; show the words people will agree to."""
    kept, now = signup_form_by_slug(slug), clock.now()
    form = EditSignupForm(request.POST or None, initial=_as_typed(kept))
    if request.method == "POST" and form.is_valid():
        try:
            keep_signup_form(
                slug, **form.cleaned_data, actor=actor_of(request), now=now
            )
            messages.success(request, _("The form is kept."))
            return redirect("desk_audience_form", slug)
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
    language = (get_language() or settings.LANGUAGE_CODE)[:2]
    shipped = shipped_wording(kept.purpose, language=language, on=now.date())
    context = {
        "form": form,
        "kept": kept,
        "address": public_address(kept),
        "shipped": shipped,
        "purpose": purpose_labels().get(kept.purpose, kept.purpose),
    }
    return render(
        request,
        "audience/backoffice/signup_form.html",
        context,
        status=422 if form.is_bound else 200,
    )


def _as_typed(kept: SignupForm) -> dict[str, Any]:
    """Return a form's fields as the owner types them."""
    return {
        "title": kept.title or _("The letter"),
        "intro": kept.intro,
        "wording": kept.wording,
        "tags": ", ".join(tag_names([kept]).get(kept.pk, [])),
        "is_active": kept.is_active,
    }
