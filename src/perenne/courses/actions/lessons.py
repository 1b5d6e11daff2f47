"""Write lessons: each save is a new version, publishing points to one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _
from wagtail.rich_text import expand_db_html

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.courses.actions.catalogue import AddressTaken, free_slug, next_position
from perenne.courses.domain.rich_text import clean_html
from perenne.courses.models import Lesson, LessonVersion, Section

if TYPE_CHECKING:
    from datetime import datetime


class LessonIsEmpty(Refusal):
    """There is no text, video or file to publish; nothing was changed."""

    sentence = _("Add a text, a video or a file before publishing.")


class DraftIsNewer(Refusal):
    """Someone saved another draft meanwhile; nothing was changed."""

    sentence = _(
        "This lesson was saved in another window meanwhile. Copy your text, reload the "
        "page and add it again."
    )


@dataclass(frozen=True, slots=True)
class LessonContent:
    """What a lesson says; files by the id of their Media.

    body  HTML as the editor made it
    """

    title: str
    body: str = ""
    minutes: int = 0
    video_id: int | None = None
    captions_id: int | None = None
    captions_language: str = ""
    poster_id: int | None = None
    attachment_id: int | None = None


@dataclass(frozen=True, slots=True)
class LessonRules:
    """Where a lesson is and when it opens."""

    slug: str
    is_free: bool = False
    opens_after_days: int | None = None
    opens_at: datetime | None = None


@transaction.atomic
def add_lesson(
    section_id: int, *, content: LessonContent, actor: str, now: datetime
) -> Lesson:
    """Add a lesson with its first draft at the end of a section."""
    section = Section.objects.filter(pk=section_id).first()
    if section is None:
        raise NotFound
    lesson = Lesson.objects.create(
        course_id=section.course_id,
        section=section,
        slug=free_slug(
            content.title, Lesson.objects.filter(course_id=section.course_id)
        ),
        position=next_position(Lesson.objects.filter(section=section)),
    )
    lesson.draft = _new_version(lesson, content, now)
    lesson.save(update_fields=["draft"])
    log.record("courses.lesson_added", actor=actor, obj=lesson, at=now)
    return lesson


@transaction.atomic
def save_draft(
    lesson_id: int,
    *,
    content: LessonContent,
    rules: LessonRules,
    based_on: int,
    actor: str,
    now: datetime,
) -> Lesson:
    """Keep a new draft; members go on seeing the published version.

    based_on  number of the version the author started from
    Raises    NotFound, AddressTaken, DraftIsNewer: nothing was changed
    """
    lesson = _lesson(lesson_id)
    if lesson.draft is None or lesson.draft.number != based_on:
        raise DraftIsNewer(lesson=lesson_id)
    others = Lesson.objects.filter(course_id=lesson.course_id, slug=rules.slug)
    if others.exclude(pk=lesson_id).exists():
        raise AddressTaken
    lesson.slug, lesson.is_free = rules.slug, rules.is_free
    lesson.opens_after_days, lesson.opens_at = rules.opens_after_days, rules.opens_at
    lesson.draft = _new_version(lesson, content, now)
    lesson.save()
    log.record(
        "courses.lesson_draft_saved",
        actor=actor,
        obj=lesson,
        at=now,
        version=lesson.draft.number,
    )
    return lesson


@transaction.atomic
def publish_lesson(lesson_id: int, *, actor: str, now: datetime) -> None:
    """Let members see the draft; publishing the same version again changes nothing.

    Raises  NotFound, LessonIsEmpty: nothing was changed
    """
    lesson = _lesson(lesson_id)
    if lesson.draft is None or lesson.draft.is_empty:
        raise LessonIsEmpty
    if lesson.published_id == lesson.draft_id:
        return
    Lesson.objects.filter(pk=lesson_id).update(published=lesson.draft)
    log.record(
        "courses.lesson_published",
        actor=actor,
        obj=lesson,
        at=now,
        version=lesson.draft.number,
    )


@transaction.atomic
def unpublish_lesson(lesson_id: int, *, actor: str, now: datetime) -> None:
    """Hide a lesson from members; its draft and their progress stay."""
    lesson = _lesson(lesson_id)
    if Lesson.objects.filter(pk=lesson_id, published__isnull=False).update(
        published=None
    ):
        log.record("courses.lesson_unpublished", actor=actor, obj=lesson, at=now)


@transaction.atomic
def archive_lesson(lesson_id: int, *, actor: str, now: datetime) -> None:
    """Take a lesson off its course; versions and progress stay, its address is freed."""
    lesson = _lesson(lesson_id)
    Lesson.objects.filter(pk=lesson_id).update(
        published=None, archived_at=now, slug=f"archived-{lesson_id}"
    )
    log.record("courses.lesson_archived", actor=actor, obj=lesson, at=now)


def _new_version(
    lesson: Lesson, content: LessonContent, now: datetime
) -> LessonVersion:
    versions = LessonVersion.objects.filter(lesson=lesson)
    last = versions.aggregate(last=Max("number"))["last"] or 0
    return LessonVersion.objects.create(
        lesson=lesson,
        number=last + 1,
        title=content.title.strip(),
        body=clean_html(expand_db_html(content.body)),
        minutes=content.minutes,
        video_id=content.video_id,
        captions_id=content.captions_id,
        captions_language=content.captions_language,
        poster_id=content.poster_id,
        attachment_id=content.attachment_id,
        saved_at=now,
    )


def _lesson(lesson_id: int) -> Lesson:
    rows = Lesson.objects.select_related("draft").filter(archived_at=None)
    lesson = rows.filter(pk=lesson_id).first()
    if lesson is None:
        raise NotFound
    return lesson
