"""Forms of the tiers and of complimentary access."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from perenne.core.queries import current_business
from perenne.memberships.domain.access import checked_resource
from perenne.memberships.models import Tier
from perenne.money.api import fulfilment

if TYPE_CHECKING:
    from datetime import date


def resource_choices(*, tiers: bool = True) -> list[tuple[str, str]]:
    """Return (resource, label) of everything a pass can be given for."""
    return [
        (f"{kind}:{key}", label)
        for kind, handler in fulfilment
        if (tiers or kind != "tier") and _is_resource(f"{kind}:1")
        for key, label in handler.choices()
    ]


def _is_resource(text: str) -> bool:
    try:
        return bool(checked_resource(text))
    except ValueError:
        return False


def end_of_day(day: date) -> datetime:
    """Return the instant the civil day is over where the business is, in UTC."""
    business = current_business()
    zone = ZoneInfo(business.time_zone if business else "Europe/Paris")
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


class TierForm(forms.ModelForm[Tier]):
    """What a tier says, whether it is open, and what it includes."""

    includes = forms.MultipleChoiceField(
        label=_("Included"),
        help_text=_("Whoever has this tier can use these as well."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Tier
        fields = ["name", "description", "active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer everything an offer can grant, tiers apart."""
        super().__init__(*args, **kwargs)
        known = resource_choices(tiers=False)
        kept = set(self.initial.get("includes", [])) - {key for key, _label in known}
        choices = [*known, *((key, key) for key in sorted(kept))]
        self.fields["includes"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["includes"]

    def validate_unique(self) -> None:
        """Leave the name to the action, which says what to do."""


class NewTierForm(forms.Form):
    """A new tier: its name; the rest is asked on its page."""

    name = forms.CharField(label=_("Name"), max_length=120)


class GrantForm(forms.Form):
    """Complimentary access for one person until a day."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The person signs in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    resource = forms.ChoiceField(label=_("What they may use"))
    ends_on = forms.DateField(
        label=_("Last day"),
        help_text=_("Leave empty for access without end."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    reason = forms.CharField(
        label=_("Why, for your eyes only"), max_length=300, required=False
    )
    tell = forms.BooleanField(label=_("Tell them by mail"), required=False)
    token = forms.SlugField(widget=forms.HiddenInput, max_length=50)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer tiers, courses and downloads."""
        super().__init__(*args, **kwargs)
        self.fields["resource"].choices = resource_choices()  # type: ignore[attr-defined]
