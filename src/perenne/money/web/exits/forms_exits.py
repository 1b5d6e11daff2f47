"""Forms of the public exits, and of the owner who settles them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from perenne.people.api import InvalidAddress, normal_address

_KEY = r"[A-Za-z0-9_-]{43}"
_FURTHEST = timedelta(days=5 * 366)


class DeclarationForm(forms.Form):
    """What both exits ask. `website` is the trap: people do not see it."""

    key = forms.RegexField(_KEY, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("The acknowledgement goes there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    website = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        max_length=0,
        error_messages={"max_length": _("Please leave this field empty.")},
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def clean_email(self) -> str:
        """Return the address as we know persons by."""
        try:
            return normal_address(self.cleaned_data["email"])
        except InvalidAddress:
            raise ValidationError(
                _("This does not look like an e-mail address.")
            ) from None

    def clean_reference(self) -> str:
        """Return the words in one line."""
        return re.sub(r"\s+", " ", self.cleaned_data["reference"]).strip()


class TerminationForm(DeclarationForm):
    """The fields of C. conso D215-2 (R59), no others."""

    reference = forms.CharField(
        label=_("Reference of the contract"),
        max_length=300,
        required=False,
        help_text=_(
            "The order number of your mails. Left empty, every subscription at your "
            "address ends."
        ),
    )
    wanted_on = forms.DateField(
        label=_("Day on which it should end"),
        required=False,
        help_text=_("Left empty, it ends as early as possible."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    field_order = ("key", "name", "email", "reference", "wanted_on", "website")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        """Know the day, to refuse one that is centuries away."""
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_wanted_on(self) -> date | None:
        """Return the day; one that is past means as early as possible."""
        wanted: date | None = self.cleaned_data["wanted_on"]
        if wanted is not None and wanted > self.today + _FURTHEST:
            raise ValidationError(_("Please choose a day within five years."))
        return wanted


class WithdrawalForm(DeclarationForm):
    """The fields of C. conso D221-5 (R52), no others; no reason is asked."""

    reference = forms.CharField(
        label=_("What identifies the contract"),
        max_length=300,
        help_text=_("The order number of your mails, or what you bought and when."),
    )

    field_order = ("key", "name", "reference", "email", "website")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        """Take the same arguments as the other exit."""
        super().__init__(*args, **kwargs)


class SettleForm(forms.Form):
    """Why nothing (more) is to be done."""

    reason = forms.CharField(label=_("What was done, or why nothing"), max_length=300)
