"""Run the delivery engine: as a task, and for the command line."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

from django.db import connections, transaction
from django.db.models import Max, Q
from django.tasks import task

from perenne.core import clock
from perenne.mail.actions.builds import sender_identity
from perenne.mail.actions.claims import anything_due, anything_held
from perenne.mail.actions.engine import Engine
from perenne.mail.actions.lease import LEASE, Lease
from perenne.mail.actions.routes import routes
from perenne.mail.actions.transports import default_transport
from perenne.mail.models import Transport
from perenne.mail.queries.transports import address_of, mail_urls

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.mail.actions.builds import From
    from perenne.mail.actions.routes import Route

# A task hands over to a fresh one now and then, so that a worker can be restarted.
_TASK_SECONDS = 600


def deliver(*, seconds: float = _TASK_SECONDS, insist: bool = False) -> int:
    """Send what is due through the configured servers; return how many were decided.

    Does nothing when no server is configured, other engines are at work, or the server
    refused us a moment ago (unless insist). When one server stops, those of the next
    rank go on. Safe to call at any time, from anywhere.
    """
    sender = sender_identity()
    if not mail_urls() or sender is None:
        return 0
    default_transport()
    decided, end = 0, time.monotonic() + seconds
    tried: set[int] = set()
    while True:
        chosen = _chosen(insist=insist, tried=tried)
        insist = False
        found = _run_all(chosen, sender, seconds=end - time.monotonic())
        decided += found
        tried = set() if found else tried | {route.transport.pk for route in chosen}
        # What was queued while the engine was ending: its own task met a held lease.
        if not chosen or time.monotonic() >= end or not anything_due(now=clock.now()):
            return decided


def _chosen(*, insist: bool, tried: set[int]) -> list[Route]:
    """Return the routes to work on; none if all were tried in vain."""
    found = routes(now=clock.now(), insist=insist)
    return [route for route in found if route.transport.pk not in tried]


def _run_all(chosen: list[Route], sender: From, *, seconds: float) -> int:
    """Run an engine for each route, side by side; return how many were decided."""
    if len(chosen) == 1:
        return _run_once(chosen[0], sender, seconds=seconds)
    if not chosen:
        return 0
    stopped = Event()
    with ThreadPoolExecutor(len(chosen), thread_name_prefix="engine") as pool:
        work = partial(_run_apart, sender=sender, seconds=seconds, stopped=stopped)
        runs = [pool.submit(copy_context().run, work, route) for route in chosen]
        try:
            return sum(run.result() for run in runs)
        finally:  # one broke, or somebody pressed Ctrl-C: the others end soon
            stopped.set()


def _run_apart(route: Route, *, sender: From, seconds: float, stopped: Event) -> int:
    """Run in a thread of its own, which keeps no database connection."""
    try:
        return _run_once(route, sender, seconds=seconds, stopped=stopped)
    finally:
        connections.close_all()


def _run_once(
    route: Route, sender: From, *, seconds: float, stopped: Event | None = None
) -> int:
    now = clock.now()
    due = anything_due(now=now, service=route.service, letters=route.letters)
    if not due and not anything_held():
        return 0
    lease, address = Lease(route.transport), address_of(route.transport.name)
    if address is None or not lease.take(now=now):
        return 0
    try:
        engine = Engine(
            lease=lease,
            route=route,
            address=address,
            sender=sender,
            clock=clock.now,
        )
        return engine.run(seconds=seconds, stopped=stopped or Event())
    finally:
        lease.release()


def wake(*, now: datetime) -> None:
    """Have the outbox emptied after the commit; one waiting task serves many mails."""
    if mail_urls():
        transaction.on_commit(partial(_enqueue, now), robust=True)


def _enqueue(now: datetime) -> None:
    transport = default_transport()
    nobody_called = Q(wake_at=None) | Q(wake_at__lt=now - LEASE)
    called = Transport.objects.filter(nobody_called, pk=transport.pk).update(
        wake_at=now
    )
    if called:
        for _engine in range(_most_engines()):
            deliver_due.enqueue()


def _most_engines() -> int:
    """Return how many workers may send at the same time."""
    found = Transport.objects.filter(is_active=True).aggregate(most=Max("engines"))
    return found["most"] or 1


@task
def deliver_due() -> int:
    """Send what is due. Runs after every queued mail and every half minute."""
    Transport.objects.exclude(wake_at=None).update(wake_at=None)
    decided = deliver()
    if decided and anything_due(now=clock.now()):
        wake(now=clock.now())
    return decided
