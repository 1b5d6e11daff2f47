"""Mail services that are reached by their API: the meaning of brevo://… and the like."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from perenne.mail.domain.endpoint import Endpoint, InvalidEndpoint, parse_endpoint


@dataclass(frozen=True, slots=True)
class Service:
    """A mail service and how its address is written.

    shown     its name for people
    example   what to write in the settings
    settings  what of the address goes where: "user", "password", "host" or an option's
              name, by the name under which the service's client wants it
    """

    shown: str
    example: str
    settings: dict[str, str]


SERVICES = {
    "brevo": Service("Brevo", "brevo://API-KEY", {"api_key": "user"}),
    "mailgun": Service(
        "Mailgun",
        "mailgun://API-KEY@mg.example.org?region=eu",
        {"api_key": "user", "sender_domain": "host"},
    ),
    "mailjet": Service(
        "Mailjet",
        "mailjet://API-KEY:SECRET-KEY",
        {"api_key": "user", "secret_key": "password"},
    ),
    "postmark": Service(
        "Postmark", "postmark://SERVER-TOKEN", {"server_token": "user"}
    ),
    "scaleway": Service(
        "Scaleway",
        "scaleway://SECRET-KEY?project=PROJECT-ID&region=fr-par",
        {"secret_key": "user", "project_id": "project", "region": "region"},
    ),
}
_OPTIONAL = {"region"}
_MAILGUN_EU = "https://api.eu.mailgun.net/v3"


@dataclass(frozen=True, slots=True)
class Esp:
    """A mail service: its name in SERVICES and what its client is given."""

    kind: str
    settings: dict[str, str]

    @property
    def shown(self) -> str:
        """Return the service as people may see it: no key."""
        return SERVICES[self.kind].shown


type Address = Endpoint | Esp


def parse_address(url: str, *, local_name: str = "localhost") -> Address:
    """Return the mail server or mail service that a line of the settings names.

    api=<address> sends to another address than the service's own: a simulator.
    Raises  InvalidEndpoint: the message says what to write
    """
    kind = url.partition("://")[0].lower()
    if kind in {"smtp", "smtps"}:
        return parse_endpoint(url, local_name=local_name)
    if kind not in SERVICES:
        known = ", ".join(sorted(SERVICES))
        raise InvalidEndpoint(f"it must begin with smtp:// or one of {known}")
    return Esp(kind, _settings(kind, url))


def _settings(kind: str, url: str) -> dict[str, str]:
    """Return what the service's client is given; keys are case-sensitive."""
    service, given = SERVICES[kind], _parts(url)
    found = {}
    for name, part in service.settings.items():
        if given.get(part):
            found[name] = given[part]
        elif part not in _OPTIONAL:
            raise InvalidEndpoint(f"write it as {service.example}")
    if kind == "mailgun" and given.get("region") == "eu":
        found["api_url"] = _MAILGUN_EU
    if given.get("api"):
        found["api_url"] = given["api"]
    return found


def _parts(url: str) -> dict[str, str]:
    """Return an address's parts by name; a lone word after :// is the user."""
    parts = urlsplit(url)
    before, at, host = parts.netloc.rpartition("@")
    user, _colon, password = (before if at else host).partition(":")
    return dict(parse_qsl(parts.query)) | {
        "user": unquote(user),
        "password": unquote(password),
        "host": host if at else "",
    }
