"""Forms of the outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from perenne.mail.domain.headers import is_sendable
from perenne.mail.models import Bounce, Message, Suppression, Transport

if TYPE_CHECKING:
    from datetime import date


class OutboxFilter(forms.Form):
    """What the owner looks for in the outbox."""

    q = forms.CharField(label=_("Address or words of the subject"), required=False)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All states")), *Message.State.choices],
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All kinds")), *Message.Kind.choices],
    )


class TransportForm(forms.ModelForm[Transport]):
    """What a way out carries, and how much it may be given (AE17, AE18)."""

    class Meta:
        model = Transport
        fields = [
            "is_active",
            "carries",
            "rank",
            "connections",
            "engines",
            "rate_per_minute",
            "daily_cap",
            "warm_up_first_day",
            "warm_up_from",
            "warm_up_growth_percent",
        ]
        widgets = {
            "rank": forms.NumberInput(attrs={"min": 1, "max": 9}),
            "connections": forms.NumberInput(attrs={"min": 1, "max": 100}),
            "engines": forms.NumberInput(attrs={"min": 1, "max": 16}),
            "warm_up_from": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        help_texts = {
            "rank": _(
                "1 goes first. Equal ranks share the work. A later one steps in while "
                "those before it rest or have had their day's mails."
            ),
            "engines": _("More than 1 helps with several worker machines only."),
            "warm_up_first_day": _(
                "For a server that mailbox providers do not know yet: little at first, "
                "more each day. 0 for no plan."
            ),
            "warm_up_from": _("Empty: today."),
        }

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        """Let a warm-up begin today if nothing else is said."""
        super().__init__(*args, **kwargs)
        self._today = today

    def clean(self) -> dict[str, Any]:
        """Give a plan its first day."""
        values = super().clean() or self.cleaned_data
        if values.get("warm_up_first_day") and not values.get("warm_up_from"):
            values["warm_up_from"] = self._today
        return values


class DomainLimitForm(forms.Form):
    """How much a domain may get through one way out."""

    domain = forms.CharField(
        label=_("Domain"),
        max_length=253,
        widget=forms.TextInput(attrs={"placeholder": "gmail.com"}),
    )
    rate_per_minute = forms.IntegerField(
        label=_("Messages per minute, 0 for no limit"), min_value=0, initial=0
    )
    connections = forms.IntegerField(
        label=_("Messages at the same time, 0 for no limit"), min_value=0, initial=0
    )

    def clean_domain(self) -> str:
        """Return the domain as addresses are kept: small letters, no @."""
        domain = str(self.cleaned_data["domain"]).strip().lower().lstrip("@")
        if not is_sendable(f"x@{domain}"):
            raise forms.ValidationError(_("Write the part after the @: gmail.com."))
        return domain

    def clean(self) -> dict[str, Any]:
        """Ask for a limit that limits something."""
        values = super().clean() or {}
        limited = values.get("rate_per_minute") or values.get("connections")
        if not limited and not self.errors:
            self.add_error("rate_per_minute", _("Limit one of the two at least."))
        return values


class BounceFilter(forms.Form):
    """What the owner looks for among what came back."""

    q = forms.CharField(label=_("Address or a part of it"), required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        required=False,
        choices=[("", _("All kinds")), *Bounce.Kind.choices],
    )


class SuppressionFilter(forms.Form):
    """What the owner looks for on the suppression list."""

    q = forms.CharField(label=_("Address or a part of it"), required=False)
    reason = forms.ChoiceField(
        label=_("Reason"),
        required=False,
        choices=[("", _("All reasons")), *Suppression.Reason.choices],
    )


class SuppressForm(forms.Form):
    """An address that must not be written to."""

    address = forms.EmailField(label=_("Address"), max_length=254)
