"""French business numbers: SIREN with its check digit, and the VAT number made from it."""

from __future__ import annotations

from stdnum.exceptions import ValidationError
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number


class InvalidSiren(ValueError):
    """The digits are not a SIREN: a wrong length or a wrong check digit (Luhn)."""


def siren(text: str) -> str:
    """Return the nine digits of a SIREN, also from a SIRET, without spaces.

    Raises  InvalidSiren: the check digit does not fit
    """
    digits = "".join(text.split())
    try:
        if len(digits) == 14:
            return str(siret_number.validate(digits))[:9]
        return str(siren_number.validate(digits))
    except ValidationError as error:
        raise InvalidSiren(str(error)) from error


def vat_number(siren_digits: str) -> str:
    """Return the French VAT number of a valid SIREN: FR, a key of two digits, the SIREN.

    Source: CGI annexe II art. 242 A; key = (12 + 3 × (SIREN mod 97)) mod 97.
    """
    key = (12 + 3 * (int(siren_digits) % 97)) % 97
    return f"FR{key:02d}{siren_digits}"
