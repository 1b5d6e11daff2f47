"""Letters that pause themselves when readers complain or addresses are dead (R29)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.tasks import task

from perenne.core import clock, legal, log
from perenne.core.queries import current_business
from perenne.mail.actions.outbox import queue_template
from perenne.mail.domain.manners import Counts, Limits, reason_to_hold
from perenne.mail.models import Message

if TYPE_CHECKING:
    from datetime import date, datetime

_FIELDS = ("id", "subject", "sent", "failed", "bounced", "complained", "seen")


@task
def watch_running_letters() -> int:
    """Hold what must not go on; return how many letters were held."""
    return watch_letters(now=clock.now())


def watch_letters(*, now: datetime) -> int:
    """Pause every running letter whose rates have reached their limit, and tell the owner.

    One row is read for each letter that is being sent.
    """
    limits = _limits(now.date())
    running = Message.objects.filter(
        state=Message.State.RUNNING, kind=Message.Kind.LETTER
    ).values(*_FIELDS)
    held = 0
    for row in running:
        counts = counts_of(row)
        earlier = Counts(**({"sent": 0, "bounced": 0, "complained": 0} | row["seen"]))
        reason = reason_to_hold(counts.since(earlier), limits)
        held += bool(reason) and _hold(row, counts, reason=reason, now=now)
    return held


def counts_of(row: dict[str, Any]) -> Counts:
    """Return a message's counts; a refusal at once and a later bounce weigh the same."""
    return Counts(row["sent"], row["bounced"] + row["failed"], row["complained"])


@transaction.atomic
def _hold(row: dict[str, Any], counts: Counts, *, reason: str, now: datetime) -> bool:
    """Pause one letter; False when it no longer runs."""
    moved = Message.objects.filter(pk=row["id"], state=Message.State.RUNNING).update(
        state=Message.State.PAUSED, rate_per_minute=0, held_for=reason
    )
    if not moved:
        return False
    seen = {
        "sent": counts.sent,
        "bounced": counts.bounced,
        "complained": counts.complained,
    }
    Message.objects.filter(pk=row["id"]).update(seen=seen)
    message = Message.objects.only("pk").get(pk=row["id"])
    log.record(
        "mail.letter_held", actor="system", obj=message, at=now, reason=reason, **seen
    )
    _tell_owner(row, counts, reason=reason, now=now)
    return True


@transaction.atomic
def release_hold(message_id: int, *, actor: str, now: datetime) -> None:
    """Let a letter that paused itself go on; what was counted so far no longer holds it."""
    held = Message.objects.filter(pk=message_id).exclude(held_for="")
    if not held.update(held_for=""):
        return
    message = Message.objects.only("pk").get(pk=message_id)
    log.record("mail.letter_released", actor=actor, obj=message, at=now)


def _tell_owner(
    row: dict[str, Any], counts: Counts, *, reason: str, now: datetime
) -> None:
    business = current_business()
    if business is None or not business.email:
        return
    queue_template(
        ref=f"mail:held:{row['id']}:{counts.sent}:{counts.bounced}:{counts.complained}",
        to=business.email,
        template="mail/mail/letter_held",
        context={
            "subject": row["subject"],
            "reason": reason,
            "counts": counts,
            "letter_url": f"{settings.SITE_URL}/desk/mail/outbox/{row['id']}/",
        },
        language=business.language,
        now=now,
    )


def _limits(day: date) -> Limits:
    def figure(key: str) -> int:
        return int(legal.value("sending_rules", key, on=day))

    return Limits(
        complaint_bp=figure("complaint_pause_bp"),
        bounce_bp=figure("bounce_pause_bp"),
        min_complaints=figure("pause_min_complaints"),
        min_bounces=figure("pause_min_bounces"),
    )
