"""Ask the DNS about the sending domain and keep what it said (AE19, R28)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from perenne.core import log
from perenne.core.queries import current_business
from perenne.mail.actions.builds import sender_identity
from perenne.mail.actions.signing import put_key_to_work
from perenne.mail.domain.dns_checks import (
    Finding,
    PublishedKey,
    answered,
    check_dkim,
    check_dmarc,
    check_mx,
    check_ptr,
    check_spf,
)
from perenne.mail.domain.endpoint import Endpoint, InvalidEndpoint, is_this_machine
from perenne.mail.gateways.dns import Resolver
from perenne.mail.models import DomainCheck, SendingKey
from perenne.mail.queries.transports import DEFAULT, address_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


def sending_domain() -> str:
    """Return the domain that mail is sent from, "" when nobody is named as the sender."""
    sender = sender_identity()
    return sender.address.rpartition("@")[2] if sender else ""


def check_domain(*, actor: str, now: datetime) -> DomainCheck | None:
    """Ask about SPF, DKIM, DMARC, MX and PTR, keep the answers, use keys now published.

    Asks for a few seconds, outside any transaction. None when there is no domain yet.
    """
    domain = sending_domain()
    if not domain:
        return None
    keys = list(
        SendingKey.objects.filter(domain=domain).exclude(state=SendingKey.State.RETIRED)
    )
    found = _findings(domain, keys)
    published = {each.name for each in found if each.code == "dkim_good"}
    return _keep(
        domain, found, [k for k in keys if str(k) in published], actor=actor, now=now
    )


def _findings(domain: str, keys: list[SendingKey]) -> list[Finding]:
    dns = Resolver(settings.DNS_RESOLVER)
    host = _mail_host()
    ours = [PublishedKey(key.selector, key.algorithm, key.public) for key in keys]
    business = current_business()
    reports_to = business.email if business else ""
    checks: dict[str, Callable[[], Finding | list[Finding]]] = {
        "spf": partial(check_spf, dns, domain, server=host),
        "dkim": partial(check_dkim, dns, domain, ours),
        "dmarc": partial(check_dmarc, dns, domain, reports_to=reports_to),
        "mx": partial(check_mx, dns, domain),
        "ptr": partial(check_ptr, dns, host),
    }
    return [each for key, check in checks.items() for each in answered(key, check)]


def _mail_host() -> str:
    """Return the host that mail leaves from: the server's, or this machine's public name."""
    try:
        where = address_of(DEFAULT)
    except InvalidEndpoint:
        where = None
    if isinstance(where, Endpoint) and not is_this_machine(where.host):
        return where.host
    return urlsplit(settings.SITE_URL).hostname or ""


@transaction.atomic
def _keep(
    domain: str,
    found: list[Finding],
    published: list[SendingKey],
    *,
    actor: str,
    now: datetime,
) -> DomainCheck:
    for key in published:
        put_key_to_work(key.pk, actor=actor, now=now)
    good = not any(each.state == "bad" for each in found)
    row, _created = DomainCheck.objects.update_or_create(
        domain=domain,
        defaults={
            "findings": [each.as_dict() for each in found],
            "is_good": good,
            "checked_at": now,
        },
    )
    log.record("mail.domain_checked", actor=actor, obj=row, at=now, is_good=good)
    return row
