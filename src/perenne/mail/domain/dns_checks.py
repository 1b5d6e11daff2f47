"""Is the sending domain set up so that mail arrives? (AE19, R26-R28)

Each check returns a Finding: what is asked of the DNS, what was found, and the record to
publish. The questions are answered by a Dns that is passed in.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MAX_LOOKUPS = 10  # RFC 7208, 4.6.4
_LOOKS_UP = re.compile(
    r"\A[+?~-]?(?:(include|exists|a|mx|ptr)(?:[:/]|\Z)|(redirect)=)", re.I
)
# What a provider wants to see in SPF, by the server that mail is handed to.
_INCLUDES: tuple[tuple[str, str], ...] = (
    ("brevo.com", "spf.brevo.com"),
    ("sendinblue.com", "spf.brevo.com"),
    ("mailjet.com", "spf.mailjet.com"),
    ("amazonaws.com", "amazonses.com"),
    ("gmail.com", "_spf.google.com"),
    ("google.com", "_spf.google.com"),
    ("office365.com", "spf.protection.outlook.com"),
    ("outlook.com", "spf.protection.outlook.com"),
    ("ovh.net", "mx.ovh.com"),
    ("gandi.net", "_mailcust.gandi.net"),
    ("infomaniak.com", "spf.infomaniak.ch"),
    ("mailgun.org", "mailgun.org"),
    ("postmarkapp.com", "spf.mtasv.net"),
    ("sendgrid.net", "sendgrid.net"),
)


class NoAnswer(Exception):
    """Nobody answered in time: nothing is known, neither good nor bad."""


class Dns(Protocol):
    """What is asked; empty lists mean "no such record", NoAnswer "unknown"."""

    def texts(self, name: str) -> list[str]:
        """Return TXT records."""

    def mail_servers(self, name: str) -> list[str]:
        """Return MX hosts."""

    def addresses(self, name: str) -> list[str]:
        """Return IP addresses."""

    def names_of(self, address: str) -> list[str]:
        """Return the reverse names of an IP address."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome.

    key     "spf", "dkim", "dmarc", "mx" or "ptr"
    state   "good", "bad", "warn" or "unknown"
    code    which sentence to say
    name, kind, value  the record to publish; "" when there is none to copy
    found   what the DNS answered
    """

    key: str
    state: str
    code: str
    name: str = ""
    kind: str = ""
    value: str = ""
    found: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the finding for storing."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A key of ours: where its record belongs and what it must hold."""

    selector: str
    algorithm: str
    public: str

    @property
    def record(self) -> str:
        """Return the record's text."""
        return f"v=DKIM1; k={self.algorithm}; p={self.public}"


def check_spf(dns: Dns, domain: str, *, server: str) -> Finding:
    """Look for exactly one SPF record that ends within ten lookups and closes the list.

    server  host that mail is handed to, for the record to propose
    """
    wanted = spf_for(server)
    where = {"name": domain, "kind": "TXT"}
    found = [text for text in dns.texts(domain) if text.lower().startswith("v=spf1")]
    shown = "\n".join(found)
    if not found:
        return Finding("spf", "bad", "spf_missing", value=wanted, **where)
    if len(found) > 1:
        return Finding(
            "spf", "bad", "spf_twice", found=shown, value=_joined(found), **where
        )
    if _terms(found[0]) & {"+all", "all"}:
        return Finding("spf", "bad", "spf_open", found=shown, value=wanted, **where)
    if count_lookups(dns, domain) > MAX_LOOKUPS:
        return Finding("spf", "bad", "spf_too_long", found=shown, **where)
    include = next((term for term in wanted.split() if term.startswith("include:")), "")
    if include and include not in _terms(found[0]):
        value = found[0].replace("v=spf1", f"v=spf1 {include}", 1)
        return Finding(
            "spf", "warn", "spf_without_server", found=shown, value=value, **where
        )
    return Finding("spf", "good", "spf_good", found=shown, **where)


def spf_for(server: str) -> str:
    """Return the SPF record to propose for mail handed to that server."""
    host = server.lower()
    for end, include in _INCLUDES:
        if host == end or host.endswith(f".{end}"):
            return f"v=spf1 include:{include} ~all"
    return f"v=spf1 a:{host} ~all" if host else "v=spf1 mx a ~all"


def count_lookups(dns: Dns, domain: str) -> int:
    """Return how many lookups SPF costs; counting ends behind the limit."""
    waiting, seen, count = [domain], {domain}, 0
    while waiting and count <= MAX_LOOKUPS:
        for text in dns.texts(waiting.pop()):
            if not text.lower().startswith("v=spf1"):
                continue
            for term in text.split()[1:]:
                count += bool(_LOOKS_UP.match(term))
                further = _further(term)
                if further and further not in seen:
                    seen.add(further)
                    waiting.append(further)
    return count


def check_dkim(dns: Dns, domain: str, keys: Sequence[PublishedKey]) -> list[Finding]:
    """Look for the record of each of our keys; one hint when we sign nothing."""
    if not keys:
        return [Finding("dkim", "warn", "dkim_by_server")]
    found = []
    for key in keys:
        name = f"{key.selector}._domainkey.{domain}"
        where = {"name": name, "kind": "TXT", "value": key.record}
        texts = dns.texts(name)
        shown = "\n".join(texts)
        if not texts:
            found.append(Finding("dkim", "bad", "dkim_missing", **where))
        elif _public_of(texts[0]) == key.public:
            found.append(Finding("dkim", "good", "dkim_good", found=shown, **where))
        else:
            found.append(Finding("dkim", "bad", "dkim_other", found=shown, **where))
    return found


def check_dmarc(dns: Dns, domain: str, *, reports_to: str) -> Finding:
    """Look for one DMARC record, here or at the organisation's domain."""
    value = "v=DMARC1; p=none" + (f"; rua=mailto:{reports_to}" if reports_to else "")
    where = {"name": f"_dmarc.{domain}", "kind": "TXT", "value": value}
    for candidate in (domain, *_parents(domain)):
        texts = dns.texts(f"_dmarc.{candidate}")
        found = [text for text in texts if text.lower().startswith("v=dmarc1")]
        if len(found) > 1:
            return Finding(
                "dmarc", "bad", "dmarc_twice", found="\n".join(found), **where
            )
        if found and not re.search(
            r";\s*p\s*=\s*(?:none|quarantine|reject)\b", found[0], re.I
        ):
            return Finding("dmarc", "bad", "dmarc_broken", found=found[0], **where)
        if found:
            return Finding(
                "dmarc", "good", "dmarc_good", found=found[0], name=where["name"]
            )
    return Finding("dmarc", "bad", "dmarc_missing", **where)


def check_mx(dns: Dns, domain: str) -> Finding:
    """Look for somebody who takes the answers to our mail."""
    servers = dns.mail_servers(domain)
    where = {"name": domain, "kind": "MX", "found": "\n".join(servers)}
    if servers in ([""], ["."]):
        return Finding("mx", "bad", "mx_null", **where)
    if servers:
        return Finding("mx", "good", "mx_good", **where)
    state = "warn" if dns.addresses(domain) else "bad"
    return Finding("mx", state, "mx_missing", **where)


def check_ptr(dns: Dns, host: str) -> Finding:
    """Look whether a server's addresses have a name that leads back to them."""
    addresses = [host] if _is_ip(host) else dns.addresses(host)
    if not addresses:
        return Finding("ptr", "bad", "ptr_no_address", name=host)
    if any(ip_address(address).is_private for address in addresses):
        return Finding(
            "ptr", "unknown", "ptr_private", name=host, found=" ".join(addresses)
        )
    for address in addresses:
        names = dns.names_of(address)
        if not names:
            return Finding(
                "ptr", "bad", "ptr_missing", name=address, value=host, kind="PTR"
            )
        if not any(address in dns.addresses(name) for name in names):
            return Finding(
                "ptr",
                "bad",
                "ptr_other",
                name=address,
                value=host,
                kind="PTR",
                found=" ".join(names),
            )
    return Finding("ptr", "good", "ptr_good", name=host, found=" ".join(addresses))


def answered(key: str, check: Callable[[], Finding | list[Finding]]) -> list[Finding]:
    """Return a check's findings, or that nobody answered."""
    try:
        found = check()
    except NoAnswer as silent:
        return [Finding(key, "unknown", "no_answer", name=str(silent))]
    return found if isinstance(found, list) else [found]


def _terms(record: str) -> set[str]:
    return set(record.lower().split()[1:])


def _joined(records: list[str]) -> str:
    """Return several SPF records as the one that is allowed."""
    terms = dict.fromkeys(
        term
        for text in records
        for term in text.split()[1:]
        if not term.lower().endswith("all")
    )
    return " ".join(["v=spf1", *terms, "~all"])


def _further(term: str) -> str:
    found = re.match(r"\A[+?~-]?(?:include:|redirect=)([\w.-]+)\Z", term, re.I)
    return found[1].lower() if found else ""


def _parents(domain: str) -> list[str]:
    """Return the domains above, down to two labels."""
    labels = domain.split(".")
    return [".".join(labels[start:]) for start in range(1, len(labels) - 1)]


def _public_of(text: str) -> str:
    found = re.search(r"(?:\A|;)\s*p\s*=\s*([A-Za-z0-9+/=\s]*)", text)
    return "".join(found[1].split()) if found else ""


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
