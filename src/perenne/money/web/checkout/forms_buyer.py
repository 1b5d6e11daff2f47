"""Who buys: the part of the checkout that decides VAT and what the invoice names."""

from __future__ import annotations

import re
from typing import Any

from babel import Locale
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from perenne.core.domain.french_ids import InvalidSiren, siren
from perenne.money.domain.checkout.buyers import Buyer
from perenne.money.domain.vat.vat_ids import InvalidVatId, vat_id
from perenne.money.models import Order
from perenne.money.queries.vat.vat import is_member
from perenne.people.api import InvalidAddress, normal_address

_BUSINESS_NEEDS = ("company", "street", "postcode", "city")


def country_names() -> dict[str, str]:
    """Return the names of all countries in the active language, by code."""
    names = Locale.parse(get_language() or "fr").territories
    return {
        code: name for code, name in names.items() if re.fullmatch("[A-Z]{2}", code)
    }


def country_choices() -> list[tuple[str, str]]:
    """Return (code, name) of all countries in the active language, France first."""
    found = country_names().items()
    return sorted(found, key=lambda pair: (pair[0] != "FR", pair[1]))


class InvoicedForm(forms.Form):
    """A consumer gives a country, a business what its invoice must show (R79, R82)."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        choices=country_choices,
        initial="FR",
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    buyer_type = forms.ChoiceField(
        label=_("You buy"),
        choices=Order.BuyerType.choices,
        initial=Order.BuyerType.CONSUMER,
        widget=forms.RadioSelect,
    )
    company = forms.CharField(
        label=_("Company name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    siren = forms.CharField(
        label="SIREN",
        max_length=20,
        required=False,
        help_text=_("Nine digits; for a business in France."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    vat_number = forms.CharField(
        label=_("VAT number"),
        max_length=20,
        required=False,
        help_text=_("Of another EU country: we ask the EU register (VIES) about it."),
    )
    street = forms.CharField(
        label=_("Street and number"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    postcode = forms.CharField(
        label=_("Postcode"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    city = forms.CharField(
        label=_("City"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask a business for what its invoice must show."""
        data = super().clean() or {}
        if data.get("buyer_type") == Order.BuyerType.BUSINESS:
            for name in _BUSINESS_NEEDS:
                if not data.get(name):
                    self.add_error(name, _("An invoice to a business needs this."))
            self._check_siren(data)
            self._check_vat_number(data)
        return data

    def _check_siren(self, data: dict[str, Any]) -> None:
        typed = data.get("siren", "").strip()
        if typed:
            try:
                data["siren"] = siren(typed)
            except InvalidSiren:
                self.add_error("siren", _("These digits are not a SIREN."))
        elif data.get("country") == "FR":
            self.add_error("siren", _("An invoice to a business needs this."))

    def _check_vat_number(self, data: dict[str, Any]) -> None:
        """Check the form of a number of the Union; elsewhere, numbers are free text."""
        typed, country = data.get("vat_number", "").strip(), data.get("country", "")
        if not typed or not is_member(country):
            return
        try:
            data["vat_number"] = vat_id(typed, country)
        except InvalidVatId:
            self.add_error(
                "vat_number",
                _(
                    "This is not a VAT number of that country. Leave it empty if you "
                    "have none."
                ),
            )


class BuyerForm(InvoicedForm):
    """Who buys, at the checkout."""

    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("Your access and your invoice go there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    language = "fr"

    def clean_email(self) -> str:
        """Return the address in its one form."""
        try:
            return normal_address(self.cleaned_data["email"])
        except InvalidAddress as error:
            raise forms.ValidationError(
                _("This does not look like an e-mail address.")
            ) from error

    def focus_first_error(self) -> None:
        """Let the browser go to the first field that must be mended, without a script."""
        for name in self.errors:
            if name in self.fields:
                self.fields[name].widget.attrs["autofocus"] = True
                return

    def buyer(self) -> Buyer:
        """Return the buyer as typed."""
        return buyer_from(self.cleaned_data, language=self.language)


def buyer_from(data: dict[str, Any], *, language: str) -> Buyer:
    """Return a buyer from what is known so far; a consumer keeps no business's words."""
    business = data.get("buyer_type") == Order.BuyerType.BUSINESS
    return Buyer(
        name=data.get("name", ""),
        email=data.get("email", ""),
        buyer_type=Order.BuyerType.BUSINESS if business else Order.BuyerType.CONSUMER,
        country=data.get("country") or "FR",
        language=language,
        company=data.get("company", "") if business else "",
        siren=data.get("siren", "") if business else "",
        vat_number=data.get("vat_number", "") if business else "",
        street=data.get("street", ""),
        postcode=data.get("postcode", ""),
        city=data.get("city", ""),
    )
