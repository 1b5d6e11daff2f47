"""Write hours and days off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.streams.models import (
    MINUTES_A_DAY,
    Absence,
    Activity,
    Stream,
    WorkEntry,
)

if TYPE_CHECKING:
    from datetime import date, datetime


class MinutesOutOfDay(Refusal):
    """The minutes are none or more than a day; nothing was changed."""

    sentence = _("Enter between 1 minute and 24 hours.")
    field = "minutes"


class AbsenceEndsBeforeStart(Refusal):
    """The last day off is before the first; nothing was changed."""

    sentence = _("The last day off is before the first one.")
    field = "last_on"


class AbsenceOverlaps(Refusal):
    """Another absence covers one of these days; nothing was changed."""

    sentence = _("Some of these days are already declared off.")
    field = "first_on"


@transaction.atomic
def log_work(
    *,
    stream_id: int | None,
    activity: str,
    on: date,
    minutes: int,
    actor: str,
    now: datetime,
    ref: str = "",
    note: str = "",
    asset_ref: str = "",
) -> WorkEntry:
    """Log minutes on a civil day; with a ref, a second call adds nothing.

    stream_id  None: shared over all streams
    Returns    the entry, the earlier one when the ref was known
    Raises     MinutesOutOfDay, NotFound: nothing was changed
    """
    _check(stream_id, minutes)
    fields = {
        "stream_id": stream_id,
        "activity": Activity(activity),
        "on": on,
        "minutes": minutes,
        "note": note,
        "asset_ref": asset_ref,
        "created_at": now,
    }
    if ref:
        entry, created = WorkEntry.objects.get_or_create(ref=ref, defaults=fields)
    else:
        entry, created = WorkEntry.objects.create(**fields), True
    if created:
        log.record(
            "streams.work_logged", actor=actor, obj=entry, at=now, **_said(entry)
        )
    return entry


@transaction.atomic
def change_work(
    entry_id: int,
    *,
    stream_id: int | None,
    activity: str,
    on: date,
    minutes: int,
    note: str,
    actor: str,
    now: datetime,
) -> WorkEntry:
    """Correct an entry; the log keeps what it said before.

    Raises  MinutesOutOfDay, NotFound: nothing was changed
    """
    entry = WorkEntry.objects.filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    _check(stream_id, minutes)
    before = _said(entry)
    entry.stream_id, entry.activity = stream_id, Activity(activity)
    entry.on, entry.minutes, entry.note = on, minutes, note
    entry.save(update_fields=["stream", "activity", "on", "minutes", "note"])
    log.record(
        "streams.work_changed",
        actor=actor,
        obj=entry,
        at=now,
        before=before,
        **_said(entry),
    )
    return entry


@transaction.atomic
def remove_work(entry_id: int, *, actor: str, now: datetime) -> None:
    """Delete an entry; the log keeps what it said.

    Raises  NotFound: nothing was changed
    """
    entry = WorkEntry.objects.filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    log.record("streams.work_removed", actor=actor, obj=entry, at=now, **_said(entry))
    entry.delete()


@transaction.atomic
def declare_absence(
    *, first_on: date, last_on: date, actor: str, now: datetime, label: str = ""
) -> Absence:
    """Declare days off, both ends included.

    Raises  AbsenceEndsBeforeStart, AbsenceOverlaps: nothing was changed
    """
    _check_absence(first_on, last_on)
    absence = Absence.objects.create(first_on=first_on, last_on=last_on, label=label)
    log.record("streams.absence_declared", actor=actor, obj=absence, at=now)
    return absence


@transaction.atomic
def change_absence(
    absence_id: int,
    *,
    first_on: date,
    last_on: date,
    label: str,
    actor: str,
    now: datetime,
) -> Absence:
    """Correct declared days off.

    Raises  NotFound, AbsenceEndsBeforeStart, AbsenceOverlaps: nothing was changed
    """
    absence = Absence.objects.filter(pk=absence_id).first()
    if absence is None:
        raise NotFound
    _check_absence(first_on, last_on, but=absence_id)
    absence.first_on, absence.last_on, absence.label = first_on, last_on, label
    absence.save(update_fields=["first_on", "last_on", "label"])
    log.record("streams.absence_changed", actor=actor, obj=absence, at=now)
    return absence


@transaction.atomic
def withdraw_absence(absence_id: int, *, actor: str, now: datetime) -> None:
    """Delete declared days off; the log keeps the dates.

    Raises  NotFound: nothing was changed
    """
    absence = Absence.objects.filter(pk=absence_id).first()
    if absence is None:
        raise NotFound
    log.record(
        "streams.absence_withdrawn",
        actor=actor,
        obj=absence,
        at=now,
        first_on=absence.first_on.isoformat(),
        last_on=absence.last_on.isoformat(),
    )
    absence.delete()


def _check(stream_id: int | None, minutes: int) -> None:
    if not 1 <= minutes <= MINUTES_A_DAY:
        raise MinutesOutOfDay
    if stream_id is not None and not Stream.objects.filter(pk=stream_id).exists():
        raise NotFound


def _check_absence(first_on: date, last_on: date, but: int | None = None) -> None:
    if last_on < first_on:
        raise AbsenceEndsBeforeStart
    others = Absence.objects.exclude(pk=but) if but else Absence.objects.all()
    if others.filter(first_on__lte=last_on, last_on__gte=first_on).exists():
        raise AbsenceOverlaps


def _said(entry: WorkEntry) -> dict[str, object]:
    return {
        "stream": entry.stream_id,
        "activity": str(entry.activity),
        "on": entry.on.isoformat(),
        "minutes": entry.minutes,
        "note": entry.note,
        "asset_ref": entry.asset_ref,
    }
