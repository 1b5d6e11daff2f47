"""Take what is due out of the outbox: service mail first, then letter by letter."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import Case, F, Q, Value, When

from perenne.mail.domain.headers import is_sendable
from perenne.mail.domain.pace import DomainGate
from perenne.mail.models import Delivery, Message, Suppression, Transport
from perenne.mail.queries.suppressions import suppressed_among

if TYPE_CHECKING:
    from datetime import datetime

SERVICE_LANE = 0
_FIELDS = (
    "id",
    "message_id",
    "lane",
    "address",
    "attempts",
    "merge",
    "unsubscribe_token",
)

type Claimed = dict[str, Any]


class _NoQuotaLeft(Exception):
    """Another engine took the last of the day's mails in between; nothing is claimed."""


@dataclass(slots=True)
class Scope:
    """For whom is claimed, and what it may take.

    engine            its name
    service, letters  which mail the transport may carry now
    day_cap           the most that may leave through the transport today, or None
    gate              counts what goes to domains with limits
    queues            domains that some transport limits: their mail may wait apart
    """

    engine: str
    transport_id: int
    service: bool = True
    letters: bool = True
    day_cap: int | None = None
    gate: DomainGate = field(default_factory=lambda: DomainGate({}, start=0))
    queues: tuple[str, ...] = ()


def claim(
    scope: Scope, *, limit: int, now: datetime, instant: float = 0.0
) -> list[Claimed]:
    """Claim at most `limit` due deliveries for an engine and return them.

    Each lane is read by its index: neither paused letters nor done ones cost anything,
    nor does what waits for its domain's turn.
    The suppression list is asked here, seconds before sending (R30): letters stop at any
    reason, service mail only at an address that does not exist (R31).

    instant  monotonic seconds, for the domains' rates
    """
    found: list[Claimed] = []
    for lane in lanes(service=scope.service, letters=scope.letters):
        for queue in (*scope.queues, ""):
            room = limit - len(found)
            if queue:
                allowed = scope.gate.room(queue, instant)
                room = room if allowed is None else min(room, allowed)
            if room > 0:
                found += _claim_some(
                    scope, (lane, queue), limit=room, now=now, instant=instant
                )
    return found


def anything_due(*, now: datetime, service: bool = True, letters: bool = True) -> bool:
    """Tell whether some lane has a delivery to send now."""
    return any(
        Delivery.objects.filter(
            lane=lane, status=Delivery.Status.QUEUED, next_attempt_at__lte=now
        ).exists()
        for lane in lanes(service=service, letters=letters)
    )


def anything_held() -> bool:
    """Tell whether something is claimed: by an engine at work, or by one that died."""
    return Delivery.objects.filter(status=Delivery.Status.CLAIMED).exists()


def lanes(*, service: bool, letters: bool) -> list[int]:
    """Return the lanes to read, in order."""
    found = [SERVICE_LANE] if service else []
    if letters:
        running = Message.objects.filter(state=Message.State.RUNNING).order_by("pk")
        found += running.values_list("pk", flat=True)
    return found


def _due(lane: int, queue: str, now: datetime) -> Any:
    return Delivery.objects.filter(
        lane=lane,
        queue=queue,
        status=Delivery.Status.QUEUED,
        next_attempt_at__lte=now,
    )


def _claim_some(
    scope: Scope,
    place: tuple[int, str],
    *,
    limit: int,
    now: datetime,
    instant: float,
) -> list[Claimed]:
    try:
        with transaction.atomic():
            rows = _read(scope, place, limit=limit, now=now, instant=instant)
            taken = _take(rows, engine=scope.engine, now=now)
            _count_on_day(scope, len(taken), now=now)
    except _NoQuotaLeft:
        return []
    for row in taken:
        scope.gate.take(domain_of(row["address"]))
    return taken


def _read(
    scope: Scope,
    place: tuple[int, str],
    *,
    limit: int,
    now: datetime,
    instant: float,
) -> list[Claimed]:
    """Return the rows that may be claimed; end those that may never leave."""
    lane, queue = place
    due = _due(lane, queue, now).order_by("next_attempt_at", "pk")
    # Several engines read the same lane where the database locks rows; on SQLite the
    # transaction is the only one that writes.
    due = due.select_for_update(skip_locked=True)
    rows: list[Claimed] = list(due.values(*_FIELDS)[:limit])
    if not rows:
        return []
    refused = _refused(rows, lane)
    unsendable = {row["id"] for row in rows if not is_sendable(row["address"])}
    suppressed = [row for row in rows if row["id"] in refused - unsendable]
    _end(suppressed, status=Delivery.Status.SUPPRESSED, now=now)
    broken = [row for row in rows if row["id"] in unsendable]
    _end(broken, status=Delivery.Status.FAILED, now=now)
    left = [row for row in rows if row["id"] not in refused | unsendable]
    return left if queue or not scope.gate.rules else _hold_back(scope, left, instant)


def _hold_back(scope: Scope, rows: list[Claimed], instant: float) -> list[Claimed]:
    """Return the rows whose domain has room; let the others wait apart."""
    room: dict[str, int | None] = {}
    going, waiting = [], dict[str, list[int]]()
    for row in rows:
        domain = domain_of(row["address"])
        if domain not in room:
            room[domain] = scope.gate.room(domain, instant)
        left = room[domain]
        if left == 0:
            waiting.setdefault(domain, []).append(row["id"])
            continue
        if left is not None:
            room[domain] = left - 1
        going.append(row)
    for domain, numbers in waiting.items():
        Delivery.objects.filter(pk__in=numbers).update(queue=domain)
    return going


def domain_of(address: str) -> str:
    """Return the part after the @, in small letters."""
    return address.rpartition("@")[2].lower()


_TAKE = """
UPDATE mail_delivery SET status = 'claimed', claimed_by = %s, claimed_at = %s
WHERE status = 'queued' AND id {among}
"""
_AMONG = {
    "sqlite": "IN (SELECT value FROM json_each(%s))",
    "postgresql": "= ANY(%s::bigint[])",
}


def _take(rows: list[Claimed], *, engine: str, now: datetime) -> list[Claimed]:
    numbers = [row["id"] for row in rows]
    if not numbers:
        return []
    sqlite = connection.vendor == "sqlite"
    at = connection.ops.adapt_datetimefield_value(now)
    among = json.dumps(numbers) if sqlite else numbers
    with connection.cursor() as cursor:
        cursor.execute(
            _TAKE.format(among=_AMONG[connection.vendor]), (engine, at, among)
        )
        taken = cursor.rowcount
    if taken == len(numbers):
        return rows
    # Someone cancelled between the two statements.
    held = Delivery.objects.filter(pk__in=numbers, claimed_by=engine)
    mine = set(held.values_list("pk", flat=True))
    return [row for row in rows if row["id"] in mine]


def _count_on_day(scope: Scope, count: int, *, now: datetime) -> None:
    """Take so many of the day's mails."""
    if not count:
        return
    today = now.date()
    rows = Transport.objects.filter(pk=scope.transport_id)
    if scope.day_cap is not None:  # the caller asked for no more than a whole day's
        room = max(scope.day_cap - count, 0)
        another_day = ~Q(counted_on=today) | Q(counted_on=None)
        rows = rows.filter(another_day | Q(taken_on_day__lte=room))
    so_far = Case(When(counted_on=today, then=F("taken_on_day")), default=Value(0))
    if not rows.update(taken_on_day=so_far + count, counted_on=today):
        raise _NoQuotaLeft


def _refused(rows: list[Claimed], lane: int) -> set[int]:
    reasons = [] if lane else [Suppression.Reason.BOUNCED]
    held = suppressed_among((row["address"] for row in rows), reasons=reasons)
    return {row["id"] for row in rows if row["address"] in held}


def _end(rows: list[Claimed], *, status: str, now: datetime) -> None:
    """Store that deliveries end without being sent, and count them."""
    if not rows:
        return
    reply = "5.1.3 not an address" if status == Delivery.Status.FAILED else ""
    ended = Delivery.objects.filter(pk__in=[row["id"] for row in rows])
    ended.update(status=status, smtp_reply=reply)
    counter = str(status)  # the message's counter has the status's name
    per_message = Counter(row["message_id"] for row in rows)
    for message_id, count in per_message.items():
        Message.objects.filter(pk=message_id).update(**{counter: F(counter) + count})
    Message.objects.filter(pk__in=per_message, kind=Message.Kind.TRANSACTIONAL).update(
        state=Message.State.DONE, finished_at=now
    )
