"""The sum that stands beside a checkout, and what must be said of its VAT (R43, R44)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel import Locale
from babel.numbers import format_decimal
from django.utils.translation import get_language, gettext

from perenne.core import legal
from perenne.money.domain.vat.vat import Checked, mention_of
from perenne.money.queries.checkout.baskets import quote_of

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.checkout.amounts import Amounts
    from perenne.money.domain.checkout.quoting import Quote
    from perenne.money.domain.vat.places import Place
    from perenne.money.queries.checkout.baskets import Basket
    from perenne.money.queries.vat.vat import VatDay


@dataclass(frozen=True, slots=True)
class CheckoutSum:
    """What is paid with the order, and what must be said of its VAT.

    vat       "VAT 19 % (Germany)", "" when none is in the sum
    mention   why none is due, in the law's words
    note      what the register said of the buyer's number
    with_vat  the sum is what a consumer pays; False: it is without VAT
    """

    quoted: Quote
    vat: str
    mention: str
    note: str
    with_vat: bool

    @property
    def shown(self) -> str:
        """Return the sum on the button as a sign, for the form to send back."""
        total = self.quoted.total
        kind = "gross" if self.with_vat else "net"
        return f"{total.gross_cents} {total.currency} {kind}"


def checkout_sum(
    basket: Basket, place: Place, *, vat: VatDay, now: datetime
) -> CheckoutSum:
    """Return the sum of a basket for its buyer, in the active language."""
    quoted = quote_of(basket, now, vat=vat)
    amounts = quoted.total
    return CheckoutSum(
        quoted=quoted,
        vat=_vat_words(amounts, vat) if amounts.tax_cents else "",
        mention=_mention(amounts, place, vat),
        note=_note(amounts, place),
        with_vat=basket.with_vat,
    )


def _vat_words(amounts: Amounts, vat: VatDay) -> str:
    """Return the VAT's rate, and its country when it is not the seller's."""
    locale = get_language() or "fr"
    rate = format_decimal(amounts.vat_rate_bp / 100, locale=locale)
    if amounts.vat_country in {"", vat.seller.country}:
        return gettext("VAT %(rate)s %%") % {"rate": rate}
    names = Locale.parse(locale).territories
    return gettext("VAT %(rate)s %% (%(country)s)") % {
        "rate": rate,
        "country": names.get(amounts.vat_country, amounts.vat_country),
    }


def _mention(amounts: Amounts, place: Place, vat: VatDay) -> str:
    key = mention_of(
        amounts.vat_category,
        country=amounts.vat_country,
        is_business=place.is_business,
        zones=vat.zones,
    )
    if not key or vat.seller.country != "FR":
        return ""
    language = "en" if (get_language() or "fr").startswith("en") else "fr"
    return str(legal.value("legal_mentions", f"{key}.{language}", on=vat.day))


def _note(amounts: Amounts, place: Place) -> str:
    """Say what became of the buyer's VAT number, wherever it makes a difference."""
    state = place.customer.vat_number
    if state == Checked.VALID:
        return gettext(
            "Your VAT number is confirmed: you account for the VAT yourself."
        )
    if not amounts.tax_cents or not place.is_business:
        return ""
    if state == Checked.INVALID:
        return gettext(
            "The EU register does not know your VAT number, so VAT is charged."
        )
    if state == Checked.UNAVAILABLE:
        return gettext(
            "The EU register of VAT numbers gives no answer at the moment: neither yes "
            "nor no. So VAT is charged; you may also come back later."
        )
    return ""
