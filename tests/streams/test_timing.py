from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.streams.domain.timing import is_forgotten, minutes_by_day

PARIS = ZoneInfo("Europe/Paris")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


@pytest.mark.parametrize(
    ("start", "stop", "days"),
    [
        ("2026-09-15T10:00:00", "2026-09-15T10:30:00", [(date(2026, 9, 15), 30)]),
        ("2026-09-15T10:00:00", "2026-09-15T10:00:29", []),
        ("2026-09-15T10:00:00", "2026-09-15T10:00:30", [(date(2026, 9, 15), 1)]),
        (
            "2026-09-15T23:30:00",
            "2026-09-16T01:00:00",
            [(date(2026, 9, 15), 30), (date(2026, 9, 16), 60)],
        ),
        # The clock goes forward at 2:00 on 29 March 2026: 1:30 to 3:30 is one hour.
        ("2026-03-29T01:30:00", "2026-03-29T03:30:00", [(date(2026, 3, 29), 60)]),
        # It goes back at 3:00 on 25 October 2026: 1:30 to 3:30 is three hours.
        ("2026-10-25T01:30:00", "2026-10-25T03:30:00", [(date(2026, 10, 25), 180)]),
        ("2026-09-15T10:00:00", "2026-09-15T09:00:00", []),
    ],
)
def test_minutes_by_day(start, stop, days):
    assert minutes_by_day(at(start), at(stop), PARIS) == days


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(0, 3 * 86_400),
)
def test_minutes_by_day_sum_to_the_whole_rounded_once(start, seconds):
    days = minutes_by_day(start, start + timedelta(seconds=seconds), PARIS)
    assert sum(part for _day, part in days) == (seconds + 30) // 60


def test_a_timer_is_forgotten_after_twelve_hours(now):
    assert not is_forgotten(now - timedelta(hours=12), now)
    assert is_forgotten(now - timedelta(hours=12, seconds=1), now)
