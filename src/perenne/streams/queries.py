"""Reads of streams, hours, timers and days off."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Q

from perenne.core.queries import current_business
from perenne.streams.domain.work import DaysOff
from perenne.streams.models import Absence, Stream, Timer, WorkEntry

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet

_DEFAULT_ZONE = "Europe/Paris"


def streams(*, only_active: bool = False) -> list[Stream]:
    """Return the streams in the owner's order."""
    rows = Stream.objects.all()
    return list(rows.filter(active=True) if only_active else rows)


def stream_by_id(stream_id: int) -> Stream | None:
    """Return the stream with that id, or None."""
    return Stream.objects.filter(pk=stream_id).first()


def stream_by_slug(slug: str) -> Stream | None:
    """Return the stream with that slug, or None."""
    return Stream.objects.filter(slug=slug).first()


def business_zone() -> ZoneInfo:
    """Return the time zone of the business; Paris before the set-up."""
    business = current_business()
    return ZoneInfo(business.time_zone if business else _DEFAULT_ZONE)


def absences(start: date, end: date) -> list[DaysOff]:
    """Return the absences that touch the days from start to end, both included."""
    rows = Absence.objects.filter(first_on__lte=end, last_on__gte=start)
    return [DaysOff(row.pk, row.first_on, row.last_on, row.label) for row in rows]


def all_absences() -> QuerySet[Absence]:
    """Return every absence, newest first."""
    return Absence.objects.order_by("-first_on")


def absence_by_id(absence_id: int) -> Absence | None:
    """Return the absence with that id, or None."""
    return Absence.objects.filter(pk=absence_id).first()


def running_timer(user_id: int) -> Timer | None:
    """Return the user's running timer with its stream, or None."""
    return Timer.objects.select_related("stream").filter(user_id=user_id).first()


def entry_by_id(entry_id: int) -> WorkEntry | None:
    """Return the work entry with its stream, or None."""
    return WorkEntry.objects.select_related("stream").filter(pk=entry_id).first()


def entries_between(
    start: date, end: date, *, stream: str = "", activity: str = "", text: str = ""
) -> QuerySet[WorkEntry]:
    """Return the entries of the days from start to end, both included.

    stream    a stream's id, "shared", or "" for all
    activity  one activity, or "" for all
    text      words of the note, or "" for all
    """
    rows = WorkEntry.objects.select_related("stream").filter(on__range=(start, end))
    if stream == "shared":
        rows = rows.filter(stream=None)
    elif stream.isdigit():
        rows = rows.filter(stream_id=int(stream))
    if activity:
        rows = rows.filter(activity=activity)
    if text:
        rows = rows.filter(Q(note__icontains=text) | Q(ref=text))
    return rows.order_by("on", "pk")
