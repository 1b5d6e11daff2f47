"""Run the delivery engine: as a task, and for the command line."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.tasks import task

from perenne.core import clock
from perenne.mail.actions.builds import sender_identity
from perenne.mail.actions.claims import anything_due
from perenne.mail.actions.engine import Engine
from perenne.mail.actions.lease import LEASE, Lease, default_transport
from perenne.mail.models import Transport
from perenne.mail.queries import endpoint

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.mail.actions.builds import From
    from perenne.mail.domain.endpoint import Endpoint

# A task hands over to a fresh one now and then, so that a worker can be restarted.
_TASK_SECONDS = 600


def deliver(*, seconds: float = _TASK_SECONDS, insist: bool = False) -> int:
    """Send what is due through the configured server; return how many were decided.

    Does nothing when no server is configured, another engine is at work, or the server
    refused us a moment ago (unless insist). Safe to call at any time, from anywhere.
    """
    where, sender = endpoint(), sender_identity()
    if where is None or sender is None:
        return 0
    decided, end = 0, time.monotonic() + seconds
    while True:
        found = _run_once(where, sender, seconds=end - time.monotonic(), insist=insist)
        decided, insist = decided + found, False
        # What was queued while the engine was ending: its own task met a held lease.
        if not found or time.monotonic() >= end or not anything_due(now=clock.now()):
            return decided


def _run_once(where: Endpoint, sender: From, *, seconds: float, insist: bool) -> int:
    transport = default_transport()
    resting = transport.retry_at is not None and transport.retry_at > clock.now()
    lease = Lease(transport)
    if (resting and not insist) or not lease.take(now=clock.now()):
        return 0
    try:
        engine = Engine(lease=lease, endpoint=where, sender=sender, clock=clock.now)
        return engine.run(seconds=seconds)
    finally:
        lease.release()


def wake(*, now: datetime) -> None:
    """Have the outbox emptied after the commit; one waiting task serves many mails."""
    if settings.SMTP_URL:
        transaction.on_commit(partial(_enqueue, now), robust=True)


def _enqueue(now: datetime) -> None:
    transport = default_transport()
    nobody_called = Q(wake_at=None) | Q(wake_at__lt=now - LEASE)
    called = Transport.objects.filter(nobody_called, pk=transport.pk).update(
        wake_at=now
    )
    if called:
        deliver_due.enqueue()


@task
def deliver_due() -> int:
    """Send what is due. Runs after every queued mail and every half minute."""
    Transport.objects.exclude(wake_at=None).update(wake_at=None)
    decided = deliver()
    if decided and anything_due(now=clock.now()):
        wake(now=clock.now())
    return decided
