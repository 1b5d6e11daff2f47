"""A course with three lessons, a video that is one, and private files in a test folder."""

import copy

import pytest
from django.core.files.base import ContentFile

from perenne.courses.actions import catalogue, files, lessons
from perenne.courses.domain.media import MediaKind
from perenne.courses.models import Lesson, Section
from perenne.memberships.api import grant_pass

# An ISO 14496-12 file: a valid ftyp box, then 1,000 bytes of media data.
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42\x00\x00\x03\xf0mdat" + bytes(
    i % 251 for i in range(1000)
)
VTT = b"WEBVTT\n\n00:00.000 --> 00:02.000\nBonjour.\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(64)


@pytest.fixture(autouse=True)
def _private_storage(settings, tmp_path):
    storages = copy.deepcopy(settings.STORAGES)
    storages["private"]["OPTIONS"]["location"] = tmp_path / "private"
    settings.STORAGES = storages


@pytest.fixture
def keep(db, now):
    """Keep a file: keep(MP4, "video", "film.mp4")."""

    def make(content=MP4, kind="video", name="film.mp4"):
        return files.keep_file(
            ContentFile(content),
            kind=MediaKind(kind),
            name=name,
            actor="owner",
            now=now,
        )

    return make


@pytest.fixture
def make_course(db, now):
    """Add a published course: make_course("Rest", ["One", "Two"])."""

    def make(title="Rest", titles=("One", "Two", "Three"), content=None, **changes):
        course = catalogue.add_course(title=title, actor="owner", now=now)
        section = Section.objects.get(course=course)
        for lesson_title in titles:
            fields = {"body": f"<p>Secret of {lesson_title}</p>", "minutes": 10}
            fields |= (content or {}).get(lesson_title, {})
            lesson = lessons.add_lesson(
                section.pk,
                content=lessons.LessonContent(title=lesson_title, **fields),
                actor="owner",
                now=now,
            )
            lessons.publish_lesson(lesson.pk, actor="owner", now=now)
        catalogue.publish_course(course.pk, actor="owner", now=now)
        course.refresh_from_db()
        for field, value in changes.items():
            setattr(course, field, value)
        course.save()
        return course

    return make


@pytest.fixture
def lesson_of():
    """Find a lesson by its slug."""

    def find(course, slug):
        return Lesson.objects.get(course=course, slug=slug)

    return find


@pytest.fixture
def give_pass(now):
    """Give a person a pass: give_pass(person, "course:1")."""

    def give(person, resource, *, starts_at=now, ends_at=None, source="order:1"):
        return grant_pass(
            person_id=person.pk,
            resource=resource,
            source=source,
            starts_at=starts_at,
            ends_at=ends_at,
            actor="system",
            now=now,
        )

    return give
