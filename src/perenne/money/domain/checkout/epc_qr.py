"""The words of a QR code that fills in a bank transfer (EPC069-12 version 2.1). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum import iban as iban_number
from stdnum.exceptions import ValidationError

_LONGEST_NAME = 70
_LONGEST_TEXT = 140
_LONGEST_PAYLOAD = 331
_HIGHEST_CENTS = 99_999_999_999
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")


class NotForEpc(ValueError):
    """The standard has no code for such a transfer."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer in euros inside the SEPA area.

    bic   "" inside the European Economic Area, where version 002 does without
    text  what the payer's bank passes on, unstructured
    """

    name: str
    iban: str
    amount_cents: int
    text: str
    bic: str = ""


def epc_payload(transfer: Transfer) -> str:
    """Return the code's text: UTF-8, lines ended by LF, version 002.

    The name is cut at 70 signs, the text at 140; what would break a line is a space.

    Raises  NotForEpc: amount, IBAN or BIC are not the standard's, or nobody is named
    """
    if not 1 <= transfer.amount_cents <= _HIGHEST_CENTS:
        raise NotForEpc("the amount is 0.01 to 999999999.99 euros")
    try:
        iban = iban_number.validate(transfer.iban)
    except ValidationError as error:
        raise NotForEpc("the IBAN is wrong") from error
    bic = "".join(transfer.bic.split()).upper()
    if bic and not _BIC.fullmatch(bic):
        raise NotForEpc("the BIC is wrong")
    name = _line(transfer.name, _LONGEST_NAME)
    if not name:
        raise NotForEpc("the payee has no name")
    euros, cents = divmod(transfer.amount_cents, 100)
    lines = [
        *("BCD", "002", "1", "SCT", bic, name, iban),
        *(f"EUR{euros}.{cents:02d}", "", "", _line(transfer.text, _LONGEST_TEXT)),
    ]
    payload = "\n".join(lines)
    if len(payload.encode()) > _LONGEST_PAYLOAD:
        raise NotForEpc("the code would be longer than 331 bytes")
    return payload


def _line(text: str, longest: int) -> str:
    return " ".join(text.split())[:longest].strip()
