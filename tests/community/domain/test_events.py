from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from perenne.community.domain.events import (
    day_before,
    hour_before,
    instant_of,
    link_opens_at,
    reminders,
)

PARIS = ZoneInfo("Europe/Paris")
STARTS = datetime(
    2026, 10, 26, 17, 0, tzinfo=UTC
)  # 18:00, the day after clocks go back


@pytest.mark.parametrize(
    ("on", "at", "instant"),
    [
        (date(2026, 10, 13), time(18), datetime(2026, 10, 13, 16, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2027, 3, 28), time(2, 30), None),
    ],
)
def test_a_wall_time_is_an_instant_unless_clocks_skip_it(on, at, instant):
    assert instant_of(on, at, PARIS) == instant


@pytest.mark.parametrize(
    ("starts", "before"),
    [
        ("2026-10-13T16:00", "2026-10-12T16:00"),
        # 25 hours, and 23: the wall time stays.
        ("2026-10-25T17:00", "2026-10-24T16:00"),
        ("2027-03-28T16:00", "2027-03-27T17:00"),
    ],
)
def test_the_day_before_keeps_the_hour_of_the_clock(starts, before):
    instant = datetime.fromisoformat(starts).replace(tzinfo=UTC)
    assert f"{day_before(instant, PARIS):%Y-%m-%dT%H:%M}" == before


def test_reminders_that_come_too_late_are_left_out():
    day, hour = day_before(STARTS, PARIS), hour_before(STARTS)
    second = timedelta(seconds=1)
    assert [
        reminders(STARTS, PARIS, now=now)
        for now in (day - second, day, hour - second, hour)
    ] == [(day, hour), (None, hour), (None, hour), (None, None)]


def test_the_link_opens_a_quarter_of_an_hour_before():
    assert link_opens_at(STARTS) == STARTS - timedelta(minutes=15)
