"""Forms of live events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from perenne.community.domain.events import instant_of
from perenne.community.models import Event
from perenne.core.domain.time_zones import choices

if TYPE_CHECKING:
    from collections.abc import Sequence


class EventForm(forms.ModelForm[Event]):
    """What an event is about, when, where, and who may come."""

    on = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    at = forms.TimeField(
        label=_("Hour"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    time_zone = forms.ChoiceField(label=_("Time zone"))
    minutes = forms.IntegerField(
        label=_("Length in minutes"), min_value=5, max_value=1440, initial=60
    )
    tier_ids = forms.TypedMultipleChoiceField(
        label=_("Whose members may take a seat"),
        help_text=_("An offer can also sell seats: tick the event there."),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Event
        fields = ["title", "text", "link", "place", "seats"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5})}
        help_texts = {
            "link": _("Shown 15 minutes before, to those with a seat."),
            "seats": _(
                "Empty: any number. When all are taken, members are refused; give the "
                "offer that sells seats its own number of places."
            ),
        }

    field_order = (
        *("title", "text", "on", "at", "time_zone", "minutes"),
        *("link", "place", "seats", "tier_ids"),
    )

    def __init__(
        self, *args: Any, tiers: Sequence[Any], zone: str, **kwargs: Any
    ) -> None:
        """Offer the zones and the tiers."""
        super().__init__(*args, **kwargs)
        # The row is not cleaned here, so its bounds are checked by the field.
        self.fields["seats"].validators += Event._meta.get_field("seats").validators
        self.initial.setdefault("time_zone", zone)
        known: Any = self.fields["time_zone"]
        known.choices = choices(zone, self.initial["time_zone"])
        offered: Any = self.fields["tier_ids"]
        offered.choices = [(tier.pk, tier.name) for tier in tiers]
        if not tiers:
            del self.fields["tier_ids"]

    def clean(self) -> dict[str, Any]:
        """Return the hour as an instant; clocks may skip it."""
        cleaned = dict(self.cleaned_data)
        on, at = cleaned.pop("on", None), cleaned.pop("at", None)
        zone = cleaned.get("time_zone")
        if on and at and zone:
            cleaned["starts_at"] = instant_of(on, at, ZoneInfo(zone))
            if cleaned["starts_at"] is None:
                self.add_error("at", _("Clocks skip this hour on that day."))
        cleaned.setdefault("tier_ids", [])
        return cleaned

    def _post_clean(self) -> None:
        """Leave the row alone: the action writes it."""


class SeatForm(forms.Form):
    """A seat for somebody who did not buy one here."""

    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
