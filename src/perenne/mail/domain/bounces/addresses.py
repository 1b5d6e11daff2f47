"""E-mail addresses in running text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LOCAL = r"(?:\"[^\"\s@]{1,64}(?: [^\"\s@]{1,64})?\"|[\w!#$%&'*+=?^{}~.-]{1,64})"
_DOMAIN = r"(?:[\w](?:[\w-]{0,62}\.)+[\w-]{2,63}|\[\d[\d.]{6,15}\])"
ADDRESS = rf"{_LOCAL}@{_DOMAIN}"
_FIND = re.compile(ADDRESS)
_PREFIX = re.compile(r"\A(?:rfc822|smtp|mailto|utf-8|in|x-local|internet)[;:=]", re.I)
_NOBODY = re.compile(
    r"\A(?:mailer-daemon|mail-daemon|mailerdaemon|postmaster|postmast|mdaemon|daemon)@",
    re.I,
)


def tidy(address: str) -> str:
    """Return an address as it is compared: its domain in lower case, no wrapping."""
    found = _PREFIX.sub("", address.strip().strip("<>'`,;:").strip("."))
    if not found.startswith('"'):
        found = found.strip('"')
    local, at, domain = found.rpartition("@")
    return f"{local}{at}{domain.lower()}"


def addresses_in(text: str) -> list[str]:
    """Return the addresses of a text in order, each once."""
    return unique(tidy(found) for found in _FIND.findall(text))


def first_address(text: str) -> str:
    """Return the first address of a text, or ""."""
    found = _FIND.search(text)
    return tidy(found[0]) if found else ""


def is_nobody(address: str) -> bool:
    """Tell whether that is a mail system's own mailbox."""
    return bool(_NOBODY.match(address))


def unique(found: Iterable[str]) -> list[str]:
    """Return each address once, whatever its case, in order of appearance."""
    seen: dict[str, str] = {}
    for address in found:
        if address:
            seen.setdefault(address.lower(), address)
    return list(seen.values())
