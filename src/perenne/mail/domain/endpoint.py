"""Where mail is handed over: the meaning of SMTP_URL."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

_MODES = {"none", "starttls", "tls"}
_DEFAULT_PORTS = {"none": 25, "starttls": 587, "tls": 465}


class InvalidEndpoint(ValueError):
    """SMTP_URL cannot be understood; the message says what to write."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A mail server.

    tls         "none", "starttls" (required, never just tried) or "tls"
    verify      whether its certificate must be valid
    local_name  what we call ourselves in EHLO
    """

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: str = "none"
    verify: bool = True
    local_name: str = "localhost"

    @property
    def shown(self) -> str:
        """Return the server as people may see it: no user, no password."""
        return f"{self.host}:{self.port}"


def parse_endpoint(url: str, *, local_name: str = "localhost") -> Endpoint:
    """Return the server that smtp://user:password@host:port?tls=… names.

    Without tls=: "tls" on port 465, "none" on this machine, "starttls" elsewhere.
    verify=no accepts any certificate.
    Raises  InvalidEndpoint
    """
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise InvalidEndpoint("write it as smtp://user:password@host:port?tls=starttls")
    try:
        port = parts.port
    except ValueError as error:
        raise InvalidEndpoint("the port must be a number up to 65535") from error
    options = dict(parse_qsl(parts.query))
    mode = options.get("tls") or _usual_mode(parts.scheme, parts.hostname, port)
    if mode not in _MODES:
        raise InvalidEndpoint("tls must be none, starttls or tls")
    return Endpoint(
        host=parts.hostname,
        port=port or _DEFAULT_PORTS[mode],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=mode,
        verify=options.get("verify", "yes") != "no",
        local_name=local_name,
    )


def _usual_mode(scheme: str, host: str, port: int | None) -> str:
    if scheme == "smtps" or port == 465:
        return "tls"
    return "none" if is_this_machine(host) else "starttls"


def is_this_machine(host: str) -> bool:
    """Tell whether a host name or address is the loopback."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def helo_name(host: str) -> str:
    """Return a host as EHLO wants it: an address in brackets (RFC 5321, 4.1.3)."""
    try:
        address = ip_address(host)
    except ValueError:
        return host or "localhost"
    return f"[IPv6:{address}]" if address.version == 6 else f"[{address}]"
