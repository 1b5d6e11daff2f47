"""One engine per seat of a transport: a lease in the database, a lock on this machine."""

from __future__ import annotations

import fcntl
import os
import socket
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q
from django.db.models.functions import Greatest

from perenne.mail.domain.quota import share
from perenne.mail.models import Delivery, EngineSeat, Message, Transport
from perenne.mail.queries.transports import SEEN

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

LEASE = SEEN


class Lease:
    """The right to send through a transport, until released or not renewed for 20 s.

    An engine that was killed on this machine left its lease, but not its file lock: the
    next one here need not wait.
    """

    def __init__(self, transport: Transport) -> None:
        """Name this engine; nothing is taken yet."""
        self.transport = transport
        self.engine = f"{os.getpid()}-{os.urandom(6).hex()}"
        self.place = 0
        self.among = 1
        self._host = f"{socket.gethostname()}:{settings.DATA}"[:255]
        self._file: IO[str] | None = None

    def take(self, *, now: datetime) -> bool:
        """Take a free seat and free what dead engines held; False if all are at work."""
        for number in range(self.transport.engines):
            if self._take_seat(number, now=now):
                self._count(now=now)
                return True
        return False

    def renew(self, *, now: datetime) -> bool:
        """Say that this engine lives; False when another one has taken over."""
        if not self._seats().filter(engine=self.engine).update(seen_at=now):
            return False
        if self.transport.engines > 1:
            self._count(now=now)
        return True

    def release(self) -> None:
        """Let the next one in."""
        try:
            self._seats().filter(engine=self.engine).update(engine="", host="")
        finally:  # the database may be what went wrong
            self._unlock()

    def share(self, total: int) -> int:
        """Return this engine's part of a limit that all at work have in common."""
        return share(total, among=self.among, place=self.place)

    def _seats(self) -> QuerySet[EngineSeat]:
        return EngineSeat.objects.filter(transport=self.transport)

    def _count(self, *, now: datetime) -> None:
        """Note how many engines are at work, and which of them this one is."""
        alive = self._seats().filter(_alive(now)).order_by("number")
        engines = list(alive.values_list("engine", flat=True))
        if self.engine in engines:
            self.place, self.among = engines.index(self.engine), len(engines)

    def _take_seat(self, number: int, *, now: datetime) -> bool:
        if not self._lock(number):
            return False
        free = Q(engine="") | Q(host=self._host) | Q(seen_at__lt=now - LEASE)
        self._seats().get_or_create(transport=self.transport, number=number)
        seat = self._seats().filter(free, number=number)
        with transaction.atomic():
            taken = seat.update(engine=self.engine, host=self._host, seen_at=now)
            if taken:
                _free_orphans(self.transport.pk, now=now)
        if not taken:
            self._unlock()
        return bool(taken)

    def _lock(self, number: int) -> bool:
        path = settings.DATA / f"mail-{self.transport.pk}-{number}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._unlock()
            return False
        return True

    def _unlock(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _alive(now: datetime) -> Q:
    return ~Q(engine="") & Q(seen_at__gte=now - LEASE)


def _free_orphans(transport_id: int, *, now: datetime) -> None:
    """Let wait again what is claimed by no engine that lives."""
    alive = EngineSeat.objects.filter(_alive(now)).values("engine")
    claimed = Delivery.objects.filter(status=Delivery.Status.CLAIMED)
    lost = claimed.exclude(claimed_by__in=alive).values_list("pk", flat=True)
    put_back(list(lost), transport_id=transport_id)


@transaction.atomic
def put_back(numbers: list[int], *, transport_id: int) -> None:
    """Let claimed deliveries wait again, or end them if their letter was cancelled.

    transport_id  who gets back what they took of the day's mails
    """
    claimed = Delivery.objects.filter(pk__in=numbers, status=Delivery.Status.CLAIMED)
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
    give_back_quota(transport_id, len(numbers))


def give_back_quota(transport_id: int, count: int) -> None:
    """Let others use what was taken of the day's mails and did not leave."""
    if count:
        # Greatest: the day may have changed in between.
        Transport.objects.filter(pk=transport_id).update(
            taken_on_day=Greatest(F("taken_on_day") - count, 0)
        )
