"""One engine per transport: a lease in the database, a lock on this machine."""

from __future__ import annotations

import fcntl
import os
import socket
from datetime import timedelta
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q

from perenne.mail.models import Delivery, Message, Transport

if TYPE_CHECKING:
    from datetime import datetime

LEASE = timedelta(seconds=20)


def default_transport() -> Transport:
    """Return the one transport that the settings name, made at first need."""
    return Transport.objects.get_or_create(name="default")[0]


class Lease:
    """The right to send through a transport, until released or not renewed for 20 s.

    An engine that was killed on this machine left its lease, but not its file lock: the
    next one here need not wait.
    """

    def __init__(self, transport: Transport) -> None:
        """Name this engine; nothing is taken yet."""
        self.transport = transport
        self.engine = f"{os.getpid()}-{os.urandom(6).hex()}"
        self._host = f"{socket.gethostname()}:{settings.DATA}"[:255]
        self._file: IO[str] | None = None

    def take(self, *, now: datetime) -> bool:
        """Take the lease and free what a dead engine held; False if one is alive."""
        if not self._lock():
            return False
        free = Q(engine="") | Q(host=self._host) | Q(seen_at__lt=now - LEASE)
        taken = Transport.objects.filter(free, pk=self.transport.pk).update(
            engine=self.engine, host=self._host, seen_at=now
        )
        if not taken:
            self._unlock()
            return False
        put_back()
        return True

    def renew(self, *, now: datetime) -> bool:
        """Say that this engine lives; False when another one has taken over."""
        held = Transport.objects.filter(pk=self.transport.pk, engine=self.engine)
        return bool(held.update(seen_at=now))

    def release(self) -> None:
        """Let the next one in."""
        Transport.objects.filter(pk=self.transport.pk, engine=self.engine).update(
            engine="", host=""
        )
        self._unlock()

    def _lock(self) -> bool:
        path = settings.DATA / f"mail-{self.transport.name}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            self._file = None
            return False
        return True

    def _unlock(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


@transaction.atomic
def put_back(numbers: list[int] | None = None) -> None:
    """Let claimed deliveries wait again, or end them if their letter was cancelled.

    numbers  these deliveries; all that are claimed when None (no engine is alive)
    """
    claimed = Delivery.objects.filter(status=Delivery.Status.CLAIMED)
    if numbers is not None:
        claimed = claimed.filter(pk__in=numbers)
    letters = set(claimed.values_list("message_id", flat=True))
    if not letters:
        return
    cancelled = list(
        Message.objects.select_for_update()
        .filter(pk__in=letters, state=Message.State.CANCELLED)
        .values_list("pk", flat=True)
    )
    ended = claimed.filter(message__in=cancelled)
    for row in ended.values("message_id").annotate(count=Count("pk")).order_by():
        Message.objects.filter(pk=row["message_id"]).update(
            cancelled=F("cancelled") + row["count"]
        )
    ended.update(status=Delivery.Status.CANCELLED, claimed_by="")
    claimed.update(status=Delivery.Status.QUEUED, claimed_by="")
