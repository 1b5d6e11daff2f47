"""Settings that fit together, or do not."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from perenne.backoffice.domain.findings import Finding, ok, problem, warn

if TYPE_CHECKING:
    from collections.abc import Sequence


def address_finding(site_url: str, *, allowed: Sequence[str], debug: bool) -> Finding:
    """Judge the site's address: https, except on this machine's own loopback.

    allowed  host names the site answers to
    """
    parts = urlsplit(site_url)
    host = parts.hostname or ""
    if parts.scheme not in {"http", "https"} or not host:
        return problem(
            "address", "PERENNE_SITE_URL must be like https://www.example.org."
        )
    if host not in [name.strip("[]") for name in allowed] and "*" not in allowed:
        return problem(
            "address", f"{host} is not served: add it to PERENNE_ALLOWED_HOSTS."
        )
    if parts.scheme == "https":
        if debug:
            return problem(
                "address", "PERENNE_DEBUG shows secrets to visitors: remove it."
            )
        return ok("address", site_url)
    if _is_loopback(host):
        return ok("address", f"{site_url} (this machine only)")
    return problem(
        "address",
        f"{site_url} sends sign-in codes and addresses in clear text: put a proxy with "
        "TLS in front and set PERENNE_SITE_URL to its https:// address.",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def stripe_finding(
    secret_key: str, webhook_secret: str, *, api_base: str, demo: bool, https: bool
) -> Finding:
    """Judge the shape of the payment keys; nothing is asked of the provider."""
    if not secret_key:
        return warn(
            "payments",
            "no card payments: set PERENNE_STRIPE_SECRET_KEY and "
            "PERENNE_STRIPE_WEBHOOK_SECRET. Bank transfers work without.",
        )
    if not secret_key.startswith(("sk_live_", "sk_test_", "rk_live_", "rk_test_")):
        return problem(
            "payments",
            "PERENNE_STRIPE_SECRET_KEY is not a secret key (sk_live_… or rk_live_…).",
        )
    if not webhook_secret.startswith("whsec_"):
        return problem(
            "payments",
            "PERENNE_STRIPE_WEBHOOK_SECRET must be the webhook's signing secret "
            "(whsec_…): without it no payment is ever confirmed.",
        )
    return _stripe_mode(secret_key, api_base=api_base, demo=demo, https=https)


def _stripe_mode(secret_key: str, *, api_base: str, demo: bool, https: bool) -> Finding:
    if api_base:
        said = "payments are simulated: no money moves"
        return (
            ok("payments", said)
            if demo
            else warn("payments", f"{said}. Remove PERENNE_STRIPE_API_BASE.")
        )
    if "_test_" in secret_key:
        said = "test keys: no money moves"
        return (
            warn("payments", f"{said}. Set live keys.")
            if https
            else ok("payments", said)
        )
    return ok("payments", "live keys")
