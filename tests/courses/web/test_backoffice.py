"""The owner writes a course."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from perenne.core.errors import NotFound
from perenne.courses.models import (
    Course,
    Download,
    Lesson,
    LessonVersion,
    Media,
    Section,
)
from perenne.courses.queries.learning import lesson_for
from perenne.courses.web import urls
from perenne.memberships.api import add_tier, tiers_including
from tests.courses.conftest import MP4, PDF

# What the editor posts: Draft.js content, one paragraph.
BODY = (
    '{"entityMap": {}, "blocks": [{"key": "a", "text": "Breathe.", "type": "unstyled",'
    ' "depth": 0, "inlineStyleRanges": [], "entityRanges": []}]}'
)


@pytest.fixture
def lesson(make_course):
    make_course("Rest", ["One"])
    return Lesson.objects.get()


def _save(client, lesson, button="save", **changes):
    fields = {
        "title": "One, better",
        "body": BODY,
        "minutes": "7",
        "captions_language": "fr",
        "slug": "one",
        "based_on": str(LessonVersion.objects.filter(lesson=lesson).count()),
        button: "yes",
    }
    url = reverse("desk_courses_lesson", args=[lesson.pk])
    return client.post(url, fields | changes)


def _seen(lesson, person, now):
    return lesson_for(person.pk, "rest", lesson.slug, now=now).version


def test_a_course_is_made_published_and_included(owner_client, now):
    owner_client.post(reverse("desk_courses"), {"title": "Rest well"})
    course = Course.objects.get()
    section = Section.objects.get()
    here = [course.pk, section.pk]
    made = owner_client.post(
        reverse("desk_courses_lesson_add", args=here), {"title": "One"}
    )
    lesson = Lesson.objects.get()
    assert made.url == reverse("desk_courses_lesson", args=[lesson.pk])
    assert owner_client.get(made.url).status_code == 200
    _save(owner_client, lesson, "publish")
    owner_client.post(
        reverse("desk_courses_publish", args=[course.pk]), {"publish": "yes"}
    )
    tier = add_tier(name="Club", actor="owner", now=now)
    owner_client.post(
        reverse("desk_courses_course", args=[course.pk]),
        {"title": "Rest", "slug": "rest", "tiers": [str(tier.pk)]},
    )
    course.refresh_from_db()
    assert (course.title, course.slug, course.published_at) == ("Rest", "rest", now)
    assert tiers_including(f"course:{course.pk}") == [tier.pk]
    page = owner_client.get(reverse("desk_courses_course", args=[course.pk]))
    assert page.status_code == 200


def test_a_draft_is_seen_by_the_owner_only_until_published(
    owner_client, lesson, person, give_pass, now
):
    give_pass(person, f"course:{lesson.course_id}")
    _save(owner_client, lesson)
    assert _seen(lesson, person, now).title == "One"
    preview = owner_client.get(reverse("desk_courses_preview", args=[lesson.pk]))
    assert preview.context["version"].body == "<p>Breathe.</p>"
    _save(owner_client, lesson, "publish")
    assert _seen(lesson, person, now).title == "One, better"


def test_a_video_is_uploaded_previewed_and_removed(owner_client, lesson):
    film = SimpleUploadedFile("../film.mov", MP4, "text/html")
    url = reverse("desk_courses_lesson", args=[lesson.pk])
    answer = _save(owner_client, lesson, video=film)
    assert answer.url == url
    media = Media.objects.get()
    assert (media.name, media.content_type) == ("film.mp4", "video/mp4")
    address = reverse("desk_courses_media", args=[media.pk, media.name])
    sent = owner_client.get(address, headers={"Range": "bytes=0-7"})
    assert b"".join(sent.streaming_content) == MP4[:8]
    _save(owner_client, lesson, remove=["video"])
    lesson.refresh_from_db()
    assert lesson.draft.media_ids == set()


def test_a_fake_video_is_refused_beside_its_field(owner_client, lesson):
    fake = SimpleUploadedFile("film.mp4", b"MZ" + bytes(99), "video/mp4")
    answer = _save(owner_client, lesson, video=fake)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["video"]
    assert (Media.objects.count(), LessonVersion.objects.count()) == (0, 1)


def test_an_old_window_is_refused_and_keeps_the_typing(owner_client, lesson):
    answer = _save(owner_client, lesson, based_on="0")
    assert list(answer.context["form"].errors) == ["__all__"]
    assert answer.context["form"].data["title"] == "One, better"
    assert LessonVersion.objects.count() == 1


def test_an_upload_with_progress_is_told_where_to_go(owner_client, lesson):
    url = reverse("desk_courses_lesson", args=[lesson.pk])
    fields = {"title": "T", "minutes": 0, "slug": "one", "based_on": 1, "body": BODY}
    answer = owner_client.post(url, fields, headers={"X-Upload": "1"})
    assert answer.json() == {"next": url}


def test_a_drip_day_begins_at_midnight_in_paris(owner_client, lesson):
    _save(owner_client, lesson, opens_on="2026-12-01", opens_after_days="3")
    lesson.refresh_from_db()
    assert lesson.opens_at.isoformat() == "2026-11-30T23:00:00+00:00"
    page = owner_client.get(reverse("desk_courses_lesson", args=[lesson.pk]))
    assert str(page.context["form"]["opens_on"].value()) == "2026-12-01"


def test_a_lesson_is_moved_hidden_and_taken_off(
    owner_client, lesson, person, give_pass, now
):
    give_pass(person, f"course:{lesson.course_id}")
    url = reverse("desk_courses_lesson_arrange", args=[lesson.pk])
    for what in ("up", "down", "hide"):
        assert owner_client.post(url, {"do": what}).status_code == 302
    with pytest.raises(NotFound):
        _seen(lesson, person, now)
    owner_client.post(url, {"do": "remove"})
    assert owner_client.post(url, {"do": "up"}).status_code == 404


def test_a_section_is_added_renamed_moved_and_removed(owner_client, lesson):
    course = lesson.course_id
    owner_client.post(
        reverse("desk_courses_section_add", args=[course]), {"title": "More"}
    )
    more = Section.objects.get(title="More")
    url = reverse("desk_courses_section", args=[course, more.pk])
    owner_client.post(url, {"do": "rename", "title": "Later"})
    owner_client.post(url, {"do": "up"})
    titles = list(Section.objects.values_list("title", flat=True))
    assert titles == ["Later", "Rest"]
    owner_client.post(url, {"do": "remove"})
    assert list(Section.objects.values_list("title", flat=True)) == ["Rest"]


def test_a_digital_product_is_added_and_its_file_replaced(owner_client):
    url = reverse("desk_courses_download_add")
    fake = SimpleUploadedFile("guide.pdf", b"<html>")
    refused = owner_client.post(url, {"title": "Guide", "file": fake})
    assert list(refused.context["form"].errors) == ["file"]
    guide = SimpleUploadedFile("guide.pdf", PDF)
    owner_client.post(url, {"title": "Guide", "file": guide, "published": "on"})
    row = Download.objects.get()
    old = row.media_id
    owner_client.post(
        reverse("desk_courses_download", args=[row.pk]),
        {"title": "Guide 2", "file": SimpleUploadedFile("g2.pdf", PDF)},
    )
    row.refresh_from_db()
    assert (row.title, row.media_id != old, row.published_at) == ("Guide 2", True, None)


def test_the_course_list_costs_the_same_at_one_and_three(owner_client, make_course):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for title in "ABC":
        make_course(title)
        with CaptureQueriesContext(connection) as queries:
            owner_client.get(reverse("desk_courses"))
        counts.append(len(queries))
    assert counts[0] == counts[2] <= 12


def test_members_reach_no_screen_of_the_owner(member_client, lesson):
    values = {
        "course_id": lesson.course_id,
        "section_id": lesson.section_id,
        "lesson_id": lesson.pk,
        "media_id": 1,
        "download_id": 1,
        "name": "film.mp4",
    }
    answers = {}
    for pattern in urls.desk_urlpatterns:
        names = pattern.pattern.converters
        address = reverse(pattern.name, kwargs={name: values[name] for name in names})
        answers[pattern.name] = (
            member_client.get(address).status_code,
            member_client.post(address).status_code,
        )
    assert set(answers.values()) == {(403, 403)}
