"""What a member may learn from: access is checked while fetching.

There is no other way to a lesson's text or files than `lesson_for` and `media_for`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import FilteredRelation, Q

from perenne.core.compiled import Compiled
from perenne.core.errors import NotFound
from perenne.courses.domain.drip import Opening, Step, openings
from perenne.courses.domain.progress import minutes_left, percent_done
from perenne.courses.models import Course, Lesson, LessonVersion, Media
from perenne.memberships.api import access_since, resources_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet

NOBODY = 0  # a visitor: no person has this id


def course_resource(course_id: int) -> str:
    """Return the resource that a pass for the course names."""
    return f"course:{course_id}"


class _Row(NamedTuple):
    """One published lesson, with this person's progress."""

    course_id: int
    course_slug: str
    course_title: str
    course_summary: str
    in_order: bool
    section_id: int
    section_title: str
    lesson_id: int
    slug: str
    is_free: bool
    opens_after_days: int | None
    opens_at: datetime | None
    version_id: int
    title: str
    minutes: int
    video_id: int | None
    position_seconds: int | None
    last_at: datetime | None
    done_at: datetime | None


_COLUMNS = (
    *("course_id", "course__slug", "course__title", "course__summary"),
    *("course__in_order", "section_id", "section__title", "pk", "slug", "is_free"),
    *("opens_after_days", "opens_at", "published_id", "published__title"),
    *("published__minutes", "published__video_id"),
    *("mine__position_seconds", "mine__last_at", "mine__done_at"),
)


@dataclass(frozen=True, slots=True)
class OutlineLesson:
    """A lesson as a course's outline shows it to one person."""

    lesson_id: int
    slug: str
    title: str
    minutes: int
    has_video: bool
    is_free: bool
    opening: Opening
    is_done: bool
    position_seconds: int
    last_at: datetime | None
    version_id: int

    @property
    def minutes_left(self) -> int:
        """Return the minutes it still takes from where it was left."""
        return minutes_left(self.minutes, self.position_seconds)


@dataclass(frozen=True, slots=True)
class OutlineSection:
    """A chapter with its lessons."""

    title: str
    lessons: list[OutlineLesson]


@dataclass(frozen=True, slots=True)
class Outline:
    """A published course for one person.

    since  when their access began; None: no access, only free lessons are open
    """

    course_id: int
    slug: str
    title: str
    summary: str
    since: datetime | None
    sections: list[OutlineSection]
    lessons: list[OutlineLesson] = field(repr=False)

    @property
    def has_access(self) -> bool:
        """Tell whether the person may use the course."""
        return self.since is not None

    @property
    def total(self) -> int:
        """Return how many lessons there are."""
        return len(self.lessons)

    @property
    def done(self) -> int:
        """Return how many lessons are done."""
        return sum(lesson.is_done for lesson in self.lessons)

    @property
    def percent(self) -> int:
        """Return whole percent done, rounded down."""
        return percent_done(self.done, self.total)

    @property
    def last_at(self) -> datetime | None:
        """Return when the person was last in the course."""
        return max((row.last_at for row in self.lessons if row.last_at), default=None)

    @property
    def resume(self) -> OutlineLesson | None:
        """Return where to go on: the open lesson last left, else the first not done."""
        waiting = [row for row in self.lessons if row.opening.is_open]
        waiting = [row for row in waiting if not row.is_done]
        left = [row for row in waiting if row.last_at]
        if left:
            return max(left, key=lambda row: row.last_at or 0)
        return waiting[0] if waiting else None


@dataclass(frozen=True, slots=True)
class LessonPage:
    """An open lesson with its course around it."""

    outline: Outline
    lesson: OutlineLesson
    version: LessonVersion
    previous: OutlineLesson | None
    next: OutlineLesson | None


@dataclass(frozen=True, slots=True)
class NextLesson:
    """What a member should do next."""

    course_title: str
    course_slug: str
    lesson: OutlineLesson


def _lessons(person_id: int, **conditions: Any) -> QuerySet[Lesson, Any]:
    return (
        Lesson.objects.filter(
            course__published_at__isnull=False, published__isnull=False, **conditions
        )
        .annotate(
            mine=FilteredRelation(
                "progress", condition=Q(progress__person_id=person_id)
            )
        )
        .order_by(
            *("course__position", "course_id", "section__position", "section_id"),
            *("position", "pk"),
        )
        .values_list(*_COLUMNS)
    )


_BY_SLUG = Compiled(_lessons, person_id=-7_001, course__slug="-of-no-course-")
_BY_COURSE = Compiled(_lessons, person_id=-7_001, course_id=-7_002)


def _rows(query: Compiled, person_id: int, **values: int | str) -> list[_Row]:
    return [_Row(*row) for row in query.rows(person_id=person_id, **values)]


def _outline(rows: list[_Row], *, since: datetime | None, now: datetime) -> Outline:
    """Build the outline of one course from its rows (at least one)."""
    first = rows[0]
    steps = [
        Step(row.is_free, row.opens_at, row.opens_after_days, row.done_at is not None)
        for row in rows
    ]
    opened = openings(steps, since=since, now=now, in_order=first.in_order)
    sections: list[OutlineSection] = []
    lessons: list[OutlineLesson] = []
    section_id = 0
    for row, opening in zip(rows, opened, strict=True):
        lesson = _lesson(row, opening)
        lessons.append(lesson)
        if row.section_id != section_id:
            section_id = row.section_id
            sections.append(OutlineSection(row.section_title, []))
        sections[-1].lessons.append(lesson)
    return Outline(
        course_id=first.course_id,
        slug=first.course_slug,
        title=first.course_title,
        summary=first.course_summary,
        since=since,
        sections=sections,
        lessons=lessons,
    )


def _lesson(row: _Row, opening: Opening) -> OutlineLesson:
    return OutlineLesson(
        lesson_id=row.lesson_id,
        slug=row.slug,
        title=row.title,
        minutes=row.minutes,
        has_video=row.video_id is not None,
        is_free=row.is_free,
        opening=opening,
        is_done=row.done_at is not None,
        position_seconds=row.position_seconds or 0,
        last_at=row.last_at,
        version_id=row.version_id,
    )


def outline_for(person_id: int, course_slug: str, *, now: datetime) -> Outline:
    """Return a published course for the person, open or as a teaser. Two queries.

    Raises  NotFound: no published course with a published lesson has that address
    """
    rows = _rows(_BY_SLUG, person_id, course__slug=course_slug)
    return _outline_of(rows, person_id, now=now)


def _outline_of(rows: list[_Row], person_id: int, *, now: datetime) -> Outline:
    if not rows:
        raise NotFound
    resource = course_resource(rows[0].course_id)
    since = access_since(person_id, resource, now=now) if person_id else None
    return _outline(rows, since=since, now=now)


def lesson_for(
    person_id: int, course_slug: str, lesson_slug: str, *, now: datetime
) -> LessonPage:
    """Return the lesson if it is open to the person now. Three queries.

    Raises  NotFound: absent, unpublished or not open: the three cannot be told apart
    """
    outline = outline_for(person_id, course_slug, now=now)
    places = [i for i, row in enumerate(outline.lessons) if row.slug == lesson_slug]
    return _page(outline, places)


def _page(outline: Outline, places: list[int]) -> LessonPage:
    if not places or not outline.lessons[places[0]].opening.is_open:
        raise NotFound
    here, lessons = places[0], outline.lessons
    version = LessonVersion.objects.select_related(
        "video", "captions", "poster", "attachment"
    ).get(pk=lessons[here].version_id)
    return LessonPage(
        outline=outline,
        lesson=lessons[here],
        version=version,
        previous=lessons[here - 1] if here else None,
        next=lessons[here + 1] if here + 1 < len(lessons) else None,
    )


def media_for(
    person_id: int, *, course_id: int, lesson_id: int, media_id: int, now: datetime
) -> Media:
    """Return a file of a lesson that is open to the person now.

    Raises  NotFound: the lesson is not open, or does not show that file (any more)
    """
    rows = _rows(_BY_COURSE, person_id, course_id=course_id)
    outline = _outline_of(rows, person_id, now=now)
    places = [i for i, row in enumerate(outline.lessons) if row.lesson_id == lesson_id]
    version = _page(outline, places).version
    shown = (version.video, version.captions, version.poster, version.attachment)
    for media in shown:
        if media is not None and media.pk == media_id:
            return media
    raise NotFound


def courses_for(person_id: int, now: datetime) -> list[Outline]:
    """Return the published courses the person has access to, in the owner's order.

    Three queries, however many courses.
    """
    since = resources_of(person_id, now=now)
    ids = _ids(since, "course")
    by_course: dict[int, list[_Row]] = {}
    for row in _lessons(person_id, course_id__in=ids) if ids else []:
        by_course.setdefault(row[0], []).append(_Row(*row))
    return [
        _outline(rows, since=since[course_resource(course_id)], now=now)
        for course_id, rows in by_course.items()
    ]


def _ids(resources: Iterable[str], kind: str) -> list[int]:
    prefix = f"{kind}:"
    return [int(r[len(prefix) :]) for r in resources if r.startswith(prefix)]


def next_lesson_for(person_id: int, now: datetime) -> NextLesson | None:
    """Return what the member should do next, or None when nothing is open and undone."""
    return next_lesson_of(courses_for(person_id, now))


def next_lesson_of(outlines: Iterable[Outline]) -> NextLesson | None:
    """Return what to do next among the courses: where the person was last."""
    going = [(outline, outline.resume) for outline in outlines]
    found = [(outline, lesson) for outline, lesson in going if lesson is not None]
    if not found:
        return None
    outline, lesson = max(
        found, key=lambda pair: pair[0].last_at.timestamp() if pair[0].last_at else 0
    )
    return NextLesson(outline.title, outline.slug, lesson)


def course_title(course_id: int) -> str:
    """Return the title of a course, or "" when it is gone."""
    return (
        Course.objects.filter(pk=course_id).values_list("title", flat=True).first()
        or ""
    )


def course_address(course_id: int) -> str:
    """Return the address of a course for members; that of all courses when it is gone."""
    slug = Course.objects.filter(pk=course_id).values_list("slug", flat=True).first()
    return f"/me/courses/{slug}/" if slug else "/me/courses/"
