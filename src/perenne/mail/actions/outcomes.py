"""Store what became of deliveries, a group at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models import F

from perenne.mail.actions.lease import give_back_quota
from perenne.mail.actions.suppressions import suppress
from perenne.mail.domain.verdict import Reply, Verdict, retry_delay
from perenne.mail.models import Delivery, Message, Suppression

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.mail.actions.claims import Claimed

# Between two messages of a connection there is one of these groups: building the
# statements anew each time would take longer than the database does.
_STORE = """
UPDATE mail_delivery
SET status = %s, attempts = %s, next_attempt_at = %s, smtp_code = %s, smtp_reply = %s,
    sent_at = %s, claimed_by = ''
WHERE id = %s AND claimed_by = %s
"""
_COUNT = """
UPDATE mail_message SET sent = sent + %s, failed = failed + %s WHERE id = %s
"""
# The same in one journey to the server. The letter's row comes last, so that two
# engines wait for each other during the commit only.
_STORE_AND_COUNT = """
WITH given AS (
    SELECT * FROM unnest(
        %s::text[], %s::int[], %s::timestamptz[], %s::int[], %s::text[],
        %s::timestamptz[], %s::bigint[]
    ) AS g(status, attempts, due, code, reply, sent_at, id)
), stored AS (
    UPDATE mail_delivery d
    SET status = g.status, attempts = g.attempts, next_attempt_at = g.due,
        smtp_code = g.code, smtp_reply = g.reply, sent_at = g.sent_at, claimed_by = ''
    FROM given g
    WHERE d.id = g.id AND d.claimed_by = %s
    RETURNING d.message_id, d.lane, d.status
), counted AS (
    UPDATE mail_message m
    SET sent = m.sent + c.sent, failed = m.failed + c.failed
    FROM (
        SELECT message_id, count(*) FILTER (WHERE status = 'sent') AS sent,
            count(*) FILTER (WHERE status = 'failed') AS failed
        FROM stored WHERE lane <> 0 AND status <> 'queued' GROUP BY message_id
    ) c
    WHERE m.id = c.message_id
)
SELECT count(*) FROM stored
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


class _LeaseLost(Exception):
    """Some delivery is no longer held by the engine; nothing was stored."""


def store(
    outcomes: list[Outcome], *, engine: str, transport_id: int, now: datetime
) -> bool:
    """Store outcomes and counts together; False when the engine was taken for dead.

    Then nothing is stored: another engine sends what this one held.
    """
    statuses = [_status(outcome) for outcome in outcomes]
    rows = _rows(outcomes, statuses, now=now)
    try:
        if _is_plain(outcomes, statuses) and connection.vendor == "postgresql":
            _store_by_array(rows, engine=engine)  # one statement is a transaction
            return True
        with transaction.atomic():
            _store_rows(rows, outcomes, statuses, engine=engine)
            _count_others(outcomes, statuses, now=now)
            _suppress_the_dead(outcomes, now=now)
            kept = statuses.count(Delivery.Status.SENT)
            give_back_quota(transport_id, len(outcomes) - kept)
    except _LeaseLost:
        return False
    return True


def _is_plain(outcomes: list[Outcome], statuses: list[str]) -> bool:
    """Tell whether all are of letters and sent: there is nothing else to note."""
    return all(
        status == Delivery.Status.SENT and outcome.row["lane"]
        for outcome, status in zip(outcomes, statuses, strict=True)
    )


def _store_rows(
    rows: list[tuple[Any, ...]],
    outcomes: list[Outcome],
    statuses: list[str],
    *,
    engine: str,
) -> None:
    if connection.vendor == "postgresql":
        _store_by_array(rows, engine=engine)
        return
    with connection.cursor() as cursor:
        cursor.executemany(_STORE, [(*row, engine) for row in rows])
        if cursor.rowcount != len(rows):
            raise _LeaseLost
        letters = _letters(outcomes, statuses)
        cursor.executemany(_COUNT, [(*found, pk) for pk, found in letters.items()])


def _store_by_array(rows: list[tuple[Any, ...]], *, engine: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _STORE_AND_COUNT,
            (*(list(column) for column in zip(*rows, strict=True)), engine),
        )
        [stored] = cursor.fetchone()
        if stored != len(rows):
            raise _LeaseLost


def _status(outcome: Outcome) -> str:
    """Return the delivery's next status; a retry that has no turn left fails."""
    if outcome.verdict is Verdict.SENT:
        return Delivery.Status.SENT
    again = retry_delay(outcome.row["attempts"] + 1)
    if outcome.verdict is Verdict.RETRY and again is not None:
        return Delivery.Status.QUEUED
    return Delivery.Status.FAILED


def _rows(
    outcomes: list[Outcome], statuses: list[str], *, now: datetime
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


def _suppress_the_dead(outcomes: list[Outcome], *, now: datetime) -> None:
    for outcome in outcomes:
        if outcome.verdict is Verdict.BOUNCED:
            reason = Suppression.Reason.BOUNCED
            suppress(outcome.row["address"], reason=reason, now=now, actor="system")


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
