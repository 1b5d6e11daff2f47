"""Courses as the owner sees them: drafts included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Count, Q

from perenne.core.errors import NotFound
from perenne.courses.models import Course, Lesson, Media, Progress, Section

if TYPE_CHECKING:
    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class SectionWithLessons:
    """A section and its lessons that are not archived, in order."""

    section: Section
    lessons: list[Lesson]


def all_courses() -> QuerySet[Course]:
    """Return every course with `lesson_count` and `live_count`, in the owner's order."""
    shown = Q(lessons__archived_at=None)
    return Course.objects.annotate(
        lesson_count=Count("lessons", filter=shown),
        live_count=Count("lessons", filter=Q(lessons__published__isnull=False)),
    )


def published_courses() -> list[Course]:
    """Return the courses an offer can grant."""
    return list(Course.objects.filter(published_at__isnull=False))


def course_by_id(course_id: int) -> Course:
    """Return the course; NotFound when there is none."""
    course = Course.objects.filter(pk=course_id).first()
    if course is None:
        raise NotFound
    return course


def curriculum_of(course_id: int) -> list[SectionWithLessons]:
    """Return the sections with their lessons and drafts, in order. Two queries."""
    lessons = (
        Lesson.objects.filter(course_id=course_id, archived_at=None)
        .select_related("draft")
        .order_by("position", "pk")
    )
    by_section: dict[int, list[Lesson]] = {}
    for lesson in lessons:
        by_section.setdefault(lesson.section_id, []).append(lesson)
    return [
        SectionWithLessons(section, by_section.get(section.pk, []))
        for section in Section.objects.filter(course_id=course_id)
    ]


def lesson_by_id(lesson_id: int) -> Lesson:
    """Return a lesson with its course, section and draft; NotFound when there is none."""
    lesson = (
        Lesson.objects.select_related(
            "course",
            "section",
            "draft__video",
            "draft__captions",
            "draft__poster",
            "draft__attachment",
        )
        .filter(pk=lesson_id, archived_at=None)
        .first()
    )
    if lesson is None:
        raise NotFound
    return lesson


def media_by_id(media_id: int) -> Media:
    """Return a file for the owner; NotFound when there is none."""
    media = Media.objects.filter(pk=media_id).first()
    if media is None:
        raise NotFound
    return media


def progress_to_export(person_id: int) -> list[dict[str, object]]:
    """Return what is known of a person's learning, as JSON values."""
    rows = Progress.objects.filter(person_id=person_id).order_by("pk")
    return [
        {
            "course": row.lesson.course.title,
            "lesson": row.lesson.slug,
            "position_seconds": row.position_seconds,
            "first_at": row.first_at.isoformat(),
            "last_at": row.last_at.isoformat(),
            "done_at": row.done_at.isoformat() if row.done_at else None,
        }
        for row in rows.select_related("lesson__course")
    ]
