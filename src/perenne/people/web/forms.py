"""Forms of signing in, and of the team."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from perenne.core import clock
from perenne.people.actions.accounts import open_account
from perenne.people.domain.addresses import InvalidAddress, normal_address
from perenne.people.domain.roles import Role
from perenne.people.queries import person_by_email, role_labels


class RequestCodeForm(RequestLoginCodeForm):
    """Ask for the address. A known person without an account gets theirs here.

    Known or not, the page that follows is the same.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name the field as the page does."""
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["email"].widget.attrs = {"autocomplete": "email", "autofocus": True}

    def clean_email(self) -> str:
        """Open the account of a person we know before the account is looked for."""
        person = person_by_email(self.cleaned_data["email"])
        if person is not None and person.erased_at is None:
            self.cleaned_data["email"] = person.email
            if person.user_id is None:
                open_account(person, now=clock.now())
        return str(super().clean_email())


class EnterCodeForm(ConfirmLoginCodeForm):
    """Ask for the code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Let the phone propose the code from the mail."""
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs = {
            "autocomplete": "one-time-code",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "autofocus": True,
        }


class RoleField(forms.TypedChoiceField):
    """One of the roles of the team, with what each may do."""

    def __init__(self, **kwargs: Any) -> None:
        """Offer the roles in the active language."""
        super().__init__(
            label=_("Role"),
            coerce=Role,
            choices=lambda: list(role_labels().items()),
            widget=forms.RadioSelect,
            help_text=_(
                "An assistant runs audience, content and appointments and sees orders. "
                "An accountant reads the books. Neither gives money back nor changes "
                "the business."
            ),
            **kwargs,
        )


class RoleForm(forms.Form):
    """What somebody of the team may do."""

    role = RoleField()


class NewTeamMemberForm(forms.Form):
    """Who joins the team, and what they may do."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label=_("Name"), max_length=200, required=False)
    role = RoleField()

    def clean_email(self) -> str:
        """Return the address in its one form."""
        try:
            return normal_address(self.cleaned_data["email"])
        except InvalidAddress as error:
            raise forms.ValidationError(
                _("This does not look like an e-mail address.")
            ) from error


class AddKeyForm(AddWebAuthnForm):
    """Give a passkey or security key a name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Say in the reader's language what the name is for."""
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the key")
