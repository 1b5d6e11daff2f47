"""Reads of the outbox: what became of each mail."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from itertools import batched
from typing import TYPE_CHECKING

from perenne.core.errors import NotFound
from perenne.mail.domain.merge import fill, split_fields
from perenne.mail.domain.outgoing import Progress, progress
from perenne.mail.models import (
    Delivery,
    Message,
)
from perenne.mail.queries.suppressions import _BATCH

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet


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
