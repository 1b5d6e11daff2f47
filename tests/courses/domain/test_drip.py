"""When a lesson opens."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.courses.domain.drip import Opening, Step, opening_instant, openings

SINCE = datetime(2026, 9, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
OPEN, SHUT = Opening(is_open=True), Opening(is_open=False)


def _openings(*steps, since=SINCE, now=SINCE, in_order=False):
    return openings(steps, since=since, now=now, in_order=in_order)


def test_without_access_only_free_lessons_are_open():
    assert _openings(Step(), Step(free=True), since=None) == [SHUT, OPEN]


@pytest.mark.parametrize(
    ("days", "now", "expected"),
    [
        (7, SINCE + 7 * DAY, OPEN),
        (7, SINCE + 7 * DAY - timedelta(microseconds=1), (SINCE + 7 * DAY)),
        (0, SINCE, OPEN),
    ],
)
def test_days_count_from_the_beginning_of_access(days, now, expected):
    if expected is not OPEN:
        expected = Opening(is_open=False, opens_at=expected)
    assert _openings(Step(opens_after_days=days), now=now) == [expected]


def test_of_a_date_and_days_the_later_counts():
    step = Step(opens_at=SINCE + 3 * DAY, opens_after_days=5)
    assert opening_instant(step, since=SINCE) == SINCE + 5 * DAY
    assert opening_instant(step, since=SINCE - 4 * DAY) == SINCE + 3 * DAY


def test_in_order_a_lesson_waits_for_the_ones_before():
    waiting = Opening(is_open=False, after_previous=True)
    assert _openings(
        Step(done=True), Step(free=True), Step(), Step(), in_order=True
    ) == [OPEN, OPEN, OPEN, waiting]


def test_what_was_done_once_stays_open_in_order():
    assert _openings(Step(), Step(done=True), in_order=True) == [OPEN, OPEN]


STEPS = st.lists(
    st.builds(
        Step,
        free=st.booleans(),
        opens_at=st.none() | st.just(SINCE + 3 * DAY),
        opens_after_days=st.none() | st.integers(0, 20),
        done=st.booleans(),
    ),
    max_size=8,
)


@given(STEPS, st.integers(0, 30), st.booleans())
def test_what_is_open_today_is_open_tomorrow(steps, days, in_order):
    today = openings(steps, since=SINCE, now=SINCE + days * DAY, in_order=in_order)
    later = openings(steps, since=SINCE, now=SINCE + 99 * DAY, in_order=in_order)
    assert all(
        after.is_open
        for before, after in zip(today, later, strict=True)
        if before.is_open
    )


@given(STEPS, st.booleans())
def test_nothing_but_free_lessons_opens_without_access(steps, in_order):
    now = SINCE + 999 * DAY
    opened = openings(steps, since=None, now=now, in_order=in_order)
    assert [row.is_open for row in opened] == [step.free for step in steps]
