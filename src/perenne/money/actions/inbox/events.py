"""The inbox of providers' events: store once, answer, then handle (OP8, R133).

Events are handled in any order, any number of times, hours late. One that fails keeps no
other one waiting: it is tried again, ever later, and stands on the desk with its error.
"""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.tasks import task

from perenne.core import clock, log
from perenne.core.errors import NotFound
from perenne.money.actions.inbox.event_topics import IGNORED, follow_event
from perenne.money.gateways.protocol import (
    NotAnEvent,
    ProviderRefused,
    ProviderUnavailable,
)
from perenne.money.gateways.providers import provider
from perenne.money.models import ProviderEvent
from perenne.money.queries.inbox.events import waiting_event_ids

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import Event

logger = logging.getLogger(__name__)
_LONGEST_WAIT_MINUTES = 720


@transaction.atomic
def receive_event(via: str, body: bytes, signature: str, *, now: datetime) -> bool:
    """Store an event whose signature is right; have it handled after the commit.

    Returns  False when it was stored before
    Raises   BadSignature: nothing was kept
    """
    event = provider(via).parse_event(body, signature)
    row, created = store_event(via, event, body, now=now)
    if created:
        transaction.on_commit(lambda: handle_event_task.enqueue(row.pk))
    return created


def store_event(
    via: str, event: Event, body: bytes, *, now: datetime
) -> tuple[ProviderEvent, bool]:
    """Keep an event as it came; once, by the provider's own id.

    Returns  the row, and whether it is new
    """
    return ProviderEvent.objects.get_or_create(
        provider=via,
        event_id=event.event_id,
        about=event.about,
        defaults={
            "kind": event.kind,
            "purpose": event.purpose,
            "key": event.key,
            "page_ref": event.page_ref,
            "payment_ref": event.payment_ref,
            "body": body.decode("utf-8", "replace").replace("\x00", ""),
            "payload": event.payload,
            "received_at": now,
        },
    )


def handle_event(event_pk: int, *, now: datetime) -> str:
    """Do what an event calls for; a handled one is left alone.

    Whatever goes wrong is written down beside the event, which is tried again later.

    Returns  the outcome, "" when it waits for another try
    """
    row = ProviderEvent.objects.get(pk=event_pk)
    if row.handled_at is not None:
        return row.outcome
    service = provider(row.provider)
    try:
        event = service.read_event((row.body or json.dumps(row.payload)).encode())
        outcome = follow_event(event, service, now=now)
    except ProviderRefused as refusal:
        outcome = f"refused: {refusal.code}"
    except NotAnEvent:
        outcome = IGNORED
    except ProviderUnavailable as error:
        _put_off(row, error, state=ProviderEvent.State.WAITING, now=now)
        return ""
    except Exception as error:
        logger.exception("event %s fails", row.pk)
        _put_off(row, error, state=ProviderEvent.State.FAILING, now=now)
        return ""
    return _close(row, outcome, now=now)


@transaction.atomic
def _close(row: ProviderEvent, outcome: str, *, now: datetime) -> str:
    kept = outcome == IGNORED
    if ProviderEvent.objects.filter(pk=row.pk, handled_at=None).update(
        state=ProviderEvent.State.KEPT if kept else ProviderEvent.State.HANDLED,
        handled_at=now,
        outcome=outcome[:200],
        last_error="",
        next_try_at=None,
    ):
        log.record(
            "money.event_handled",
            actor=row.provider,
            obj=row,
            at=now,
            kind=row.kind,
            outcome=outcome,
        )
    return outcome


def _put_off(
    row: ProviderEvent, error: Exception, *, state: str, now: datetime
) -> None:
    """Note a failed try and when the next one is due: 1, 2, 4… minutes, at most 12 h."""
    wait = min(2 ** min(row.attempts, 10), _LONGEST_WAIT_MINUTES)
    ProviderEvent.objects.filter(pk=row.pk, handled_at=None).update(
        state=state,
        attempts=row.attempts + 1,
        last_error=f"{type(error).__name__}: {error}"[:300],
        next_try_at=now + timedelta(minutes=wait),
    )


@transaction.atomic
def replay_event(event_pk: int, *, actor: str, now: datetime) -> None:
    """Have an event handled once more, after the commit.

    Raises  NotFound: nothing was changed
    """
    row = ProviderEvent.objects.filter(pk=event_pk).first()
    if row is None:
        raise NotFound
    ProviderEvent.objects.filter(pk=row.pk).update(
        state=ProviderEvent.State.WAITING,
        handled_at=None,
        attempts=0,
        last_error="",
        next_try_at=None,
    )
    log.record("money.event_replayed", actor=actor, obj=row, at=now, kind=row.kind)
    transaction.on_commit(lambda: handle_event_task.enqueue(row.pk))


@task
def handle_event_task(event_pk: int) -> None:
    """Handle one event; running twice does no harm."""
    handle_event(event_pk, now=clock.now())


@task
def handle_waiting_events() -> None:
    """Handle the events whose turn it is, oldest first."""
    for event_pk in waiting_event_ids(clock.now()):
        handle_event_task.enqueue(event_pk)
