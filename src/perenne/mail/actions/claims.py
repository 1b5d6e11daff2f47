"""Take what is due out of the outbox: service mail first, then letter by letter."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F

from perenne.mail.domain.headers import is_sendable
from perenne.mail.models import Delivery, Message, Suppression
from perenne.mail.queries import suppressed_among

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


def claim(*, engine: str, limit: int, now: datetime) -> list[Claimed]:
    """Claim at most `limit` due deliveries for an engine and return them.

    Each lane is read by its index: neither paused letters nor done ones cost anything.
    The suppression list is asked here, seconds before sending (R30): letters stop at any
    reason, service mail only at an address that does not exist (R31).
    """
    found: list[Claimed] = []
    for lane in _lanes():
        if len(found) >= limit:
            break
        found += _claim_lane(lane, engine=engine, limit=limit - len(found), now=now)
    return found


def anything_due(*, now: datetime) -> bool:
    """Tell whether some lane has a delivery to send now."""
    return any(_due(lane, now).exists() for lane in _lanes())


def _lanes() -> list[int]:
    running = Message.objects.filter(state=Message.State.RUNNING).order_by("pk")
    return [SERVICE_LANE, *running.values_list("pk", flat=True)]


def _due(lane: int, now: datetime) -> Any:
    return Delivery.objects.filter(
        lane=lane, status=Delivery.Status.QUEUED, next_attempt_at__lte=now
    )


@transaction.atomic
def _claim_lane(lane: int, *, engine: str, limit: int, now: datetime) -> list[Claimed]:
    due = _due(lane, now).order_by("next_attempt_at", "pk")
    rows: list[Claimed] = list(due.values(*_FIELDS)[:limit])
    if not rows:
        return []
    refused = _refused(rows, lane)
    unsendable = {row["id"] for row in rows if not is_sendable(row["address"])}
    suppressed = [row for row in rows if row["id"] in refused - unsendable]
    _end(suppressed, status=Delivery.Status.SUPPRESSED, now=now)
    broken = [row for row in rows if row["id"] in unsendable]
    _end(broken, status=Delivery.Status.FAILED, now=now)
    numbers = [row["id"] for row in rows if row["id"] not in refused | unsendable]
    waiting = Delivery.objects.filter(pk__in=numbers, status=Delivery.Status.QUEUED)
    taken = waiting.update(
        status=Delivery.Status.CLAIMED, claimed_by=engine, claimed_at=now
    )
    if taken < len(numbers):  # someone cancelled between the two statements
        held = Delivery.objects.filter(pk__in=numbers, claimed_by=engine)
        numbers = list(held.values_list("pk", flat=True))
    mine = set(numbers)
    return [row for row in rows if row["id"] in mine]


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
