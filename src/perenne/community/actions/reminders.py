"""Remind whoever has a seat: the day before, and one hour before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.tasks import task

from perenne.community.actions.mails import mail_reminder
from perenne.community.models import Seat
from perenne.community.queries import MEMBER, may_take, open_seats, seats_to_remind
from perenne.core import clock, log

if TYPE_CHECKING:
    from datetime import datetime

_STAGES = ("remind_day_at", "remind_hour_at")


@transaction.atomic
def remind(seat_id: int, *, now: datetime) -> bool:
    """Send the reminder that is due, once; False when none is, or it came too late.

    When both are due, as after a night without a worker, only the later one is sent.
    """
    due = [
        stage
        for stage in _STAGES
        if Seat.objects.filter(pk=seat_id, **{f"{stage}__lte": now}).update(
            **{stage: None}
        )
    ]
    held = open_seats(now).select_related("event", "person").filter(pk=seat_id)
    seat = held.filter(event__cancelled_at=None, event__starts_at__gt=now).first()
    if not due or seat is None:
        return False
    if seat.source == MEMBER and not may_take(seat.event_id, seat.person_id, now):
        return False
    is_soon = "remind_hour_at" in due
    mail_reminder(seat, is_soon=is_soon, now=now)
    log.record(
        "community.seat_reminded", actor="system", obj=seat, at=now, is_soon=is_soon
    )
    return True


@task
def send_event_reminders() -> None:
    """Remind of the events that are near; may run twice."""
    now = clock.now()
    for seat_id in seats_to_remind(now):
        remind(seat_id, now=now)
