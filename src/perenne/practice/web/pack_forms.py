"""Forms of session packs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from perenne.practice.models import PackKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perenne.practice.models import Service


def _token() -> forms.SlugField:
    """Return the form's own key: sent twice, it acts once."""
    return forms.SlugField(widget=forms.HiddenInput, max_length=40)


class PackKindForm(forms.ModelForm[PackKind]):
    """What a pack holds, what it pays for and for how long."""

    service_ids = forms.TypedMultipleChoiceField(
        label=_("Pays for"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = PackKind
        fields = ["name", "sessions", "months", "active"]

    def __init__(self, *args: Any, services: Sequence[Service], **kwargs: Any) -> None:
        """Offer the services."""
        super().__init__(*args, **kwargs)
        for name in self._meta.fields or ():
            # The row is not cleaned here, so its bounds are checked by the fields.
            bounds = getattr(PackKind._meta.get_field(name), "validators", [])
            self.fields[name].validators += bounds
        self.fields["service_ids"].choices = [  # type: ignore[attr-defined]
            (service.pk, service.name) for service in services
        ]
        self.order_fields(["name", "service_ids", "sessions", "months", "active"])

    def _post_clean(self) -> None:
        """Leave the row alone: the action writes it."""


class GivePackForm(forms.Form):
    """A pack for somebody who did not buy it here."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("The person signs in with it."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    kind_id = forms.TypedChoiceField(label=_("Pack"), coerce=int)
    reason = forms.CharField(label=_("Why, for your eyes only"), max_length=300)
    tell = forms.BooleanField(label=_("Tell them by mail"), required=False)
    token = _token()

    def __init__(self, *args: Any, kinds: Sequence[PackKind], **kwargs: Any) -> None:
        """Offer the kinds of pack."""
        super().__init__(*args, **kwargs)
        self.fields["kind_id"].choices = [  # type: ignore[attr-defined]
            (kind.pk, kind.name) for kind in kinds
        ]


class AdjustForm(forms.Form):
    """Credits given or taken back by hand."""

    change = forms.IntegerField(
        label=_("How many sessions"),
        min_value=-500,
        max_value=500,
        help_text=_("2 gives two sessions more, -2 takes two back."),
    )
    reason = forms.CharField(label=_("Why, for your eyes only"), max_length=300)
    token = _token()

    def clean_change(self) -> int:
        """Refuse a move of nothing."""
        change = int(self.cleaned_data["change"])
        if change == 0:
            raise ValidationError(_("Give a number other than 0."))
        return change


class PackEndForm(forms.Form):
    """Another last day."""

    last_on = forms.DateField(
        label=_("Last day"),
        help_text=_("What had expired comes back with a later day."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
