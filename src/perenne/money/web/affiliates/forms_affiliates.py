"""Forms of affiliates: who, by which rule, and what was paid out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django import forms
from django.utils.translation import gettext_lazy as _

from perenne.core.domain.money import cents
from perenne.money.domain.affiliates.commissions import Rule
from perenne.money.web.forms import AmountField
from perenne.people.api import InvalidAddress, normal_address

if TYPE_CHECKING:
    from datetime import date

    from perenne.money.queries.affiliates.affiliates import Balance


class RuleForm(forms.Form):
    """What an affiliate earns: a share or an amount, on how many payments."""

    percent = forms.DecimalField(
        label=_("Share of what is paid before VAT, in %"),
        min_value=0.01,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        localize=True,
        required=False,
    )
    amount = AmountField(label=_("Or an amount for each payment"), required=False)
    periods = forms.IntegerField(
        label=_("On how many payments of a subscription"),
        min_value=1,
        max_value=120,
        required=False,
        help_text=_("1: the first one only. Empty: as long as it lives."),
    )
    active = forms.BooleanField(label=_("New orders count"), required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        data = super().clean() or {}
        if bool(data.get("percent")) == bool(data.get("amount")):
            self.add_error("percent", _("Give a share or an amount, one of the two."))
        return data

    def rule(self, currency: str) -> Rule:
        """Return the rule as typed."""
        data = self.cleaned_data
        if data["amount"]:
            amount = cents(data["amount"], currency)
            return Rule(0, amount, currency, data["periods"])
        return Rule(cents(data["percent"]), 0, "", data["periods"])


class NewAffiliateForm(RuleForm):
    """A new affiliate."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label=_("Name"), max_length=200)
    code = forms.SlugField(
        label=_("Code"), max_length=40, help_text=_("Their link is /a/<code>/.")
    )
    field_order = ("name", "email", "code", "percent", "amount", "periods")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Begin with the first payment only; a new one is active."""
        super().__init__(*args, **kwargs)
        self.fields["periods"].initial = 1
        del self.fields["active"]

    def clean_email(self) -> str:
        """Return the address in its one form."""
        try:
            return normal_address(self.cleaned_data["email"])
        except InvalidAddress as error:
            raise forms.ValidationError(
                _("This does not look like an e-mail address.")
            ) from error


class PayoutForm(forms.Form):
    """What was paid, as the owner saw it, and on which day."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    amount_cents = forms.IntegerField(widget=forms.HiddenInput)
    currency = forms.CharField(widget=forms.HiddenInput, max_length=3)
    paid_on = forms.DateField(
        label=_("Paid on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    @classmethod
    def for_balance(cls, balance: Balance, *, key: str, today: date) -> Self:
        """Return the form for one currency's sum."""
        return cls(
            auto_id=f"id_{balance.currency}_%s",
            initial={
                "key": f"{key[:40]}-{balance.currency}",
                "amount_cents": balance.due_cents,
                "currency": balance.currency,
                "paid_on": today,
            },
        )
