"""Forms of the public pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from perenne.people.api import InvalidAddress, normal_address

if TYPE_CHECKING:
    from datetime import datetime

_SALT = "audience.signup"
_FASTEST_SECONDS, _SLOWEST_SECONDS = 2, 24 * 3600


def stamp_of(touch: dict[str, str], *, now: datetime) -> str:
    """Return the signed hidden field of a sign-up form: when and from where it was opened."""
    return signing.dumps({"at": int(now.timestamp()), "touch": touch}, salt=_SALT)


class SignupEntry(forms.Form):
    """What a visitor fills in to subscribe. `website` is the trap: people do not see it."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    name = forms.CharField(
        label=_("First name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    agree = forms.BooleanField(
        error_messages={"required": _("Tick the box if you agree to be written to.")}
    )
    website = forms.CharField(
        required=False,
        label=_("Leave this empty"),
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )
    stamp = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, wording: str, now: datetime, fresh_stamp: str, **kwargs: Any
    ) -> None:
        """Show the wording beside the unticked box and a fresh stamp in each page."""
        super().__init__(*args, **kwargs)
        self.fields["agree"].label = wording
        self.now = now
        self.fresh_stamp = fresh_stamp
        self.touch: dict[str, str] = {}

    @property
    def is_trapped(self) -> bool:
        """Tell whether the field people do not see was filled."""
        return bool(self.data.get("website"))

    def clean_email(self) -> str:
        """Return the address as we know persons by."""
        try:
            return normal_address(self.cleaned_data["email"])
        except InvalidAddress:
            raise ValidationError(_("Check the address: it is not valid.")) from None

    def clean(self) -> dict[str, Any]:
        """Refuse what was sent faster than people type, or from a page of yesterday."""
        data = super().clean() or self.cleaned_data
        try:
            stamp = signing.loads(data.get("stamp") or "", salt=_SALT)
        except signing.BadSignature:
            raise ValidationError(_("Please send the form once more.")) from None
        age = self.now.timestamp() - stamp["at"]
        if not _FASTEST_SECONDS <= age <= _SLOWEST_SECONDS:
            raise ValidationError(_("Please send the form once more."))
        self.touch = stamp["touch"]
        return data
