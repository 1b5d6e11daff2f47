"""Reads about the sending domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.mail.models import (
    DomainCheck,
    SendingKey,
)

if TYPE_CHECKING:
    pass


def last_domain_check(domain: str) -> DomainCheck | None:
    """Return what the DNS said when it was last asked, None before the first time."""
    return DomainCheck.objects.filter(domain=domain).first()


def sending_keys(domain: str) -> list[SendingKey]:
    """Return the keys of a domain that are still of use, newest first."""
    found = SendingKey.objects.filter(domain=domain)
    alive = found.exclude(state=SendingKey.State.RETIRED)
    return list(alive.defer("sealed").order_by("-pk"))


def domain_problems() -> list[str]:
    """Return the checks of the sending domain that failed last time, by short name."""
    found = DomainCheck.objects.order_by("-checked_at").first()
    if found is None:
        return []
    return [each["key"].upper() for each in found.findings if each["state"] == "bad"]
