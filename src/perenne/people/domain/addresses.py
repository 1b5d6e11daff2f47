"""E-mail addresses: the one form in which a person is known."""

from __future__ import annotations

import re
import unicodedata

_LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(rf"{_LOCAL}@(?:{_LABEL}\.)+(?!\d+$){_LABEL}")
_MAX_LOCAL, _MAX_ADDRESS = 64, 254


class InvalidAddress(ValueError):
    """The text is not an e-mail address that mail can be sent to."""


def normal_address(text: str) -> str:
    """Return the address trimmed, lower case, its domain in ASCII (IDNA).

    Raises  InvalidAddress: not a plain addr-spec of RFC 5321 (quoted local parts and
            address literals are refused: mailbox providers do not give them out)
    """
    address = unicodedata.normalize("NFC", text).strip().lower()
    local, at, domain = address.rpartition("@")
    if not at:
        raise InvalidAddress("there is no @")
    try:
        domain = domain.encode("idna").decode("ascii") if domain else domain
    except UnicodeError as error:
        raise InvalidAddress("the domain is not valid") from error
    address = f"{local}@{domain}"
    if len(local) > _MAX_LOCAL or len(address) > _MAX_ADDRESS:
        raise InvalidAddress("the address is too long")
    if not _ADDRESS.fullmatch(address):
        raise InvalidAddress("the address is not valid")
    return address
