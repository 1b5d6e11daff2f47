from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.money.domain.renewals.dunning import Dunning
from perenne.money.domain.subscriptions.periods import (
    Rhythm,
    months_before,
    next_period_end,
)

PARIS = ZoneInfo("Europe/Paris")


def _ends(anchor, rhythm, count, zone=PARIS):
    ends, end = [], anchor
    for _ in range(count):
        end = next_period_end(end, rhythm, anchor=anchor, zone=zone)
        ends.append(end.astimezone(zone).isoformat(timespec="minutes"))
    return ends


def test_the_thirty_first_comes_back_after_a_short_month():
    anchor = datetime(2026, 1, 31, 10, tzinfo=PARIS)
    assert _ends(anchor, Rhythm("month"), 4) == [
        "2026-02-28T10:00+01:00",
        "2026-03-31T10:00+02:00",
        "2026-04-30T10:00+02:00",
        "2026-05-31T10:00+02:00",
    ]


@pytest.mark.parametrize(
    ("start", "rhythm", "expected"),
    [
        ((2024, 2, 29), Rhythm("year"), "2025-02-28T12:00+01:00"),
        ((2026, 11, 30), Rhythm("month", 3), "2027-02-28T12:00+01:00"),
        ((2026, 12, 1), Rhythm("month"), "2027-01-01T12:00+01:00"),
        ((2023, 2, 28), Rhythm("year", 1), "2024-02-28T12:00+01:00"),
        ((2026, 8, 31), Rhythm("month", 6), "2027-02-28T12:00+01:00"),
    ],
)
def test_a_period_ends_on_the_anchor_day_of_its_month(start, rhythm, expected):
    assert _ends(datetime(*start, 12, tzinfo=PARIS), rhythm, 1) == [expected]


def test_a_leap_day_comes_back_after_four_years():
    anchor = datetime(2024, 2, 29, 12, tzinfo=PARIS)
    assert _ends(anchor, Rhythm("year"), 4)[-1] == "2028-02-29T12:00+01:00"


def test_a_wall_time_that_the_clocks_skip_moves_once_and_comes_back():
    anchor = datetime(2026, 1, 29, 2, 30, tzinfo=PARIS)
    assert _ends(anchor, Rhythm("month"), 3) == [
        "2026-02-28T02:30+01:00",
        "2026-03-29T03:30+02:00",
        "2026-04-29T02:30+02:00",
    ]


@given(
    st.integers(1_577_836_800, 2_051_222_400),
    st.sampled_from(["month", "year"]),
    st.integers(1, 24),
    st.sampled_from(["Europe/Paris", "Europe/Lisbon", "America/New_York", "UTC"]),
)
def test_periods_run_forward_and_keep_their_day(second, interval, count, name):
    zone = ZoneInfo(name)
    anchor = datetime.fromtimestamp(second, UTC)
    rhythm, end = Rhythm(interval, count), anchor
    first = anchor.astimezone(zone)
    for number in range(1, 6):
        later = next_period_end(end, rhythm, anchor=anchor, zone=zone)
        local = later.astimezone(zone)
        assert later > end
        months = (local.year - first.year) * 12 + local.month - first.month
        assert months == number * rhythm.months
        assert local.day == first.day or (local + timedelta(days=1)).day == 1
        end = later


def test_a_declined_charge_is_tried_again_on_set_days_then_given_up():
    start, rules = datetime(2026, 9, 1, 10, tzinfo=UTC), Dunning((1, 3, 5), 7)
    tries = [rules.retry_at(start, attempts) for attempts in range(1, 6)]
    assert tries == [start + timedelta(days=day) for day in (1, 3, 5)] + [None, None]
    assert rules.last_try_at(start) == start + timedelta(days=5)
    assert rules.access_ends_at(start) == start + timedelta(days=1)
    assert rules.access_ends_at(start, late=True) == start + timedelta(days=7)


@pytest.mark.parametrize(
    ("days", "grace"), [((), 7), ((3, 1), 7), ((0, 2), 7), ((1, 1), 7), ((1, 9), 7)]
)
def test_rules_that_make_no_sense_do_not_exist(days, grace):
    with pytest.raises(ValueError, match=r"run forward|grace"):
        Dunning(days, grace)


@pytest.mark.parametrize(
    ("end", "months", "before"),
    [
        ((2027, 3, 31), 1, "2027-02-28T12:00+01:00"),
        ((2027, 3, 31), 3, "2026-12-31T12:00+01:00"),
        ((2027, 1, 15), 1, "2026-12-15T12:00+01:00"),
        ((2027, 5, 15), 3, "2027-02-15T12:00+01:00"),
        ((2028, 2, 29), 12, "2027-02-28T12:00+01:00"),
    ],
)
def test_months_before_keep_the_day_and_the_wall_time(end, months, before):
    instant = datetime(*end, 12, tzinfo=PARIS)
    found = months_before(instant, months, zone=PARIS).astimezone(PARIS)
    assert found.isoformat(timespec="minutes") == before
