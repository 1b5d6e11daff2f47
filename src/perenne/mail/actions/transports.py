"""What the owner decides about the ways out for mail (AE17, AE18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.mail.models import DomainLimit, EngineSeat, Transport
from perenne.mail.queries.transports import DEFAULT, mail_urls

if TYPE_CHECKING:
    from datetime import datetime


class DomainIsLimited(Refusal):
    """One limit for each domain of a transport."""

    sentence = _("This domain has a limit already: take it out first.")
    field = "domain"


def default_transport() -> Transport:
    """Return the transport of SMTP_URL, made at first need."""
    return transport_named(DEFAULT)


def transport_named(name: str) -> Transport:
    """Return the transport of that name in the settings, made at first need.

    One that was just named in the settings carries nothing before the owner says so.
    Raises  NotFound: the settings name no such transport
    """
    if name != DEFAULT and name not in mail_urls():
        raise NotFound
    defaults = {"is_active": name == DEFAULT}
    return Transport.objects.get_or_create(name=name, defaults=defaults)[0]


@transaction.atomic
def change_transport(
    name: str, *, actor: str, now: datetime, **changes: Any
) -> Transport:
    """Set what a transport carries and how much; a running engine obeys within a second.

    changes  fields of Transport that the owner sets
    """
    transport = transport_named(name)
    begins = changes.get("warm_up_from")
    if changes.get("warm_up_first_day") and not begins:
        changes["warm_up_from"] = now.date()
    Transport.objects.filter(pk=transport.pk).update(**changes)
    shown = {key: str(value) for key, value in changes.items()}
    log.record("mail.limits_changed", actor=actor, obj=transport, at=now, **shown)
    transport.refresh_from_db()
    return transport


@transaction.atomic
def wake_transport(name: str, *, actor: str, now: datetime) -> None:
    """Let a transport that rests try again at once."""
    transport = transport_named(name)
    Transport.objects.filter(pk=transport.pk).update(retry_at=None)
    log.record("mail.transport_woken", actor=actor, obj=transport, at=now)


@transaction.atomic
def limit_domain(
    name: str,
    *,
    domain: str,
    rate_per_minute: int,
    connections: int,
    actor: str,
    now: datetime,
) -> DomainLimit:
    """Say how much a transport may give to a domain; 0 for no limit.

    Raises  DomainIsLimited: nothing was changed
    """
    transport = transport_named(name)
    limit, created = DomainLimit.objects.get_or_create(
        transport=transport,
        domain=domain,
        defaults={"rate_per_minute": rate_per_minute, "connections": connections},
    )
    if not created:
        raise DomainIsLimited
    log.record(
        "mail.domain_limited",
        actor=actor,
        obj=transport,
        at=now,
        domain=domain,
        rate_per_minute=rate_per_minute,
        connections=connections,
    )
    return limit


@transaction.atomic
def free_domain(limit_id: int, *, actor: str, now: datetime) -> Transport:
    """Take a domain's limit out; what waits for its turn goes with the others."""
    limit = DomainLimit.objects.select_related("transport").filter(pk=limit_id).first()
    if limit is None or not DomainLimit.objects.filter(pk=limit_id).delete()[0]:
        raise NotFound
    transport: Transport = limit.transport
    log.record(
        "mail.domain_freed", actor=actor, obj=transport, at=now, domain=limit.domain
    )
    return transport


@transaction.atomic
def forget_transport(name: str, *, actor: str, now: datetime) -> None:
    """Drop what was set for a transport that the settings name no more.

    Raises  NotFound: there is none, or the settings still name it
    """
    transport = Transport.objects.filter(name=name).first()
    if transport is None or name == DEFAULT or name in mail_urls():
        raise NotFound
    log.record("mail.transport_forgotten", actor=actor, obj=transport, at=now)
    EngineSeat.objects.filter(transport=transport).delete()
    transport.delete()
