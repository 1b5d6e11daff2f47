"""What the owner and the members write."""

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction

from perenne.core.models import LogEntry
from perenne.courses.actions import catalogue, files, learning, lessons
from perenne.courses.models import (
    Course,
    Lesson,
    LessonVersion,
    Media,
    Progress,
    Section,
)
from perenne.people.api import personal_data
from tests.courses.conftest import MP4


def _order(course):
    rows = Lesson.objects.filter(course=course, archived_at=None)
    return [
        (row.section.title, row.slug)
        for row in rows.order_by("section__position", "position")
    ]


def _verbs(prefix):
    found = LogEntry.objects.filter(verb__startswith=prefix).order_by("pk")
    return list(found.values_list("verb", flat=True))


def test_two_courses_with_one_title_have_two_addresses(db, now):
    for _time in range(2):
        catalogue.add_course(title="Rest", actor="owner", now=now)
    slugs = Course.objects.order_by("pk").values_list("slug", flat=True)
    assert list(slugs) == ["rest", "rest-2"]


def test_a_version_never_changes(make_course):
    make_course()
    version = LessonVersion.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        LessonVersion.objects.filter(pk=version.pk).update(title="Changed")
    with pytest.raises(IntegrityError), transaction.atomic():
        LessonVersion.objects.filter(pk=version.pk).delete()


def test_a_stale_editor_is_refused_and_nothing_changes(make_course, now):
    lesson = Lesson.objects.get(course=make_course(titles=["One"]))
    with pytest.raises(lessons.DraftIsNewer):
        lessons.save_draft(
            lesson.pk,
            content=lessons.LessonContent(title="X", body="x"),
            rules=lessons.LessonRules(slug="x"),
            based_on=0,
            actor="owner",
            now=now,
        )
    lesson.refresh_from_db()
    assert (lesson.slug, LessonVersion.objects.count()) == ("one", 1)


def test_an_empty_lesson_is_not_published(make_course, now):
    course = make_course(titles=["One"])
    section = Section.objects.get(course=course)
    lesson = lessons.add_lesson(
        section.pk,
        content=lessons.LessonContent(title="Empty", body="<p> </p>"),
        actor="owner",
        now=now,
    )
    with pytest.raises(lessons.LessonIsEmpty):
        lessons.publish_lesson(lesson.pk, actor="owner", now=now)
    lesson.refresh_from_db()
    assert lesson.published_id is None


def test_a_course_without_a_lesson_is_not_published(db, now):
    course = catalogue.add_course(title="Rest", actor="owner", now=now)
    with pytest.raises(catalogue.CourseHasNothingToShow):
        catalogue.publish_course(course.pk, actor="owner", now=now)
    assert Course.objects.get().published_at is None


def test_publishing_twice_is_logged_once(make_course, now):
    lesson = Lesson.objects.get(course=make_course(titles=["One"]))
    lessons.publish_lesson(lesson.pk, actor="owner", now=now)
    assert _verbs("courses.lesson_published") == ["courses.lesson_published"]


def test_lessons_move_within_and_over_sections(make_course, now):
    course = make_course(titles=["One", "Two"])
    second = catalogue.add_section(course.pk, title="Later", actor="o", now=now)
    one, two = Lesson.objects.order_by("pk")
    by = {"actor": "owner", "now": now}
    catalogue.move_lesson(one.pk, up=False, **by)
    assert _order(course) == [("Rest", "two"), ("Rest", "one")]
    catalogue.move_lesson(one.pk, up=False, **by)
    assert _order(course) == [("Rest", "two"), ("Later", "one")]
    catalogue.move_lesson(one.pk, up=False, **by)
    assert _order(course) == [("Rest", "two"), ("Later", "one")]
    catalogue.move_section(second.pk, up=True, **by)
    assert _order(course) == [("Later", "one"), ("Rest", "two")]
    catalogue.move_lesson(two.pk, up=True, **by)
    assert _order(course) == [("Later", "one"), ("Later", "two")]


def test_a_section_with_lessons_is_not_removed(make_course, now):
    section = Section.objects.get(course=make_course())
    with pytest.raises(catalogue.SectionNotEmpty):
        catalogue.remove_section(section.pk, actor="owner", now=now)
    assert Section.objects.count() == 1


def test_an_archived_lesson_frees_its_address_and_keeps_progress(
    make_course, person, now
):
    course = make_course(titles=["One"])
    lesson = Lesson.objects.get()
    learning.finish_lesson(person.pk, lesson_id=lesson.pk, now=now)
    lessons.archive_lesson(lesson.pk, actor="owner", now=now)
    again = lessons.add_lesson(
        Section.objects.get(course=course).pk,
        content=lessons.LessonContent(title="One"),
        actor="owner",
        now=now,
    )
    assert (again.slug, Progress.objects.count()) == ("one", 1)


def test_a_file_is_kept_under_a_random_name(keep):
    media = keep(MP4, name="../../evil\r\n.php")
    with storages["private"].open(media.path) as stored:
        assert stored.read() == MP4
    assert media.path.startswith("courses/")
    assert media.path.endswith(".mp4")
    assert (media.name, media.content_type) == ("evil.mp4", "video/mp4")
    assert media.size_bytes == len(MP4)


def test_a_fake_video_is_refused_and_nothing_is_kept(keep, tmp_path):
    with pytest.raises(files.NotThatKindOfFile):
        keep(b"MZ\x90\x00" + bytes(99), name="film.mp4")
    assert Media.objects.count() == 0
    assert list(tmp_path.rglob("*.mp4")) == []


def test_a_file_is_not_left_behind_when_its_row_cannot_be_written(
    keep, tmp_path, monkeypatch
):
    monkeypatch.setattr(files, "content_type", lambda extension: None)
    with pytest.raises(IntegrityError):
        keep()
    assert list(tmp_path.rglob("*.mp4")) == []


def test_progress_is_kept_and_a_watched_video_is_done(make_course, person, now):
    make_course(titles=["One"])
    lesson = Lesson.objects.get().pk
    for position, done in [(0, False), (50, False), (0, False), (95, True), (5, True)]:
        assert done is learning.keep_position(
            person.pk,
            lesson_id=lesson,
            position_seconds=position,
            duration_seconds=100,
            now=now,
        )
    row = Progress.objects.get()
    assert (row.position_seconds, row.done_at) == (5, now)
    assert [v for v in _verbs("courses.lesson") if "publish" not in v][1:] == [
        "courses.lesson_opened",
        "courses.lesson_done",
    ]


def test_a_lesson_marked_done_by_mistake_is_opened_again(make_course, person, now):
    make_course(titles=["One"])
    lesson = Lesson.objects.get().pk
    for _time in range(2):
        learning.finish_lesson(person.pk, lesson_id=lesson, now=now)
    for _time in range(2):
        learning.reopen_lesson(person.pk, lesson_id=lesson, now=now)
    assert Progress.objects.get().done_at is None
    assert [v for v in _verbs("courses.lesson") if "publish" not in v][1:] == [
        "courses.lesson_opened",
        "courses.lesson_done",
        "courses.lesson_reopened",
    ]


def test_personal_data_is_handed_over_and_erased(make_course, person, now):
    make_course(titles=["One"])
    learning.finish_lesson(person.pk, lesson_id=Lesson.objects.get().pk, now=now)
    handler = personal_data.get("courses")
    instant = "2026-09-15T08:30:00+00:00"
    assert handler.export(person.pk) == {
        "progress": [
            {
                "course": "Rest",
                "lesson": "one",
                "position_seconds": 0,
                "first_at": instant,
                "last_at": instant,
                "done_at": instant,
            }
        ]
    }
    handler.erase(person.pk, now=now)
    assert Progress.objects.count() == 0
