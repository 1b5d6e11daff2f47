"""Keep a member's progress. The lesson comes from lesson_for: it is open to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from perenne.core import log
from perenne.courses.domain.progress import is_watched
from perenne.courses.models import Progress

if TYPE_CHECKING:
    from datetime import datetime

_LONGEST_SECONDS = 60 * 60 * 24


@transaction.atomic
def keep_position(
    person_id: int,
    *,
    lesson_id: int,
    position_seconds: int,
    duration_seconds: int,
    now: datetime,
) -> bool:
    """Keep where the video was left; tell whether the lesson is done.

    At 90 % of the video the lesson is done by itself. Being in a lesson is no event of
    the business: only its first opening and its end are logged.
    position_seconds  0 for a lesson that was only opened: the place kept does not change
    """
    position = min(max(position_seconds, 0), _LONGEST_SECONDS)
    row = _opened(person_id, lesson_id, now)
    moved = {"last_at": now} | ({"position_seconds": position} if position else {})
    Progress.objects.filter(pk=row.pk).update(**moved)
    if is_watched(position, duration_seconds):
        _finish(row, now)
        return True
    return row.done_at is not None


@transaction.atomic
def finish_lesson(person_id: int, *, lesson_id: int, now: datetime) -> None:
    """Mark a lesson as done; a second call keeps the first instant."""
    row = _opened(person_id, lesson_id, now)
    Progress.objects.filter(pk=row.pk).update(last_at=now)
    _finish(row, now)


@transaction.atomic
def reopen_lesson(person_id: int, *, lesson_id: int, now: datetime) -> None:
    """Mark a lesson as not done yet; where its video was left is forgotten."""
    done = Progress.objects.filter(person_id=person_id, lesson_id=lesson_id)
    if done.filter(done_at__isnull=False).update(
        done_at=None, last_at=now, position_seconds=0
    ):
        log.record(
            "courses.lesson_reopened",
            actor=f"person:{person_id}",
            at=now,
            lesson=lesson_id,
        )


@transaction.atomic
def erase_progress(person_id: int, *, now: datetime) -> None:
    """Remove all a person's progress."""
    count, _rows = Progress.objects.filter(person_id=person_id).delete()
    log.record("courses.progress_erased", actor="system", at=now, rows=count)


def _opened(person_id: int, lesson_id: int, now: datetime) -> Progress:
    row, created = Progress.objects.get_or_create(
        person_id=person_id,
        lesson_id=lesson_id,
        defaults={"first_at": now, "last_at": now},
    )
    if created:
        log.record(
            "courses.lesson_opened", actor=f"person:{person_id}", obj=row, at=now
        )
    return row


def _finish(row: Progress, now: datetime) -> None:
    if Progress.objects.filter(pk=row.pk, done_at=None).update(done_at=now):
        log.record(
            "courses.lesson_done", actor=f"person:{row.person_id}", obj=row, at=now
        )
