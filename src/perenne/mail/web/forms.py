"""Forms of the outbox."""

from django import forms
from django.utils.translation import gettext_lazy as _

from perenne.mail.models import Bounce, Message, Suppression, Transport


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
    """How much the mail server may be given (AE17, AE18)."""

    class Meta:
        model = Transport
        fields = ["connections", "rate_per_minute", "daily_cap"]
        widgets = {
            "connections": forms.NumberInput(attrs={"min": 1, "max": 100}),
        }


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
