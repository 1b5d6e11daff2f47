"""Forms of the site's back office."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from perenne.website.models import LegalText


class LegalTextForm(forms.Form):
    """The owner's own legal text."""

    kind = forms.ChoiceField(label=_("Text"), choices=LegalText.Kind.choices)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    body = forms.CharField(
        label=_("Your text"),
        widget=forms.Textarea(attrs={"rows": 24}),
        help_text=_(
            "Plain text. An empty line begins a new paragraph; a line that begins with "
            "## is a heading."
        ),
    )
