"""Segments by what people learn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, Max, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from perenne.audience.api import SegmentPart
from perenne.courses.models import Course, Lesson, Progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from perenne.audience.api import Asked

_COURSES = _("Courses")


def _courses() -> Sequence[tuple[str, str]]:
    return [(str(pk), title) for pk, title in Course.objects.values_list("pk", "title")]


def _number(asked: Asked) -> int:
    chosen = str(asked.value)
    return int(chosen) if chosen.isdecimal() else 0


def _began(asked: Asked) -> QuerySet[Progress, Any]:
    opened = Progress.objects.filter(lesson__course_id=_number(asked))
    return opened.values("person_id")


def _finished(asked: Asked) -> QuerySet[Progress, Any]:
    """Return who did every lesson that the course shows."""
    shown = Lesson.objects.filter(course_id=_number(asked), published__isnull=False)
    did = Progress.objects.filter(
        lesson_id=OuterRef("pk"),
        person_id=OuterRef(OuterRef("person_id")),
        done_at__isnull=False,
    )
    missing = shown.filter(~Exists(did))
    opened = Progress.objects.filter(~Exists(missing), lesson__in=shown)
    return opened.values("person_id")


def _lessons_done(asked: Asked) -> QuerySet[Progress, Any]:
    done = Progress.objects.filter(done_at__isnull=False).values("person_id")
    return done.annotate(n=Count("pk")).filter(n__gte=asked.value).values("person_id")


def _last_lesson(asked: Asked) -> QuerySet[Progress, Any]:
    compared = {"since": "gte", "before": "lt"}[asked.op]
    by_person = Progress.objects.values("person_id").annotate(last=Max("last_at"))
    found = by_person.filter(Q(**{f"last__{compared}": asked.value}))
    return found.values("person_id")


SOURCES: dict[str, SegmentPart] = {
    "course_begun": SegmentPart(
        label=_("Began the course"),
        group=_COURSES,
        kind="choice",
        said=_("began “%s”"),
        denied=_("did not begin “%s”"),
        list_choices=_courses,
        find=_began,
    ),
    "course_finished": SegmentPart(
        label=_("Finished the course"),
        group=_COURSES,
        kind="choice",
        said=_("finished “%s”"),
        denied=_("did not finish “%s”"),
        list_choices=_courses,
        find=_finished,
    ),
    "lessons_done": SegmentPart(
        label=_("Lessons done"), group=_COURSES, kind="number", find=_lessons_done
    ),
    "last_lesson": SegmentPart(
        label=_("Last lesson opened"), group=_COURSES, kind="date", find=_last_lesson
    ),
}
