"""Forms of the books."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from perenne.core.domain.money import cents
from perenne.money.models import LedgerEntry

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AmountField(forms.DecimalField):
    """An amount above zero in major units; cleaned to integer cents."""

    def __init__(self, **options: Any) -> None:
        """Take two decimals, with the phone's number keys."""
        super().__init__(
            max_digits=11,
            decimal_places=2,
            min_value=0,
            widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
            **options,
        )

    def clean(self, value: Any) -> Any:
        """Return cents, or None when left empty."""
        amount = super().clean(value)
        return None if amount is None else cents(amount)


class OutsideForm(forms.Form):
    """Money that came or went outside the platform."""

    kind = forms.ChoiceField(
        label=_("Income or expense"),
        choices=[("income", _("Income")), ("expense", _("Expense"))],
        widget=forms.RadioSelect,
        initial="income",
    )
    stream = forms.TypedChoiceField(label=_("Source of income"), coerce=int)
    on = forms.DateField(label=_("Date"), widget=_DAY)
    amount = AmountField(label=_("Amount"))
    label = forms.CharField(
        label=_("What for"),
        max_length=300,
        help_text=_("Rent of September, dividend, marketplace payout, software…"),
    )
    counterparty = forms.CharField(
        label=_("From or to"), max_length=200, required=False
    )
    method = forms.ChoiceField(
        label=_("How it was paid"), choices=LedgerEntry.Method, initial="transfer"
    )
    key = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, streams: list[Any], **options: Any) -> None:
        """Offer the owner's streams; a fresh key keeps a double click single."""
        super().__init__(*args, **options)
        field = self.fields["stream"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [(stream.pk, stream.name) for stream in streams]
        self.fields["key"].initial = uuid.uuid4().hex


class PaidForm(forms.Form):
    """An invoice was paid."""

    on = forms.DateField(label=_("Paid on"), widget=_DAY)
    method = forms.ChoiceField(
        label=_("How it was paid"), choices=LedgerEntry.Method, initial="transfer"
    )


class CreditForm(forms.Form):
    """A credit note on an invoice."""

    amount = AmountField(
        label=_("Amount, VAT included"),
        required=False,
        help_text=_("Leave empty to credit all that is left."),
    )
    reason = forms.CharField(label=_("Reason, printed on it"), max_length=300)
    given_back_on = forms.DateField(
        label=_("Money given back on"),
        widget=_DAY,
        help_text=_("Counts only if the invoice was paid."),
    )
    key = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Give the form its key."""
        super().__init__(*args, **options)
        self.fields["key"].initial = uuid.uuid4().hex


class ReverseForm(forms.Form):
    """Why an entry is corrected."""

    reason = forms.CharField(label=_("Why"), max_length=300)
