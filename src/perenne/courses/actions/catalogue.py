"""Write courses: what they are, their sections, the order of everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.courses.models import Course, Lesson, Section

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model, QuerySet


class AddressTaken(Refusal):
    """Another one has that address; nothing was changed."""

    sentence = _("This address is taken. Choose another one.")
    field = "slug"


class CourseHasNothingToShow(Refusal):
    """No lesson is published; nothing was changed."""

    sentence = _("Publish at least one lesson before the course.")


class SectionNotEmpty(Refusal):
    """Lessons are still in the section; nothing was changed."""

    sentence = _("Move or remove the lessons of this section first.")


def free_slug(text: str, taken: QuerySet[Model]) -> str:
    """Return an address made from the text that no row of `taken` has."""
    wanted = slugify(text)[:70] or "untitled"
    slug, number = wanted, 2
    while taken.filter(slug=slug).exists():
        slug, number = f"{wanted}-{number}", number + 1
    return slug


def next_position(rows: QuerySet[Model]) -> int:
    """Return the position behind the last of the rows."""
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


@transaction.atomic
def add_course(*, title: str, actor: str, now: datetime, summary: str = "") -> Course:
    """Add a course that only the owner sees, with its first section."""
    every = Course.objects.all()
    course = Course.objects.create(
        title=title.strip(),
        slug=free_slug(title, every),
        summary=summary,
        position=next_position(every),
        created_at=now,
    )
    Section.objects.create(course=course, title=title.strip())
    log.record("courses.course_added", actor=actor, obj=course, at=now)
    return course


@transaction.atomic
def change_course(
    course_id: int,
    *,
    title: str,
    slug: str,
    summary: str,
    in_order: bool,
    actor: str,
    now: datetime,
) -> Course:
    """Change what a course says and how its lessons open.

    Raises  NotFound, AddressTaken: nothing was changed
    """
    course = _course(course_id)
    if Course.objects.filter(slug=slug).exclude(pk=course_id).exists():
        raise AddressTaken
    course.title, course.slug, course.summary = title.strip(), slug, summary
    course.in_order = in_order
    course.save(update_fields=["title", "slug", "summary", "in_order"])
    log.record("courses.course_changed", actor=actor, obj=course, at=now)
    return course


@transaction.atomic
def publish_course(course_id: int, *, actor: str, now: datetime) -> None:
    """Open a course to those with a pass; a second call changes nothing.

    Raises  NotFound, CourseHasNothingToShow: nothing was changed
    """
    course = _course(course_id)
    if not Lesson.objects.filter(course=course, published__isnull=False).exists():
        raise CourseHasNothingToShow
    shut = Course.objects.filter(pk=course_id, published_at=None)
    if shut.update(published_at=now):
        log.record("courses.course_published", actor=actor, obj=course, at=now)


@transaction.atomic
def unpublish_course(course_id: int, *, actor: str, now: datetime) -> None:
    """Close a course to everyone but the owner; passes and progress stay."""
    course = _course(course_id)
    if Course.objects.filter(pk=course_id, published_at__isnull=False).update(
        published_at=None
    ):
        log.record("courses.course_unpublished", actor=actor, obj=course, at=now)


@transaction.atomic
def add_section(course_id: int, *, title: str, actor: str, now: datetime) -> Section:
    """Add a section at the end of a course."""
    rows = Section.objects.filter(course=_course(course_id))
    section = Section.objects.create(
        course_id=course_id, title=title.strip(), position=next_position(rows)
    )
    log.record("courses.section_added", actor=actor, obj=section, at=now)
    return section


@transaction.atomic
def rename_section(section_id: int, *, title: str, actor: str, now: datetime) -> None:
    """Give a section another title."""
    if not Section.objects.filter(pk=section_id).update(title=title.strip()):
        raise NotFound
    section = Section.objects.get(pk=section_id)
    log.record("courses.section_renamed", actor=actor, obj=section, at=now)


@transaction.atomic
def remove_section(section_id: int, *, actor: str, now: datetime) -> None:
    """Remove a section without lessons.

    Raises  NotFound, SectionNotEmpty: nothing was changed
    """
    section = Section.objects.filter(pk=section_id).first()
    if section is None:
        raise NotFound
    if Lesson.objects.filter(section=section).exists():
        raise SectionNotEmpty
    log.record("courses.section_removed", actor=actor, obj=section, at=now)
    section.delete()


@transaction.atomic
def move_section(section_id: int, *, up: bool, actor: str, now: datetime) -> None:
    """Move a section one place up or down; at the edge nothing changes."""
    section = Section.objects.filter(pk=section_id).first()
    if section is None:
        raise NotFound
    order = list(Section.objects.filter(course_id=section.course_id))
    here = order.index(section)
    there = here + (-1 if up else 1)
    if 0 <= there < len(order):
        order[here], order[there] = order[there], order[here]
        _number(Section, order)
        log.record("courses.section_moved", actor=actor, obj=section, at=now)


@transaction.atomic
def move_lesson(lesson_id: int, *, up: bool, actor: str, now: datetime) -> None:
    """Move a lesson one place up or down, over the edge into the next section."""
    lesson = Lesson.objects.filter(pk=lesson_id, archived_at=None).first()
    if lesson is None:
        raise NotFound
    step = -1 if up else 1
    order = _lessons_in(lesson.section_id)
    here = order.index(lesson)
    if 0 <= here + step < len(order):
        order.insert(here + step, order.pop(here))
        _number(Lesson, order)
    elif not _move_over_the_edge(lesson, step):
        return
    log.record("courses.lesson_moved", actor=actor, obj=lesson, at=now)


def _move_over_the_edge(lesson: Lesson, step: int) -> bool:
    sections = list(Section.objects.filter(course_id=lesson.course_id))
    ids = [section.pk for section in sections]
    there = ids.index(lesson.section_id) + step
    if not 0 <= there < len(ids):
        return False
    lesson.section_id = ids[there]
    lesson.save(update_fields=["section"])
    order = [row for row in _lessons_in(ids[there]) if row.pk != lesson.pk]
    order.insert(0 if step > 0 else len(order), lesson)
    _number(Lesson, order)
    return True


def _lessons_in(section_id: int) -> list[Lesson]:
    rows = Lesson.objects.filter(section_id=section_id, archived_at=None)
    return list(rows.order_by("position", "pk"))


def _number[R: (Section, Lesson)](model: type[R], order: list[R]) -> None:
    for position, row in enumerate(order):
        row.position = position
    model._default_manager.bulk_update(order, ["position"])


def _course(course_id: int) -> Course:
    course = Course.objects.filter(pk=course_id).first()
    if course is None:
        raise NotFound
    return course
