"""The form of a launch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo


class InstantField(forms.DateTimeField):
    """A civil date and time of the business, as the browser's own picker gives it."""

    def __init__(self, **kwargs: Any) -> None:
        """Draw the browser's picker."""
        widget = forms.DateTimeInput(
            attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
        )
        super().__init__(widget=widget, **kwargs)


class LaunchForm(forms.Form):
    """Name, offers, window, audience and goal; times are of the business's zone."""

    name = forms.CharField(label=_("Name"), max_length=120)
    offers = forms.MultipleChoiceField(
        label=_("What opens and closes"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    opens_at = InstantField(label=_("Opens"))
    closes_at = InstantField(
        label=_("Closes"),
        help_text=_(
            "A real deadline, the same for everyone: afterwards the offer is closed."
        ),
    )
    segment = forms.ChoiceField(label=_("For whom"), required=False)
    goal_buyers = forms.IntegerField(
        label=_("Buyers you hope for"), min_value=1, max_value=1_000_000, required=False
    )

    def __init__(
        self,
        *args: Any,
        offers: Sequence[tuple[int, str]],
        segments: Sequence[tuple[int, str]],
        zone: ZoneInfo,
        **kwargs: Any,
    ) -> None:
        """Offer the offers and segments; name the zone under the times."""
        super().__init__(*args, **kwargs)
        self._zone = zone
        self.fields["offers"].choices = [(str(pk), title) for pk, title in offers]  # type: ignore[attr-defined]
        self.fields["segment"].choices = [  # type: ignore[attr-defined]
            ("", _("Everybody who may be written to")),
            *((str(pk), name) for pk, name in segments),
        ]
        self.fields["opens_at"].help_text = _("Time of %(zone)s.") % {"zone": zone.key}

    def _instant(self, name: str) -> datetime:
        typed: datetime = self.cleaned_data[name]
        return typed.replace(tzinfo=self._zone)

    def clean_opens_at(self) -> datetime:
        """Return the instant, in the business's zone."""
        return self._instant("opens_at")

    def clean_closes_at(self) -> datetime:
        """Return the instant, in the business's zone."""
        return self._instant("closes_at")

    def launch_fields(self) -> dict[str, Any]:
        """Return what plan_launch and change_launch take."""
        cleaned = self.cleaned_data
        return {
            "name": cleaned["name"],
            "offer_ids": [int(pk) for pk in cleaned["offers"]],
            "opens_at": cleaned["opens_at"],
            "closes_at": cleaned["closes_at"],
            "segment_id": int(cleaned["segment"]) if cleaned["segment"] else None,
            "goal_buyers": cleaned["goal_buyers"],
        }
