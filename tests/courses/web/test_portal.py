"""The member's pages: query counts, progress, files in parts."""

from datetime import timedelta

import pytest
from django.core.signing import Signer
from django.urls import reverse

from perenne.core import clock
from perenne.courses.models import Course, Lesson, Progress
from perenne.courses.web.links import MediaLink, media_address
from tests.courses.conftest import MP4, PDF

HOUR = timedelta(hours=1)


@pytest.fixture
def film(business, make_course, keep, person, give_pass):
    """A course whose first lesson has a video; ana has a pass."""
    video = keep()
    course = make_course("Rest", ["Clip", "Two"], {"Clip": {"video_id": video.pk}})
    give_pass(person, f"course:{course.pk}")
    return video


@pytest.fixture
def address(film, person, now):
    """Ana's link to the video."""
    return media_address(
        MediaLink(
            person_id=person.pk,
            media_id=film.pk,
            course_id=Course.objects.get().pk,
            lesson_id=Lesson.objects.get(slug="clip").pk,
        ),
        film,
        now=now,
    )


def _body(response):
    return b"".join(response.streaming_content)


def test_a_lesson_costs_at_most_eight_queries(
    business, film, member_client, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        response = member_client.get(reverse("courses_lesson", args=["rest", "clip"]))
    assert response.status_code == 200
    assert response["Cache-Control"] == (
        "max-age=0, no-cache, no-store, must-revalidate, private"
    )


def test_a_longer_course_costs_no_more_queries(
    business,
    film,
    make_course,
    person,
    give_pass,
    member_client,
    django_assert_num_queries,
):
    def count(slug, lesson):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            member_client.get(reverse("courses_lesson", args=[slug, lesson]))
        return len(queries)

    long = make_course("Long", [f"L{i}" for i in range(9)])
    give_pass(person, f"course:{long.pk}")
    assert count("long", "l0") == count("rest", "clip")


def test_my_courses_cost_the_same_at_one_and_three(
    business,
    film,
    make_course,
    person,
    give_pass,
    member_client,
    django_assert_num_queries,
):
    with django_assert_num_queries(7):
        member_client.get(reverse("courses_mine"))
    for title in ("B", "C"):
        give_pass(person, f"course:{make_course(title).pk}")
    with django_assert_num_queries(7):
        member_client.get(reverse("courses_mine"))


def test_the_player_keeps_the_place_and_ends_the_lesson(
    film, person, member_client, now
):
    url = reverse("courses_position", args=["rest", "clip"])
    answers = [
        member_client.post(url, {"position": place, "duration": "100"}).json()
        for place in ("0", "42.7", "x", "-5", "9" * 30, "95")
    ]
    assert answers == [{"done": False}] * 5 + [{"done": True}]
    row = Progress.objects.get()
    assert (row.person_id, row.position_seconds, row.done_at) == (person.pk, 95, now)


def test_the_video_starts_where_it_was_left(film, member_client):
    url = reverse("courses_position", args=["rest", "clip"])
    member_client.post(url, {"position": "42", "duration": "100"})
    page = member_client.get(reverse("courses_lesson", args=["rest", "clip"]))
    assert 'data-start="42"' in page.content.decode()


def test_done_goes_on_to_the_next_lesson_then_to_the_course(film, member_client):
    on = member_client.post(reverse("courses_done", args=["rest", "clip"]))
    assert on.url == reverse("courses_lesson", args=["rest", "two"])
    end = member_client.post(reverse("courses_done", args=["rest", "two"]))
    assert end.url == reverse("courses_course", args=["rest"])
    url = reverse("courses_done", args=["rest", "two"])
    assert member_client.post(url, {"done": "no"}).url == reverse(
        "courses_lesson", args=["rest", "two"]
    )
    assert Progress.objects.filter(done_at=None).count() == 1


def test_a_file_is_sent_whole_with_private_headers(address, member_client):
    response = member_client.get(address)
    assert _body(response) == MP4
    names = ["Content-Type", "Content-Length", "Cache-Control", "Accept-Ranges"]
    assert [response[name] for name in names] == [
        *("video/mp4", str(len(MP4)), "private, max-age=3600", "bytes")
    ]
    assert response["Content-Disposition"] == 'inline; filename="film.mp4"'
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [
        ("bytes=0-99", 0, 99),
        ("bytes=1000-", 1000, len(MP4) - 1),
        ("bytes=-24", len(MP4) - 24, len(MP4) - 1),
    ],
)
def test_a_part_is_sent(address, member_client, header, first, last):
    response = member_client.get(address, headers={"Range": header})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/{len(MP4)}"
    assert _body(response) == MP4[first : last + 1]


def test_a_part_outside_the_file_is_refused(address, member_client):
    response = member_client.get(address, headers={"Range": f"bytes={len(MP4)}-"})
    assert (response.status_code, response["Content-Range"]) == (
        416,
        f"bytes */{len(MP4)}",
    )


def test_conditional_requests(address, member_client):
    tag = member_client.get(address)["ETag"]
    same = member_client.get(address, headers={"If-None-Match": tag})
    changed = member_client.get(
        address, headers={"Range": "bytes=0-1", "If-Range": '"old"'}
    )
    head = member_client.head(address)
    assert (same.status_code, changed.status_code) == (304, 200)
    assert (head.status_code, head["Content-Length"], head.content) == (
        *(200, str(len(MP4)), b""),
    )


def test_a_link_works_for_hours_not_for_days(address, member_client, now):
    found = {}
    for hours in (5, 6):
        with clock.frozen(now + hours * HOUR):
            found[hours] = member_client.get(address).status_code
    assert found == {5: 200, 6: 404}


def test_a_forged_link_opens_nothing(address, member_client, person, film):
    token = address.split("/")[3]
    values = [person.pk, film.pk, 1, 1, 0, 9_999_999_999]
    forged = [
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token.split(":")[0],
        Signer(salt="another").sign_object(values),
        Signer(key="guess", salt="perenne.courses.media").sign_object(values),
        Signer(salt="perenne.courses.media").sign_object([1, 2]),
        "x",
    ]
    answers = [
        member_client.get(reverse("courses_media", args=[t, "film.mp4"])).status_code
        for t in forged
    ]
    assert answers == [404] * len(forged)


def test_a_link_needs_its_person_signed_in(
    address, client, make_person, give_pass, now
):
    from perenne.people.api import open_account

    bo = make_person("bo@example.org")
    give_pass(bo, f"course:{Course.objects.get().pk}")
    assert client.get(address).status_code == 302
    client.force_login(
        open_account(bo, now=now), backend="django.contrib.auth.backends.ModelBackend"
    )
    assert client.get(address).status_code == 404


def test_links_of_one_hour_are_the_same(film, person, now):
    link = MediaLink(person_id=person.pk, media_id=film.pk)
    later = media_address(link, film, now=now + HOUR / 4)
    assert media_address(link, film, now=now) == later


def test_a_lost_file_is_not_found_and_says_nothing(address, member_client, film):
    from perenne.courses.gateways import private_files

    private_files.forget(film.path)
    assert member_client.get(address).status_code == 404


def test_what_is_no_video_is_saved_not_opened(
    make_course, keep, person, give_pass, member_client
):
    sheet = keep(PDF, "file", 'a"b<c>.pdf')
    course = make_course("Rest", ["S"], {"S": {"attachment_id": sheet.pk}})
    give_pass(person, f"course:{course.pk}")
    page = member_client.get(reverse("courses_lesson", args=["rest", "s"]))
    response = member_client.get(page.context["files"]["attachment"])
    assert response["Content-Disposition"] == 'attachment; filename="a b c.pdf"'


def test_lesson_text_is_cleaned_again_when_shown(
    film, make_course, person, give_pass, member_client
):
    from perenne.courses.actions.lessons import LessonVersion

    lesson = Lesson.objects.get(slug="two")
    bad = LessonVersion.objects.create(
        lesson=lesson,
        number=9,
        title="Two",
        body="<script>steal()</script><p>Kept</p>",
        saved_at=clock.now(),
    )
    Lesson.objects.filter(pk=lesson.pk).update(published=bad)
    page = member_client.get(reverse("courses_lesson", args=["rest", "two"]))
    text = page.content.decode()
    assert ("steal()" in text, "<p>Kept</p>" in text) == (False, True)
