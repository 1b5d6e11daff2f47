"""Ask the DNS, within a few seconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dns.exception
import dns.resolver
import dns.reversename

from perenne.mail.domain.dns_checks import NoAnswer

if TYPE_CHECKING:
    from dns.resolver import Answer

_SECONDS = 4.0


class Resolver:
    """Looks names up; an empty list means that the name has no such record.

    Every method raises NoAnswer when nobody answered in time.
    """

    def __init__(self, address: str) -> None:
        """Ask that address ("192.0.2.53", "127.0.0.1:5353"), or the system's when ""."""
        self._asked = dns.resolver.Resolver(configure=not address)
        if address:
            host, colon, port = address.rpartition(":")
            has_port = bool(colon) and port.isdigit() and host.count(":") != 1
            self._asked.nameservers = [host.strip("[]") if has_port else address]
            self._asked.port = int(port) if has_port else 53
        self._asked.lifetime = _SECONDS

    def texts(self, name: str) -> list[str]:
        """Return TXT records, the strings of each joined."""
        return [
            b"".join(row.strings).decode("utf-8", "replace")
            for row in self._ask(name, "TXT")
        ]

    def mail_servers(self, name: str) -> list[str]:
        """Return the names of MX records, best first; "" is a null MX."""
        rows = sorted(self._ask(name, "MX"), key=lambda row: row.preference)
        return [row.exchange.to_text(omit_final_dot=True) for row in rows]

    def addresses(self, name: str) -> list[str]:
        """Return the IPv4 and IPv6 addresses of a host."""
        return [
            row.to_text() for kind in ("A", "AAAA") for row in self._ask(name, kind)
        ]

    def names_of(self, address: str) -> list[str]:
        """Return the names that an address has in reverse."""
        reverse = dns.reversename.from_address(address).to_text()
        return [
            row.target.to_text(omit_final_dot=True) for row in self._ask(reverse, "PTR")
        ]

    def _ask(self, name: str, kind: str) -> Answer | list[Any]:
        try:
            return self._asked.resolve(name, kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except dns.exception.DNSException as error:
            raise NoAnswer(name) from error
