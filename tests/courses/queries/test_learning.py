"""A lesson is reached only by someone it is open to."""

from datetime import timedelta

import pytest

from perenne.core.errors import NotFound
from perenne.courses.actions import learning, lessons
from perenne.courses.models import Lesson
from perenne.courses.queries.learning import (
    courses_for,
    lesson_for,
    media_for,
    next_lesson_for,
    outline_for,
)
from perenne.memberships.api import add_tier, include_in_tiers

DAY = timedelta(days=1)


@pytest.fixture
def course(make_course):
    return make_course()


@pytest.fixture
def member(person, course, give_pass):
    give_pass(person, f"course:{course.pk}")
    return person


def _refused(person_id, slug, now, course="rest"):
    with pytest.raises(NotFound) as caught:
        lesson_for(person_id, course, slug, now=now)
    return type(caught.value), str(caught.value), caught.value.details


def test_a_member_reads_the_lesson_with_its_neighbours(
    member, now, django_assert_num_queries
):
    with django_assert_num_queries(3):
        page = lesson_for(member.pk, "rest", "two", now=now)
    assert page.version.body == "<p>Secret of Two</p>"
    assert (page.previous.slug, page.next.slug) == ("one", "three")


def test_absent_and_forbidden_are_the_same(course, person, now):
    assert (
        _refused(person.pk, "one", now)
        == _refused(person.pk, "no-such-lesson", now)
        == _refused(person.pk, "one", now, course="no-such-course")
    )


def test_a_visitor_is_nobody(course, now):
    _refused(0, "one", now)


@pytest.mark.parametrize(
    "change", [{"starts_at": DAY}, {"starts_at": -2 * DAY, "ends_at": -DAY}]
)
def test_a_pass_not_begun_or_ended_opens_nothing(
    course, person, give_pass, now, change
):
    period = {key: now + delta for key, delta in change.items()}
    give_pass(person, f"course:{course.pk}", **period)
    _refused(person.pk, "one", now)


def test_a_pass_for_another_course_opens_nothing(
    course, make_course, person, give_pass, now
):
    give_pass(person, f"course:{make_course('Other').pk}")
    _refused(person.pk, "one", now)


def test_a_tier_that_includes_the_course_opens_it(course, person, give_pass, now):
    tier = add_tier(name="Club", actor="owner", now=now)
    include_in_tiers(f"course:{course.pk}", tier_ids=[tier.pk], actor="o", now=now)
    give_pass(person, f"tier:{tier.pk}")
    assert lesson_for(person.pk, "rest", "one", now=now).lesson.slug == "one"


def test_drafts_and_hidden_courses_open_to_nobody(member, course, now):
    Lesson.objects.filter(slug="two").update(published=None)
    _refused(member.pk, "two", now)
    type(course).objects.update(published_at=None)
    _refused(member.pk, "one", now)


def test_a_free_lesson_is_open_without_a_pass(course, person, now):
    Lesson.objects.filter(slug="one").update(is_free=True)
    assert lesson_for(0, "rest", "one", now=now).lesson.is_free is True
    _refused(person.pk, "two", now)


def test_drip_counts_from_the_pass(course, person, give_pass, now):
    give_pass(person, f"course:{course.pk}", starts_at=now - 2 * DAY)
    Lesson.objects.filter(slug="two").update(opens_after_days=3)
    _refused(person.pk, "two", now)
    outline = outline_for(person.pk, "rest", now=now)
    assert outline.lessons[1].opening.opens_at == now + DAY
    assert lesson_for(person.pk, "rest", "two", now=now + DAY).lesson.slug == "two"


def test_in_order_the_second_lesson_waits_for_the_first(member, course, now):
    type(course).objects.update(in_order=True)
    _refused(member.pk, "two", now)
    first = Lesson.objects.get(slug="one")
    learning.finish_lesson(member.pk, lesson_id=first.pk, now=now)
    assert lesson_for(member.pk, "rest", "two", now=now).lesson.slug == "two"


def test_a_file_comes_only_from_an_open_lesson_that_shows_it(
    member, make_person, make_course, give_pass, keep, now
):
    video, other = keep(), keep(name="other.mp4")
    course = make_course("Film", ["Clip"], {"Clip": {"video_id": video.pk}})
    lesson = Lesson.objects.get(slug="clip")
    where = {"course_id": course.pk, "lesson_id": lesson.pk, "now": now}
    give_pass(member, f"course:{course.pk}")
    assert media_for(member.pk, media_id=video.pk, **where) == video
    stranger = make_person("bo@example.org")
    for person_id, media_id in [(stranger.pk, video.pk), (member.pk, other.pk)]:
        with pytest.raises(NotFound):
            media_for(person_id, media_id=media_id, **where)


def test_my_courses_cost_the_same_at_one_and_three(
    person, make_course, give_pass, now, django_assert_num_queries
):
    give_pass(person, f"course:{make_course('A').pk}")
    with django_assert_num_queries(2):
        assert [row.title for row in courses_for(person.pk, now)] == ["A"]
    for title in ("B", "C"):
        give_pass(person, f"course:{make_course(title).pk}")
    with django_assert_num_queries(2):
        found = courses_for(person.pk, now)
    assert [(row.title, row.done, row.total) for row in found] == [
        *(("A", 0, 3), ("B", 0, 3), ("C", 0, 3))
    ]


def test_go_on_where_one_left(member, make_course, give_pass, now):
    other = make_course("Other", ["Alpha", "Beta"])
    give_pass(member, f"course:{other.pk}")
    assert next_lesson_for(member.pk, now).lesson.slug == "one"
    beta = Lesson.objects.get(slug="beta")
    learning.keep_position(
        member.pk,
        lesson_id=beta.pk,
        position_seconds=130,
        duration_seconds=600,
        now=now,
    )
    going = next_lesson_for(member.pk, now)
    assert (going.course_slug, going.lesson.slug) == ("other", "beta")
    assert going.lesson.minutes_left == 8
    learning.finish_lesson(member.pk, lesson_id=beta.pk, now=now)
    assert next_lesson_for(member.pk, now).lesson.slug == "alpha"


def test_nothing_is_next_when_all_is_done_or_nothing_is_open(member, person, now):
    for lesson in Lesson.objects.all():
        learning.finish_lesson(member.pk, lesson_id=lesson.pk, now=now)
    assert next_lesson_for(member.pk, now) is None
    assert outline_for(member.pk, "rest", now=now).percent == 100


def test_members_see_the_published_version_not_the_draft(member, course, now):
    lesson = Lesson.objects.get(slug="one")
    lessons.save_draft(
        lesson.pk,
        content=lessons.LessonContent(title="New", body="<p>New</p>"),
        rules=lessons.LessonRules(slug="one"),
        based_on=1,
        actor="owner",
        now=now,
    )
    assert lesson_for(member.pk, "rest", "one", now=now).version.title == "One"
    lessons.publish_lesson(lesson.pk, actor="owner", now=now)
    assert lesson_for(member.pk, "rest", "one", now=now).version.title == "New"
