"""Reads of the ways out: where each goes, what it may still take, what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from perenne.core.queries import current_business
from perenne.mail.domain.endpoint import InvalidEndpoint, helo_name
from perenne.mail.domain.esp import parse_address
from perenne.mail.domain.quota import WarmUp, cap_on
from perenne.mail.models import (
    DomainLimit,
    EngineSeat,
    Transport,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from perenne.mail.domain.esp import Address


DEFAULT = "default"


SEEN = timedelta(seconds=20)


def mail_urls() -> dict[str, str]:
    """Return the addresses that the settings name, the default one first."""
    first = {DEFAULT: settings.SMTP_URL} if settings.SMTP_URL else {}
    return first | settings.MAIL_URLS


def address_of(name: str) -> Address | None:
    """Return where a transport hands mail over, None if the settings do not say.

    Raises  InvalidEndpoint: what they say cannot be understood
    """
    url = mail_urls().get(name)
    if not url:
        return None
    host = urlsplit(settings.SITE_URL).hostname or ""
    return parse_address(url, local_name=helo_name(host))


def is_reachable(name: str) -> bool:
    """Tell whether the settings say where a transport hands mail over."""
    try:
        return address_of(name) is not None
    except InvalidEndpoint:
        return False


def day_cap(transport: Transport, *, now: datetime) -> int | None:
    """Return the most that may leave through a transport today, None for any number."""
    begins_on, first = transport.warm_up_from, transport.warm_up_first_day
    growth = transport.warm_up_growth_percent
    plan = WarmUp(begins_on, first, growth) if begins_on and first else None
    return cap_on(now.date(), daily_cap=transport.daily_cap, warm_up=plan)


def left_today(transport: Transport, *, now: datetime) -> int | None:
    """Return how many more may leave through a transport today, None for any number."""
    cap = day_cap(transport, now=now)
    if cap is None:
        return None
    gone = transport.taken_on_day if transport.counted_on == now.date() else 0
    return max(cap - gone, 0)


def transport_problems() -> list[str]:
    """Return what keeps mail from leaving, one sentence each; empty when nothing does."""
    found = [*_wrong_addresses()]
    if not mail_urls():
        found.append(
            _(
                "No mail server is set: mail stays in the outbox. Set PERENNE_SMTP_URL, "
                "for example smtp://user:password@mail.example.org:587?tls=starttls"
            )
        )
    business = current_business()
    if not settings.MAIL_FROM and (business is None or not business.email):
        found.append(
            _(
                "Nobody is named as the sender of mail: set PERENNE_MAIL_FROM or the "
                "business's e-mail address."
            )
        )
    return [*found, *_refusals()]


def _refusals() -> Iterator[str]:
    for row in Transport.objects.filter(is_active=True).exclude(problem=""):
        if is_reachable(row.name) and (where := address_of(row.name)) is not None:
            yield (
                _("The mail server %(server)s refused: %(why)s")
                % {"server": where.shown, "why": row.problem}
            )


def _wrong_addresses() -> Iterator[str]:
    for name in mail_urls():
        try:
            address_of(name)
        except InvalidEndpoint as error:
            setting = setting_of(name)
            yield _("%(setting)s cannot be used: %(why)s.") % {
                "setting": setting,
                "why": error,
            }


def setting_of(name: str) -> str:
    """Return the name of the setting that holds a transport's address."""
    return "PERENNE_SMTP_URL" if name == DEFAULT else f"PERENNE_MAIL_URL_{name.upper()}"


@dataclass(frozen=True, slots=True)
class ShownTransport:
    """A way out as its owner sees it.

    row          its limits; not stored before the owner first sets them
    where        server or service, "" when the settings name it no more
    wrong        why its address cannot be understood, "" when it can
    state        "working", "ready", "resting", "full", "off", "wrong" or "gone"
    cap, gone    the most that may leave today (None: any number), and what has left
    limits       its limits by recipient's domain
    """

    row: Transport
    where: str
    wrong: str
    state: str
    cap: int | None
    gone: int
    limits: list[DomainLimit]


def transports_shown(*, now: datetime) -> list[ShownTransport]:
    """Return all ways out that the settings name or that have limits, first rank first."""
    rows = {
        row.name: row for row in Transport.objects.prefetch_related("domain_limits")
    }
    for name in [DEFAULT, *mail_urls()]:
        rows.setdefault(name, Transport(name=name, is_active=name == DEFAULT))
    at_work = set(
        EngineSeat.objects.exclude(engine="")
        .filter(seen_at__gte=now - SEEN)
        .values_list("transport_id", flat=True)
    )
    shown = [_shown(row, at_work=row.pk in at_work, now=now) for row in rows.values()]
    return sorted(
        shown, key=lambda each: (not each.where, each.row.rank, each.row.name)
    )


def _shown(row: Transport, *, at_work: bool, now: datetime) -> ShownTransport:
    where = wrong = ""
    try:
        address = address_of(row.name)
        where = address.shown if address is not None else ""
    except InvalidEndpoint as error:
        where, wrong = setting_of(row.name), str(error)
    state = _state(row, where=where, wrong=wrong, now=now)
    return ShownTransport(
        row=row,
        where=where,
        wrong=wrong,
        state="working" if state == "ready" and at_work else state,
        cap=day_cap(row, now=now),
        gone=row.taken_on_day if row.counted_on == now.date() else 0,
        limits=sorted(row.domain_limits.all(), key=str) if row.pk else [],
    )


def _state(row: Transport, *, where: str, wrong: str, now: datetime) -> str:
    found = {
        "wrong": bool(wrong),
        "gone": not where,
        "off": not row.is_active,
        "resting": row.retry_at is not None and row.retry_at > now,
        "full": left_today(row, now=now) == 0,
    }
    return next((state for state, is_so in found.items() if is_so), "ready")
