"""Forms of selling: the checkout, and the owner's forms for offers and refunds."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from perenne.core.domain.money import Money, cents, minor_digits
from perenne.core.templatetags.perenne import money
from perenne.money.models import Price
from perenne.money.queries.orders.methods import label_of
from perenne.money.web.checkout.forms_buyer import BuyerForm

if TYPE_CHECKING:
    from perenne.money.queries.checkout.checkout import Consent

_KEY = re.compile(r"[A-Za-z0-9_-]{43}")


class AmountField(forms.DecimalField):
    """An amount in major units of a currency; a comma is welcome."""

    def __init__(self, *, currency: str = "EUR", **kwargs: Any) -> None:
        """Take as many decimals as the currency has (R43), from one minor unit on."""
        digits = minor_digits(currency)
        options: dict[str, Any] = {
            "min_value": Decimal(1).scaleb(-digits),
            "max_digits": 9,
            "decimal_places": digits,
            "localize": True,
        }
        super().__init__(**(options | kwargs))


class ChosenField(AmountField):
    """What a buyer gives for a price that is theirs to choose (MB5)."""

    def __init__(self, price: Price) -> None:
        """Suggest the owner's amount, and take no less than the lowest."""
        lowest = Money(price.minimum_cents or 0, price.currency)
        suggested = Money(price.amount_cents, price.currency)
        super().__init__(
            currency=price.currency,
            label=_("Your price"),
            initial=suggested.decimal(),
            min_value=lowest.decimal(),
            help_text=format_lazy(
                _("From {minimum} on; we suggest {amount}."),
                minimum=money(lowest.amount_cents, lowest.currency),
                amount=money(suggested.amount_cents, suggested.currency),
            ),
        )


class CheckoutForm(BuyerForm):
    """One page: you, how you pay, agreements; nothing is ticked beforehand (R69).

    shown      the sum that stood on the button, so that nobody pays another one (R44)
    confirmed  asked for only when something contradicts the country (R123)
    """

    key = forms.CharField(widget=forms.HiddenInput)
    price = forms.IntegerField(widget=forms.HiddenInput)
    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    confirmed = forms.BooleanField(
        label=_("Yes, I live in the country given above."), required=False
    )
    method = forms.ChoiceField(label=_("How you pay"), widget=forms.RadioSelect)
    coupon = forms.CharField(label=_("Code"), max_length=40, required=False)
    trial = forms.CharField(widget=forms.HiddenInput, required=False, max_length=3)

    def __init__(
        self,
        *args: Any,
        price: Price,
        consents: list[Consent],
        methods: list[str],
        language: str,
        **kwargs: Any,
    ) -> None:
        """Offer the ways to pay that work, and one box per consent."""
        super().__init__(*args, **kwargs)
        self.language = language
        self.consents = consents
        self.currency = price.currency
        if price.minimum_cents is not None:
            self.fields["chosen"] = ChosenField(price)
        field = self.fields["method"]
        field.choices = [(name, label_of(name)) for name in methods]  # type: ignore[attr-defined]
        field.initial = methods[0] if methods else None
        for consent in consents:
            self.fields[consent.key] = forms.BooleanField(
                label=consent.wording, required=False
            )

    def clean_key(self) -> str:
        """Refuse a key that our form did not make."""
        key = str(self.cleaned_data["key"])
        if not _KEY.fullmatch(key):
            raise forms.ValidationError(_("Please reload the page."))
        return key

    def show(self, shown: str) -> None:
        """Let the form send back the sum that stands on its button now."""
        self.initial["shown"] = shown
        if self.is_bound:
            self.data = {**self.data.dict(), "shown": shown}  # type: ignore[attr-defined]

    def boxes(self) -> list[tuple[Consent, forms.BoundField]]:
        """Return the consents with their boxes, in order."""
        return [(consent, self[consent.key]) for consent in self.consents]

    def choices(self) -> dict[str, Any]:
        """Return what the buyer chose about the price, as start_checkout takes it."""
        chosen = self.cleaned_data.get("chosen")
        return {
            "chosen_cents": None if chosen is None else cents(chosen, self.currency),
            "coupon": self.cleaned_data["coupon"],
            "with_trial": self.cleaned_data["trial"] != "no",
        }

    def ticked(self) -> frozenset[str]:
        """Return the keys of the boxes that were ticked."""
        return frozenset(
            consent.key for consent in self.consents if self.cleaned_data[consent.key]
        )


class TransferForm(forms.Form):
    """The day on which a transfer reached the bank account."""

    paid_on = forms.DateField(
        label=_("Received on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class RefundForm(forms.Form):
    """How much goes back, why, and whether access ends."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    amount = AmountField(label=_("Amount to give back"))
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
    end_access = forms.BooleanField(label=_("End the access too"), required=False)
