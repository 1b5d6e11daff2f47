"""Reads of the outbox and of the suppression list."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from html import escape
from itertools import batched
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from perenne.core.bulk import each_of
from perenne.core.errors import NotFound
from perenne.core.queries import current_business
from perenne.mail.domain.endpoint import InvalidEndpoint, helo_name
from perenne.mail.domain.esp import parse_address
from perenne.mail.domain.merge import fill, split_fields
from perenne.mail.domain.outgoing import Progress, progress
from perenne.mail.domain.quota import WarmUp, cap_on
from perenne.mail.models import (
    Bounce,
    Delivery,
    DomainCheck,
    DomainLimit,
    EngineSeat,
    Message,
    SendingKey,
    Suppression,
    Transport,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from django.db.models import QuerySet

    from perenne.mail.domain.esp import Address

DEFAULT = "default"
SEEN = timedelta(seconds=20)
_BATCH = 500


@cache
def _suppression_key(secret: str) -> bytes:
    return hashlib.sha256(b"perenne.mail.suppression:" + secret.encode()).digest()


def address_hash(address: str) -> str:
    """Return the keyed hash under which an address is suppressed.

    It depends on SECRET_KEY: a changed key forgets addresses whose text was erased.
    """
    key = _suppression_key(settings.SECRET_KEY)
    return hmac.digest(key, address.strip().lower().encode(), "sha256").hex()


def is_suppressed(address: str) -> bool:
    """Tell whether letters to that address are refused, for whatever reason."""
    return Suppression.objects.filter(address_hash=address_hash(address)).exists()


def suppressed_among(
    addresses: Iterable[str], *, reasons: Iterable[str] = ()
) -> set[str]:
    """Return those of the addresses that are suppressed, as they were given.

    reasons  only for these reasons; for any when empty
    """
    found: set[str] = set()
    for chunk in batched(addresses, _BATCH):
        by_hash: dict[str, list[str]] = {}
        for address in chunk:
            by_hash.setdefault(address_hash(address), []).append(address)
        rows = Suppression.objects.filter(address_hash__in=each_of(by_hash))
        if reasons:
            rows = rows.filter(reason__in=reasons)
        for held in rows.values_list("address_hash", flat=True):
            found.update(by_hash[held])
    return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a service mail.

    sent_at  when the recipient's server took it; None: it has not
    final    nothing more will be tried
    reply    the server's last words
    """

    sent_at: datetime | None
    final: bool
    reply: str


def outcomes_of(refs: Iterable[str]) -> dict[str, Outcome]:
    """Return what became of service mails, by the reference they were queued with."""
    waiting = {Delivery.Status.QUEUED, Delivery.Status.CLAIMED}
    found: dict[str, Outcome] = {}
    for chunk in batched(refs, _BATCH):
        rows = Delivery.objects.filter(message__ref__in=chunk)
        for ref, status, sent_at, reply in rows.values_list(
            "message__ref", "status", "sent_at", "smtp_reply"
        ):
            found[ref] = Outcome(sent_at, status not in waiting, reply)
    return found


def broadcast_progress(message_id: int) -> Progress:
    """Return how far a letter is, from its one row; NotFound if there is none."""
    row = (
        Message.objects.filter(pk=message_id)
        .values(
            "state",
            "total",
            "sent",
            "failed",
            "suppressed",
            "cancelled",
            "rate_per_minute",
        )
        .first()
    )
    if row is None:
        raise NotFound
    return progress(**row)


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


def messages_matching(
    *, q: str = "", state: str = "", kind: str = ""
) -> QuerySet[Message]:
    """Return mails to an address (when q has an @) or with words in the subject."""
    found = Message.objects.defer("html", "text")
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    q = q.strip()
    if "@" in q:
        sent_to = Delivery.objects.filter(address=q.lower())
        return found.filter(pk__in=sent_to.values("message_id"))
    return found.filter(subject__icontains=q) if q else found


@dataclass(frozen=True, slots=True)
class SentMail:
    """A service mail that one address got: when, its subject, the server's answer."""

    sent_at: datetime
    subject: str
    reply: str


def mails_to(address: str, *, since: datetime) -> list[SentMail]:
    """Return the service mails sent to an address since an instant, oldest first."""
    sent = Delivery.objects.filter(
        address__iexact=address,
        status=Delivery.Status.SENT,
        sent_at__gte=since,
        message__kind=Message.Kind.TRANSACTIONAL,
    ).select_related("message")
    return [
        SentMail(row.sent_at, row.message.subject, f"{row.smtp_code} {row.smtp_reply}")
        for row in sent.order_by("sent_at", "pk")[:200]
        if row.sent_at is not None
    ]


def message_by_id(message_id: int) -> Message:
    """Return a mail; NotFound if there is none."""
    found = Message.objects.filter(pk=message_id).first()
    if found is None:
        raise NotFound
    return found


def deliveries_of(message: Message, *, status: str = "") -> QuerySet[Delivery]:
    """Return a mail's deliveries, all or of one status."""
    found = Delivery.objects.filter(message=message)
    return found.filter(status=status) if status in Delivery.Status.values else found


@dataclass(frozen=True, slots=True)
class Preview:
    """A mail as one of its recipients reads it."""

    subject: str
    text: str
    html: str


def preview(message: Message) -> Preview:
    """Return a mail as its first recipient reads it; service mail as it is."""
    if message.kind != Message.Kind.LETTER:
        return Preview(message.subject, message.text, message.html)
    first = Delivery.objects.filter(message=message).order_by("pk").first()
    values = {"unsubscribe_url": "#"} | (first.merge if first else {})
    page = {key: escape(str(value)) for key, value in values.items()}
    return Preview(
        subject=fill(split_fields(message.subject), values),
        text=fill(split_fields(message.text), values),
        html=fill(split_fields(message.html), page),
    )


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a letter paused itself, and the counts that made it."""

    reason: str
    sent: int
    bounced: int
    complained: int


def hold_of(message_id: int) -> Hold | None:
    """Return why a letter paused itself (R29); None when it did not."""
    row = Message.objects.filter(pk=message_id).exclude(held_for="").first()
    if row is None:
        return None
    return Hold(
        str(row.get_held_for_display()),
        row.sent,
        row.bounced + row.failed,
        row.complained,
    )


def complained_since(since: datetime) -> list[str]:
    """Return the addresses that reported our mail as spam since an instant."""
    found = Bounce.objects.filter(
        kind=Bounce.Kind.COMPLAINT, is_proven=True, at__gte=since
    ).exclude(address="")
    return list(found.order_by("pk").values_list("address", flat=True))


def bounces_matching(*, q: str = "", kind: str = "") -> QuerySet[Bounce]:
    """Return what came back, of one kind or about addresses that begin so."""
    found = Bounce.objects.all()
    if kind:
        found = found.filter(kind=kind)
    q = q.strip().lower()
    if "@" in q and not q.startswith("@"):
        return found.filter(address_hash=address_hash(q))
    return found.filter(address__icontains=q) if q else found


def suppressions_matching(*, q: str = "", reason: str = "") -> QuerySet[Suppression]:
    """Return the suppression list, or the part that is looked for; by hash for an address."""
    found = Suppression.objects.all()
    if reason:
        found = found.filter(reason=reason)
    q = q.strip().lower()
    if "@" in q and not q.startswith("@"):
        return found.filter(address_hash=address_hash(q))
    return found.filter(address__icontains=q) if q else found


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
