"""Forms of what comes after a payment: a proposal's boxes, a gift's account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from perenne.people.api import InvalidAddress, normal_address

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perenne.money.queries.checkout.checkout import Consent


class ProposalForm(forms.Form):
    """The boxes that the law asks for; nothing is ticked beforehand (R69).

    offer  what was shown: another one cannot be charged by an old page
    """

    offer = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, consents: Sequence[Consent], **kwargs: Any) -> None:
        """Add one box per consent."""
        super().__init__(*args, **kwargs)
        self.consents = consents
        for consent in consents:
            self.fields[consent.key] = forms.BooleanField(
                label=consent.wording, required=False
            )

    def boxes(self) -> list[forms.BoundField]:
        """Return the consents' boxes, in order."""
        return [self[consent.key] for consent in self.consents]

    def ticked(self) -> frozenset[str]:
        """Return the keys of the boxes that were ticked."""
        return frozenset(
            consent.key for consent in self.consents if self.cleaned_data[consent.key]
        )


class RedeemForm(forms.Form):
    """Under which address a gift is used."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("You sign in with it, by a code that comes by mail."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        """Return the address in its one form."""
        try:
            return normal_address(self.cleaned_data["email"])
        except InvalidAddress as error:
            raise forms.ValidationError(
                _("This does not look like an e-mail address.")
            ) from error
