"""VAT numbers of the Union: their form and check digits, before anybody is asked."""

from __future__ import annotations

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

# The register writes Greece EL; Monaco's businesses have French numbers.
_PREFIX = {"GR": "EL", "MC": "FR"}


class InvalidVatId(ValueError):
    """It cannot be a VAT number of that country."""


def prefix_of(country: str) -> str:
    """Return the two letters with which a country's VAT numbers begin."""
    return _PREFIX.get(country, country)


def vat_id(text: str, country: str) -> str:
    """Return a VAT number with its prefix, without spaces or dots.

    country  the buyer's; a number may be typed without its prefix
    Raises   InvalidVatId: the form or the check digits do not fit
    """
    typed = "".join(sign for sign in text.upper() if sign.isalnum())
    prefix = prefix_of(country)
    number = typed if typed.startswith(prefix) else prefix + typed
    try:
        return str(vat.validate(number))
    except ValidationError as error:
        raise InvalidVatId(str(error)) from error
