from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from perenne.practice.domain.packs import end_of, last_day, notice_at, state_of

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("given", "months", "last"),
    [
        (date(2026, 3, 15), 6, date(2026, 9, 15)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 31), 60, date(2031, 1, 31)),
    ],
)
def test_the_last_day_is_so_many_calendar_months_later(given, months, last):
    assert last_day(given, months) == last


@pytest.mark.parametrize(
    ("day", "ends", "notice"),
    [
        # Summer time; the night clocks go back; the notice in summer, the end in winter.
        ("2026-09-15", "2026-09-15T22:00", "2026-09-01T07:00"),
        ("2026-10-25", "2026-10-25T23:00", "2026-10-11T07:00"),
        ("2027-03-28", "2027-03-28T22:00", "2027-03-14T08:00"),
    ],
)
def test_a_pack_ends_with_its_last_day_and_says_so_at_nine(day, ends, notice):
    on = date.fromisoformat(day)
    found = [f"{at(on, PARIS):%Y-%m-%dT%H:%M}" for at in (end_of, notice_at)]
    assert found == [ends, notice]


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "open"),
        ({"left": 0}, "used_up"),
        ({"expires_at": NOW}, "expired"),
        ({"expires_at": NOW, "left": 0}, "expired"),
        ({"open_until": NOW}, "shut"),
        ({"open_until": NOW + HOUR}, "open"),
        ({"open_until": NOW, "expires_at": NOW}, "expired"),
        ({"revoked_at": NOW, "left": 0}, "revoked"),
    ],
)
def test_a_pack_stands_somewhere(changes, state):
    pack = {
        "left": 2,
        "expires_at": NOW + HOUR,
        "open_until": None,
        "revoked_at": None,
    }
    assert state_of(**pack | changes, now=NOW) == state
