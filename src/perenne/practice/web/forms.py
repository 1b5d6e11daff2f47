"""Forms of booking, services and missions."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from perenne.practice.actions.credits import PackDoesNotPay
from perenne.practice.domain.slots import Span
from perenne.practice.models import Client, Mission, Service

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from django.forms import BoundField

    from perenne.practice.models import Availability
    from perenne.practice.queries.packs import HeldPack
    from perenne.streams.api import Stream

SPANS_A_DAY = 2
RESERVED = {"cancel", "done"}


class BookingForm(forms.Form):
    """Who books. `website` is a trap: people do not see it, machines fill it in."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("The confirmation and the calendar file go there."),
    )
    note = forms.CharField(
        label=_("What should we know beforehand?"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    website = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(
        self, *args: Any, packs: Sequence[HeldPack], price: str, **kwargs: Any
    ) -> None:
        """Ask how it is paid when the person has packs that pay for it."""
        super().__init__(*args, **kwargs)
        if packs:
            self.fields["pack_id"] = forms.TypedChoiceField(
                label=_("How it is paid"),
                choices=[*map(_pack_choice, packs), (0, price)],
                coerce=int,
                initial=packs[0].pack.pk,
                widget=forms.RadioSelect,
            )

    def clean(self) -> dict[str, Any]:
        """Refuse what a machine filled in."""
        if self.cleaned_data.get("website"):
            raise ValidationError(_("This form could not be sent. Please try again."))
        if "pack_id" not in self.fields and self.data.get("pack_id", "0") != "0":
            # It was there when the page was shown: nobody owes a price unasked.
            raise ValidationError(PackDoesNotPay.sentence)
        return self.cleaned_data


def _pack_choice(row: HeldPack) -> tuple[int, str]:
    left = row.pack.left
    text = ngettext(
        "With %(name)s: %(count)s session left, until %(date)s",
        "With %(name)s: %(count)s sessions left, until %(date)s",
        left,
    )
    day = date_format(row.last_on, "DATE_FORMAT")
    return row.pack.pk, text % {"name": row.pack.kind, "count": left, "date": day}


_FROM = pgettext_lazy("time of day", "From")
_TO = pgettext_lazy("time of day", "To")


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )


class PriceField(forms.DecimalField):
    """An amount typed in major units, kept as integer cents."""

    def clean(self, value: Any) -> Any:
        """Return cents, or None when nothing was typed."""
        typed = value.replace(",", ".") if isinstance(value, str) else value
        amount = super().clean(typed)
        return None if amount is None else int(amount * 100)

    def prepare_value(self, value: Any) -> Any:
        """Show stored cents as an amount and keep what was typed."""
        return Decimal(value) / 100 if isinstance(value, int) else value


def price_field(label: Any, help_text: Any = "") -> PriceField:
    """Return a field for an amount from 0 to 1,000,000, to the cent."""
    return PriceField(
        label=label,
        help_text=help_text,
        min_value=Decimal(0),
        max_value=Decimal(1_000_000),
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


class ServiceForm(forms.ModelForm[Service]):
    """A service with its opening hours, two spans a weekday."""

    price_cents = price_field(_("Price of a session"), _("0 for a free session."))

    class Meta:
        model = Service
        fields = [
            "name",
            "slug",
            "description",
            "place",
            "minutes",
            "step_minutes",
            "buffer_before_minutes",
            "buffer_after_minutes",
            "notice_hours",
            "horizon_days",
            "daily_cap",
            "cancel_notice_hours",
            "price_cents",
            "stream",
            "active",
        ]
        widgets = {"description": forms.Textarea(attrs={"rows": 4})}

    def __init__(
        self,
        *args: Any,
        streams: Sequence[Stream],
        hours: Iterable[Availability] = (),
        **kwargs: Any,
    ) -> None:
        """Offer the streams and show the hours."""
        super().__init__(*args, **kwargs)
        for name in self._meta.fields or ():
            # The row is not cleaned here, so its bounds are checked by the fields.
            bounds = getattr(Service._meta.get_field(name), "validators", [])
            self.fields[name].validators += bounds
        self.fields["stream"] = forms.TypedChoiceField(
            label=_("Source of income"),
            choices=[(stream.pk, stream.name) for stream in streams],
            coerce=int,
        )
        held: dict[int, list[Availability]] = {}
        for open_hours in hours:
            held.setdefault(open_hours.weekday, []).append(open_hours)
        for weekday in range(7):
            rows: list[Availability | None] = [*held.get(weekday, [])]
            for number, row in enumerate((rows + [None] * SPANS_A_DAY)[:SPANS_A_DAY]):
                for end in ("starts", "ends"):
                    name = f"day{weekday}_{number}_{end}"
                    label = _FROM if end == "starts" else _TO
                    self.fields[name] = _time(label)
                    self.initial[name] = getattr(row, end, None)

    def days(self) -> list[tuple[Any, list[tuple[BoundField, BoundField]]]]:
        """Return (weekday's name, its pairs of fields), Monday first."""
        return [
            (
                WEEKDAYS[weekday],
                [
                    (
                        self[f"day{weekday}_{number}_starts"],
                        self[f"day{weekday}_{number}_ends"],
                    )
                    for number in range(SPANS_A_DAY)
                ],
            )
            for weekday in range(7)
        ]

    def clean_slug(self) -> str:
        """Refuse addresses that pages of booking use themselves."""
        slug = str(self.cleaned_data["slug"])
        if slug in RESERVED:
            raise ValidationError(_("This address is used by the booking pages."))
        return slug

    def clean(self) -> dict[str, Any]:
        """Return the hours as (weekday, Span); both ends or neither."""
        cleaned = super().clean() or {}
        hours = []
        for weekday in range(7):
            for number in range(SPANS_A_DAY):
                name = f"day{weekday}_{number}"
                starts: time | None = cleaned.pop(f"{name}_starts", None)
                ends: time | None = cleaned.pop(f"{name}_ends", None)
                if (starts is None) != (ends is None):
                    self.add_error(f"{name}_ends", _("Give both times or none."))
                elif starts is not None and ends is not None:
                    hours.append((weekday, Span(starts, ends)))
        return {**cleaned, "hours": hours}

    def validate_unique(self) -> None:
        """Leave it to the action, which says it in its own words."""

    def _post_clean(self) -> None:
        """Leave the row alone: the action writes it."""


class SpecialDayForm(forms.Form):
    """Other hours on one day, or none."""

    on = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    starts = _time(_FROM)
    ends = _time(_TO)

    def clean(self) -> dict[str, Any]:
        """Return the day's span, None when it is closed."""
        starts, ends = self.cleaned_data.get("starts"), self.cleaned_data.get("ends")
        if (starts is None) != (ends is None):
            raise ValidationError(_("Give both times or none."))
        span = Span(starts, ends) if starts is not None and ends is not None else None
        return {"on": self.cleaned_data.get("on"), "span": span}


class ClientForm(forms.ModelForm[Client]):
    """Where a client's invoices go."""

    class Meta:
        model = Client
        fields = [
            "company",
            "siren",
            "vat_number",
            "street",
            "postcode",
            "city",
            "country",
        ]

    def _post_clean(self) -> None:
        """Leave the row alone: the action writes it."""

    def clean_country(self) -> str:
        """Return the code in capitals."""
        return str(self.cleaned_data["country"]).upper()


class NewClientForm(ClientForm):
    """A client who may not be known yet."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    field_order = ("name", "email")


class MissionForm(forms.Form):
    """What was agreed."""

    title = forms.CharField(label=_("Title"), max_length=200)
    pricing = forms.ChoiceField(label=_("Price"), choices=Mission.Pricing.choices)
    rate_cents = price_field(
        _("Rate"), _("Per hour, per day or as a whole; without VAT.")
    )
    budget_hours = forms.IntegerField(
        label=_("Hours agreed at most"),
        min_value=0,
        max_value=10_000,
        initial=0,
        help_text=_("0 for no limit."),
    )
    round_minutes = forms.IntegerField(
        label=_("Round each entry up to … minutes"),
        min_value=0,
        max_value=60,
        initial=0,
    )
    stream_id = forms.TypedChoiceField(label=_("Source of income"), coerce=int)

    def __init__(self, *args: Any, streams: Sequence[Stream], **kwargs: Any) -> None:
        """Offer the streams."""
        super().__init__(*args, **kwargs)
        field = self.fields["stream_id"]
        field.choices = [(stream.pk, stream.name) for stream in streams]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Return the budget in minutes."""
        cleaned = dict(self.cleaned_data)
        cleaned["budget_minutes"] = (cleaned.pop("budget_hours", 0) or 0) * 60
        return cleaned


class HoursForm(forms.Form):
    """Hours worked for a mission."""

    on = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    hours = forms.DecimalField(
        label=_("Hours"),
        min_value=Decimal("0.02"),
        max_value=Decimal(24),
        decimal_places=2,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text=_("For example 1.5"),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=300)

    def clean(self) -> dict[str, Any]:
        """Return the hours as minutes."""
        cleaned = dict(self.cleaned_data)
        hours = cleaned.pop("hours", None)
        if hours is not None:
            cleaned["minutes"] = max(1, round(hours * 60))
        return cleaned
