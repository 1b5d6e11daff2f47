"""Flat dated rows of work, for the bilan and for launches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from perenne.streams.domain.work import WorkFact, WorkSum
from perenne.streams.models import WorkEntry

if TYPE_CHECKING:
    from datetime import date


def work_facts(start: date, end: date) -> list[WorkFact]:
    """Return every work entry of the days from start to end, both included, by day."""
    rows = WorkEntry.objects.filter(on__range=(start, end)).order_by("on", "pk")
    return [
        WorkFact(*row)
        for row in rows.values_list(
            "pk", "on", "minutes", "stream_id", "activity", "asset_ref", "ref", "note"
        ).iterator(chunk_size=2000)
    ]


def work_by_stream(start: date, end: date) -> list[WorkSum]:
    """Return minutes by stream and activity over the days, summed by the database."""
    rows = (
        WorkEntry.objects.filter(on__range=(start, end))
        .order_by("stream_id", "activity")
        .values_list("stream_id", "activity")
        .annotate(total=Sum("minutes"))
    )
    return [WorkSum(stream_id, activity, total) for stream_id, activity, total in rows]


def days_worked(start: date, end: date) -> set[date]:
    """Return the civil days that have any logged work."""
    rows = WorkEntry.objects.filter(on__range=(start, end)).order_by()
    return set(rows.values_list("on", flat=True).distinct())


def days_worked_by_stream(start: date, end: date) -> set[tuple[date, int]]:
    """Return (civil day, stream id) pairs that have direct work logged."""
    rows = WorkEntry.objects.filter(on__range=(start, end)).exclude(stream=None)
    return set(rows.order_by().values_list("on", "stream_id").distinct())


def build_by_day(start: date, end: date) -> list[tuple[date, int, int]]:
    """Return (civil day, stream id, minutes) of direct build work, summed by day."""
    rows = (
        WorkEntry.objects.filter(on__range=(start, end), activity="build")
        .exclude(stream=None)
        .order_by("on", "stream_id")
        .values_list("on", "stream_id")
        .annotate(total=Sum("minutes"))
    )
    return [(on, stream_id or 0, total) for on, stream_id, total in rows]
