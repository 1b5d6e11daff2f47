"""Store what became of deliveries, a group at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F

from perenne.mail.actions.suppressions import suppress
from perenne.mail.domain.verdict import Reply, Verdict, retry_delay
from perenne.mail.models import Delivery, Message, Suppression

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.mail.actions.claims import Claimed

_STORE = """
UPDATE mail_delivery
SET status = %s, attempts = %s, next_attempt_at = %s, smtp_code = %s, smtp_reply = %s,
    sent_at = %s, claimed_by = ''
WHERE id = %s AND claimed_by = %s
"""
# Between two messages of a connection there is one of these groups: building the
# statements anew each time would take longer than the database does.
_KEEP = """
UPDATE mail_transport
SET sent_on_day = CASE WHEN counted_on = %s THEN sent_on_day ELSE 0 END + %s,
    counted_on = %s, seen_at = %s
WHERE id = %s AND engine = %s
"""
_COUNT = """
UPDATE mail_message SET sent = sent + %s, failed = failed + %s WHERE id = %s
"""
_COUNTERS: dict[str, str] = {
    Delivery.Status.SENT: "sent",
    Delivery.Status.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One delivery's row as it was claimed, and what the server said of it."""

    row: Claimed
    verdict: Verdict
    reply: Reply


@transaction.atomic
def store(
    outcomes: list[Outcome], *, engine: str, transport_id: int, now: datetime
) -> bool:
    """Store outcomes and counts in one transaction; False when the lease was lost.

    A delivery that this engine no longer holds is left as it is.
    """
    statuses = [_status(outcome) for outcome in outcomes]
    with connection.cursor() as cursor:
        day = connection.ops.adapt_datefield_value(now.date())
        at = connection.ops.adapt_datetimefield_value(now)
        sent = statuses.count(Delivery.Status.SENT)
        cursor.execute(_KEEP, (day, sent, day, at, transport_id, engine))
        if not cursor.rowcount:
            return False
        cursor.executemany(_STORE, _rows(outcomes, statuses, engine=engine, now=now))
        letters = _letters(outcomes, statuses)
        cursor.executemany(_COUNT, [(*found, pk) for pk, found in letters.items()])
    _count_others(outcomes, statuses, now=now)
    for outcome in outcomes:
        if outcome.verdict is Verdict.BOUNCED:
            reason = Suppression.Reason.BOUNCED
            suppress(outcome.row["address"], reason=reason, now=now, actor="system")
    return True


def _status(outcome: Outcome) -> str:
    """Return the delivery's next status; a retry that has no turn left fails."""
    if outcome.verdict is Verdict.SENT:
        return Delivery.Status.SENT
    again = retry_delay(outcome.row["attempts"] + 1)
    if outcome.verdict is Verdict.RETRY and again is not None:
        return Delivery.Status.QUEUED
    return Delivery.Status.FAILED


def _rows(
    outcomes: list[Outcome], statuses: list[str], *, engine: str, now: datetime
) -> list[tuple[Any, ...]]:
    """Return the values of _STORE, a row for each outcome."""
    adapt = connection.ops.adapt_datetimefield_value
    at = adapt(now)
    rows = []
    for outcome, status in zip(outcomes, statuses, strict=True):
        attempts, due = outcome.row["attempts"] + 1, at
        if status == Delivery.Status.QUEUED:
            due = adapt(now + (retry_delay(attempts) or timedelta()))
        rows.append(
            (
                status,
                attempts,
                due,
                outcome.reply.code,
                outcome.reply.text[:1000],
                at if status == Delivery.Status.SENT else None,
                outcome.row["id"],
                engine,
            )
        )
    return rows


def _letters(
    outcomes: list[Outcome], statuses: list[str]
) -> dict[int, tuple[int, int]]:
    """Return how many of each letter were sent and failed now."""
    found: dict[int, tuple[int, int]] = {}
    for outcome, status in zip(outcomes, statuses, strict=True):
        if outcome.row["lane"] and status != Delivery.Status.QUEUED:
            sent, failed = found.get(outcome.row["message_id"], (0, 0))
            was_sent = status == Delivery.Status.SENT
            found[outcome.row["message_id"]] = (
                sent + was_sent,
                failed + (not was_sent),
            )
    return found


def _count_others(
    outcomes: list[Outcome], statuses: list[str], *, now: datetime
) -> None:
    """Mark service mails done, and end what waits again of a cancelled letter."""
    single: dict[str, list[int]] = {}
    retried: set[int] = set()
    for outcome, status in zip(outcomes, statuses, strict=True):
        if status == Delivery.Status.QUEUED:
            retried.add(outcome.row["lane"])
        elif not outcome.row["lane"]:
            single.setdefault(_COUNTERS[status], []).append(outcome.row["message_id"])
    for counter, ids in single.items():
        Message.objects.filter(pk__in=ids).update(
            **{counter: F(counter) + 1}, state=Message.State.DONE, finished_at=now
        )
    if retried - {0}:
        _end_cancelled(retried - {0})


def _end_cancelled(letters: set[int]) -> None:
    """Let nobody wait for another attempt of a letter cancelled in the meantime."""
    state, status = Message.State, Delivery.Status
    gone = Message.objects.select_for_update().filter(
        pk__in=letters, state=state.CANCELLED
    )
    for letter in list(gone.values_list("pk", flat=True)):
        dropped = Delivery.objects.filter(lane=letter, status=status.QUEUED).update(
            status=status.CANCELLED
        )
        gone.filter(pk=letter).update(cancelled=F("cancelled") + dropped)


def finish_letters(*, now: datetime) -> None:
    """Mark letters done whose last recipient is decided."""
    decided = F("sent") + F("failed") + F("suppressed") + F("cancelled")
    Message.objects.filter(state=Message.State.RUNNING, total__lte=decided).update(
        state=Message.State.DONE, finished_at=now, rate_per_minute=0
    )
