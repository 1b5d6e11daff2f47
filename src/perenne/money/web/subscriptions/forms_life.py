"""Forms of running subscriptions: the member's, and the owner's rules."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from perenne.core.domain.money import cents
from perenne.money.models import Parting
from perenne.money.web.checkout.forms_buyer import InvoicedForm, buyer_from
from perenne.money.web.forms import AmountField

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from perenne.money.domain.checkout.buyers import Buyer
    from perenne.money.models import BillingDetails, Order

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PauseForm(forms.Form):
    """The day on which it goes on by itself."""

    until = forms.DateField(label=_("Goes on by itself on"), widget=_DAY)

    def __init__(self, *args: Any, today: date, longest: int, **kwargs: Any) -> None:
        """Know the days between which it may be."""
        super().__init__(*args, **kwargs)
        last = today + timedelta(days=longest)
        self.fields["until"].widget.attrs |= {
            "min": (today + timedelta(days=1)).isoformat(),
            "max": last.isoformat(),
        }
        self.fields["until"].initial = min(today + timedelta(days=30), last)

    def instant(self, zone: ZoneInfo) -> datetime:
        """Return the beginning of that day."""
        return datetime.combine(self.cleaned_data["until"], time(), tzinfo=zone)


class PlanForm(forms.Form):
    """Another plan: now for the difference that was shown, or with the next renewal."""

    key = forms.CharField(max_length=64)
    price = forms.IntegerField()
    due_cents = forms.IntegerField(required=False, min_value=0)


class PartingForm(forms.Form):
    """Why somebody left: said afterwards, or not at all."""

    reason = forms.ChoiceField(
        label=_("Why did you end it?"),
        choices=Parting.Reason.choices,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class BillingForm(InvoicedForm):
    """What invoices show from now on."""

    @classmethod
    def of(cls, held: BillingDetails) -> BillingForm:
        """Return the form filled with what invoices show today."""
        names = [name for name in cls.base_fields if name != "siren"]
        shown = {name: getattr(held, name) for name in names}
        return cls(initial=shown | {"siren": held.place.get("siren", "")})

    def buyer(self, order: Order) -> Buyer:
        """Return the buyer as typed; address and language are the order's."""
        typed = self.cleaned_data | {"email": order.email}
        return buyer_from(typed, language=order.language)


class RulesForm(forms.Form):
    """When a late payment is tried again, how long access waits, when people are told."""

    retry_days = forms.CharField(
        label=_("Days on which a declined payment is tried again"),
        max_length=60,
        help_text=_("After the day it was due: 1, 3, 5."),
    )
    grace_days = forms.IntegerField(
        label=_("Days for which access stays open meanwhile"),
        min_value=1,
        max_value=90,
    )
    trial_notice_days = forms.IntegerField(
        label=_("Days before the end of a trial on which a mail says so"),
        min_value=1,
        max_value=30,
    )
    card_notice_days = forms.IntegerField(
        label=_("Days before a payment on which an expiring card is asked for"),
        min_value=1,
        max_value=60,
    )
    pause_days = forms.IntegerField(
        label=_("Longest pause, in days"),
        min_value=0,
        max_value=366,
        help_text=_("0: members cannot pause."),
    )
    stay_coupon = forms.TypedChoiceField(
        label=_("Reduction offered once to who is about to leave"),
        required=False,
        coerce=int,
        empty_value=None,
    )

    def __init__(
        self, *args: Any, coupons: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        """Offer the coupons that count."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["stay_coupon"]
        field.choices = [("", "—"), *coupons]

    def clean_retry_days(self) -> list[int]:
        """Return the days as numbers."""
        return [
            int(day) for day in re.findall(r"\d{1,3}", self.cleaned_data["retry_days"])
        ]


class PlanGroupForm(forms.Form):
    """Offers between which their members may change."""

    name = forms.CharField(label=_("Name"), max_length=120)
    offers = forms.TypedMultipleChoiceField(
        label=_("Offers"), coerce=int, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self, *args: Any, offers: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        """Offer what can be subscribed to."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["offers"]
        field.choices = offers


class RiseForm(forms.Form):
    """A higher price for people who subscribe already."""

    amount = AmountField(label=_("New price, VAT included"))
    from_on = forms.DateField(
        label=_("From the first payment on or after"),
        widget=_DAY,
        help_text=_("At least 30 days from now: members are told first."),
    )
    reason = forms.CharField(
        label=_("Your reason, in the mail"), max_length=300, required=False
    )

    def amount_cents(self, currency: str) -> int:
        """Return the amount in cents."""
        return cents(self.cleaned_data["amount"], currency)


class WaiverForm(forms.Form):
    """Whether what was bought stays open."""

    access_stays = forms.BooleanField(
        label=_("What was bought stays open"), required=False, initial=True
    )
