"""Run the timer: one per user, kept in the database, so a restart loses nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.streams.actions.work import MinutesOutOfDay, log_work
from perenne.streams.domain.timing import is_forgotten, minutes_by_day
from perenne.streams.models import MINUTES_A_DAY, Activity, Stream, Timer
from perenne.streams.queries import business_zone

if TYPE_CHECKING:
    from datetime import date, datetime

    from perenne.streams.models import WorkEntry


class TimerAlreadyRuns(Refusal):
    """The user has a running timer; nothing was changed."""

    sentence = _("A timer is already running. Stop it or switch.")


class TimerNotRunning(Refusal):
    """The user has no running timer; nothing was changed."""

    sentence = _("No timer is running.")


class TimerForgotten(Refusal):
    """It ran over twelve hours and nobody said how long the work was; nothing changed."""

    sentence = _(
        "The timer has been running for over 12 hours. Say how long you really worked."
    )
    field = "minutes"


@transaction.atomic
def start_timer(
    user_id: int,
    *,
    stream_id: int | None,
    activity: str,
    actor: str,
    now: datetime,
    note: str = "",
) -> Timer:
    """Start the user's timer.

    Raises  TimerAlreadyRuns, NotFound: nothing was changed
    """
    if stream_id is not None and not Stream.objects.filter(pk=stream_id).exists():
        raise NotFound
    try:
        with transaction.atomic():
            timer = Timer.objects.create(
                user_id=user_id,
                stream_id=stream_id,
                activity=Activity(activity),
                note=note,
                started_at=now,
            )
    except IntegrityError:
        raise TimerAlreadyRuns from None
    log.record("streams.timer_started", actor=actor, obj=timer, at=now)
    return timer


@transaction.atomic
def stop_timer(
    user_id: int, *, actor: str, now: datetime, minutes: int | None = None
) -> list[WorkEntry]:
    """Stop the user's timer and log its minutes, one entry per civil day.

    minutes  what was really worked, counted from the start; None: until now
    Returns  the entries, [] under half a minute
    Raises   TimerNotRunning, TimerForgotten (over 12 h without minutes),
             MinutesOutOfDay (more than has elapsed): the timer goes on
    """
    timer = Timer.objects.filter(user_id=user_id).first()
    if timer is None:
        raise TimerNotRunning
    days = _days_of(timer, now, minutes)
    if not Timer.objects.filter(pk=timer.pk).delete()[0]:
        raise TimerNotRunning
    entries = [
        log_work(
            stream_id=timer.stream_id,
            activity=timer.activity,
            on=on,
            minutes=part,
            note=timer.note,
            actor=actor,
            now=now,
        )
        for on, part in days
    ]
    log.record("streams.timer_stopped", actor=actor, at=now, user=user_id)
    return entries


@transaction.atomic
def switch_timer(
    user_id: int,
    *,
    stream_id: int | None,
    activity: str,
    actor: str,
    now: datetime,
    note: str = "",
) -> Timer:
    """Stop the running timer, log it, and start the next at the same instant.

    Raises  as stop_timer and start_timer: nothing was changed
    """
    stop_timer(user_id, actor=actor, now=now)
    return start_timer(
        user_id,
        stream_id=stream_id,
        activity=activity,
        note=note,
        actor=actor,
        now=now,
    )


@transaction.atomic
def discard_timer(user_id: int, *, actor: str, now: datetime) -> None:
    """Stop the user's timer without logging anything.

    Raises  TimerNotRunning: nothing was changed
    """
    timer = Timer.objects.filter(user_id=user_id).first()
    if timer is None:
        raise TimerNotRunning
    timer.delete()
    log.record(
        "streams.timer_discarded",
        actor=actor,
        at=now,
        user=user_id,
        started_at=timer.started_at.isoformat(),
    )


def _days_of(
    timer: Timer, now: datetime, minutes: int | None
) -> list[tuple[date, int]]:
    if minutes is None:
        if is_forgotten(timer.started_at, now):
            raise TimerForgotten
        return minutes_by_day(timer.started_at, now, business_zone())
    stopped_at = timer.started_at + timedelta(minutes=minutes)
    if not 1 <= minutes <= MINUTES_A_DAY or stopped_at > now:
        raise MinutesOutOfDay
    return minutes_by_day(timer.started_at, stopped_at, business_zone())
