"""An order's VAT and its buyer's place in words, for the owner (R123, R124)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from babel import Locale
from babel.numbers import format_decimal
from django.utils.translation import get_language, gettext, pgettext

from perenne.money.domain.vat.vat import Category, Checked
from perenne.money.queries.checkout.checkout import place_of

if TYPE_CHECKING:
    from perenne.money.domain.vat.places import VatCheck
    from perenne.money.models import Order


def place_rows(order: Order) -> list[str]:
    """Return sentences: whose VAT, SIREN, VAT number, what the register said."""
    place = place_of(order)
    rows = [_vat(order)]
    if place.siren:
        rows.append(f"SIREN {place.siren}")
    if place.vat_id:
        number = gettext("VAT number {number}").format(number=place.vat_id)
        rows.append(number)
    if place.vat_check:
        rows.append(_register(place.vat_check))
    return [row for row in rows if row]


def signs(order: Order) -> list[tuple[str, datetime]]:
    """Return every sign of where the buyer is, in words, and its instant."""
    kinds = {
        "billing_address": gettext("Address given"),
        "connection": gettext("Connection"),
        "card": gettext("Card"),
        "bank": gettext("Bank account"),
        "confirmed": gettext("Confirmed by the buyer"),
    }
    return [
        (
            gettext("%(kind)s: %(country)s")
            % {
                "kind": kinds.get(sign.kind, sign.kind),
                "country": _country(sign.country),
            },
            datetime.fromisoformat(sign.at),
        )
        for sign in place_of(order).evidence
    ]


def _country(code: str) -> str:
    names = Locale.parse(get_language() or "fr").territories
    return str(names.get(code, code))


def _vat(order: Order) -> str:
    if order.vat_category == Category.TAXED:
        rate = format_decimal(order.vat_rate_bp / 100, locale=get_language() or "fr")
        return gettext("VAT %(rate)s %% (%(country)s)") % {
            "rate": rate,
            "country": _country(order.vat_country),
        }
    return (
        {
            Category.EXEMPT: gettext("VAT franchise: none is charged"),
            Category.REVERSED: gettext("Reverse charge: the buyer owes the VAT"),
            Category.OUTSIDE: gettext("Outside EU VAT"),
        }.get(Category(order.vat_category), "")
        if order.vat_category
        else ""
    )


def _register(check: VatCheck) -> str:
    said = {
        Checked.VALID: pgettext("a VAT number", "confirmed"),
        Checked.INVALID: pgettext("a VAT number", "not known"),
        Checked.UNAVAILABLE: pgettext("a VAT number", "no answer"),
        Checked.NOT_ASKED: pgettext("a VAT number", "not asked"),
    }[check.state]
    return gettext("EU register on %(day)s: %(said)s") % {
        "day": check.at[:10],
        "said": " · ".join(
            part for part in (said, check.name, check.consultation) if part
        ),
    }
