"""Letters to many: prepare, fill, start, pause, resume, cancel."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.mail.actions.delivery import wake
from perenne.mail.models import Delivery, Message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from perenne.mail.domain.outgoing import Recipient

_BATCH = 1000
_OPEN = (Message.State.DRAFT, Message.State.QUEUED)


class LetterIsOver(Refusal):
    """The letter was cancelled or has gone out already."""

    sentence = _("This letter has already gone out or was cancelled.")


class LetterIsNotBeingSent(Refusal):
    """Only a letter that is going out can be paused."""

    sentence = _("This letter is not being sent right now.")


class LetterHasStarted(Refusal):
    """Its recipients were fixed when it started."""

    sentence = _("This letter has started: nobody can be added any more.")


@transaction.atomic
def create_broadcast(
    *,
    ref: str,
    subject: str,
    html: str,
    text: str,
    reply_to: str = "",
    list_unsubscribe_base: str,
    now: datetime,
) -> int:
    """Prepare a letter and return its id; the same ref returns the same letter.

    subject, html, text    may hold {{ merge.<key> }} or {{ merge.<key>|fallback }};
                           values are escaped in html; merge.unsubscribe_url and
                           merge.address are always there (R22: show the link)
    list_unsubscribe_base  https address to which "<token>/" is added (R23)
    """
    message, created = Message.objects.get_or_create(
        ref=ref,
        defaults={
            "kind": Message.Kind.LETTER,
            "subject": " ".join(subject.split())[:500],
            "html": html,
            "text": text,
            "reply_to": reply_to,
            "list_unsubscribe_base": list_unsubscribe_base,
            "state": Message.State.DRAFT,
            "created_at": now,
        },
    )
    if created:
        log.record("mail.broadcast_created", actor="system", obj=message, at=now)
    return message.pk


def add_recipients(
    message_id: int, *, rows: Iterable[Recipient], now: datetime | None = None
) -> int:
    """Add recipients to a letter that has not started; return how many it now has.

    Written 1,000 at a time: may be called again with the same rows after a crash, an
    address is added once.
    Raises  LetterHasStarted, NotFound: nothing was added
    """
    message = Message.objects.filter(pk=message_id, kind=Message.Kind.LETTER).first()
    if message is None:
        raise NotFound
    if message.state not in _OPEN:
        raise LetterHasStarted
    due = now or message.created_at
    for chunk in batched(rows, _BATCH):
        Delivery.objects.bulk_create(
            [_delivery(message, row, due) for row in chunk], ignore_conflicts=True
        )
    total = Delivery.objects.filter(message=message).count()
    Message.objects.filter(pk=message.pk).update(total=total)
    return total


def _delivery(message: Message, row: Recipient, due: datetime) -> Delivery:
    if not row.unsubscribe_token:
        raise ValueError("every recipient of a letter needs a token to leave it (R23)")
    return Delivery(
        message=message,
        lane=message.pk,
        address=row.address,
        ref=row.ref,
        merge=row.merge,
        unsubscribe_token=row.unsubscribe_token,
        next_attempt_at=due,
    )


@transaction.atomic
def start_broadcast(message_id: int, *, now: datetime, actor: str = "system") -> None:
    """Let a letter go out, or go on after a pause.

    A letter that paused itself stays so until `release_hold` (R29).
    Raises  LetterIsOver: nothing was changed
    """
    state = Message.State
    rows = Message.objects.filter(pk=message_id)
    moved = rows.filter(
        state__in=[state.DRAFT, state.QUEUED, state.PAUSED], held_for=""
    ).update(state=state.RUNNING)
    if not moved and rows.filter(state=state.PAUSED).exclude(held_for="").exists():
        return
    if not moved:
        _must_be(message_id, state.RUNNING, LetterIsOver)
        return
    Message.objects.filter(pk=message_id, started_at=None).update(started_at=now)
    _log("mail.broadcast_started", message_id, actor=actor, now=now)
    wake(now=now)


@transaction.atomic
def pause_broadcast(message_id: int, *, now: datetime, actor: str = "system") -> None:
    """Hold a letter; what is in flight leaves, nothing more does.

    Raises  LetterIsNotBeingSent: nothing was changed
    """
    state = Message.State
    moved = Message.objects.filter(pk=message_id, state=state.RUNNING).update(
        state=state.PAUSED, rate_per_minute=0
    )
    if not moved:
        _must_be(message_id, state.PAUSED, LetterIsNotBeingSent)
        return
    _log("mail.broadcast_paused", message_id, actor=actor, now=now)


@transaction.atomic
def cancel_broadcast(message_id: int, *, now: datetime, actor: str = "system") -> None:
    """Stop a letter for good: whoever waits will not get it.

    Raises  LetterIsOver: it has gone out already; nothing was changed
    """
    state = Message.State
    moved = (
        Message.objects.filter(pk=message_id, kind=Message.Kind.LETTER)
        .exclude(state__in=[state.DONE, state.CANCELLED])
        .update(state=state.CANCELLED, finished_at=now, rate_per_minute=0)
    )
    if not moved:
        _must_be(message_id, state.CANCELLED, LetterIsOver)
        return
    dropped = Delivery.objects.filter(
        lane=message_id, message_id=message_id, status=Delivery.Status.QUEUED
    ).update(status=Delivery.Status.CANCELLED)
    Message.objects.filter(pk=message_id).update(cancelled=F("cancelled") + dropped)
    _log("mail.broadcast_cancelled", message_id, actor=actor, now=now, dropped=dropped)


@transaction.atomic
def drop_recipient(message_ids: Iterable[int], *, address: str) -> int:
    """Let nobody write to an address that left these letters; return how many it missed.

    What waits is not sent; what is in flight leaves.
    """
    waiting = Delivery.objects.filter(
        message_id__in=list(message_ids),
        address=address,
        status=Delivery.Status.QUEUED,
    )
    dropped = 0
    for pk, message_id in list(waiting.values_list("pk", "message_id")):
        held = Delivery.objects.filter(pk=pk, status=Delivery.Status.QUEUED)
        if held.update(status=Delivery.Status.SUPPRESSED):
            dropped += 1
            Message.objects.filter(pk=message_id).update(suppressed=F("suppressed") + 1)
    return dropped


def _must_be(message_id: int, state: str, refusal: type[Refusal]) -> None:
    """Accept a repeated call: it is in that state already, or the refusal is raised."""
    known = Message.objects.filter(pk=message_id, kind=Message.Kind.LETTER)
    found = known.values_list("state", flat=True).first()
    if found is None:
        raise NotFound
    if found != state:
        raise refusal


def _log(verb: str, message_id: int, *, actor: str, now: datetime, **data: int) -> None:
    message = Message.objects.only("pk").get(pk=message_id)
    log.record(verb, actor=actor, obj=message, at=now, **data)
