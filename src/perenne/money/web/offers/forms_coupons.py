"""The owner's form for a coupon."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from perenne.core.domain.money import cents, minor_digits
from perenne.money.web.offers.forms_offers import CURRENCIES, LocalInstantField

if TYPE_CHECKING:
    from perenne.money.models import Coupon

_DURATIONS = [
    ("first", _("the first payment")),
    ("some", _("so many payments")),
    ("all", _("every payment, for as long as it runs")),
]


class CouponLimitsForm(forms.Form):
    """For what, when and how often a code counts."""

    offers = forms.TypedMultipleChoiceField(
        label=_("What it counts for"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing ticked: every offer."),
    )
    starts_at = LocalInstantField(label=_("Counts from"), required=False)
    ends_at = LocalInstantField(label=_("Counts until"), required=False)
    max_uses = forms.IntegerField(
        label=_("How often in all"),
        min_value=1,
        required=False,
        help_text=_("Empty: any number."),
    )
    max_per_person = forms.IntegerField(
        label=_("How often per person"),
        min_value=1,
        max_value=1000,
        required=False,
        help_text=_("Empty: any number."),
    )
    note = forms.CharField(label=_("Note for yourself"), max_length=200, required=False)

    def __init__(
        self, *args: Any, offers: list[tuple[int, str]], time_zone: str, **kwargs: Any
    ) -> None:
        """Offer what is sold; show instants in the business's own time zone."""
        with timezone.override(ZoneInfo(time_zone)):
            super().__init__(*args, **kwargs)
        self.fields["offers"].choices = offers  # type: ignore[attr-defined]

    def limits(self) -> dict[str, Any]:
        """Return the limits, in Coupon's words."""
        names = ("offers", "starts_at", "ends_at", "max_uses", "max_per_person", "note")
        return {name: self.cleaned_data[name] for name in names}


class CouponForm(CouponLimitsForm):
    """A new code: what it takes off, and its limits."""

    code = forms.RegexField(
        regex=r"^[A-Za-z0-9_-]+$",
        label=_("Code"),
        max_length=40,
        help_text=_("Letters and digits; capitals do not matter."),
        error_messages={"invalid": _("Letters, digits, hyphens and underscores only.")},
    )
    value = forms.DecimalField(
        label=_("Takes off"),
        min_value=Decimal("0.01"),
        max_digits=9,
        decimal_places=2,
        localize=True,
    )
    unit = forms.ChoiceField(
        label=_("Of what"),
        choices=[("%", "%"), *((code, code) for code in CURRENCIES)],
    )
    duration = forms.ChoiceField(
        label=_("In a subscription or instalments, off"),
        choices=_DURATIONS,
        initial="first",
        widget=forms.RadioSelect,
    )
    periods = forms.IntegerField(
        label=_("How many payments"), min_value=1, max_value=120, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Put what it is before its limits."""
        super().__init__(*args, **kwargs)
        self.order_fields(["code", "value", "unit", "duration", "periods"])

    def clean(self) -> dict[str, Any]:
        """Check what depends on another answer."""
        data = super().clean() or {}
        value, unit = data.get("value"), data.get("unit", "%")
        if value is not None and unit == "%" and value > 100:
            self.add_error("value", _("No more than 100 %."))
        digits = minor_digits(unit)
        if value is not None and unit != "%" and value != round(value, digits):
            self.add_error("value", _("This currency has no such decimals."))
        if data.get("duration") == "some" and not data.get("periods"):
            self.add_error("periods", _("Say how many payments."))
        return data

    def coupon(self) -> dict[str, Any]:
        """Return the coupon, in its own words."""
        data = self.cleaned_data
        share = data["unit"] == "%"
        return self.limits() | {
            "code": data["code"],
            "percent_bp": int(data["value"] * 100) if share else 0,
            "amount_cents": 0 if share else cents(data["value"], data["unit"]),
            "currency": "" if share else data["unit"],
            "periods": {"first": 1, "some": data["periods"], "all": None}[
                data["duration"]
            ],
        }


def limits_of(coupon: Coupon, offers: list[int], time_zone: str) -> dict[str, Any]:
    """Return a coupon's limits as the form shows them."""
    zone = ZoneInfo(time_zone)
    values = {
        name: getattr(coupon, name)
        for name in ("starts_at", "ends_at", "max_uses", "max_per_person", "note")
    }
    for name in ("starts_at", "ends_at"):
        if values[name] is not None:
            values[name] = values[name].astimezone(zone).replace(tzinfo=None)
    return values | {"offers": offers}
