"""Free slots: wall time, clocks that change, buffers, caps."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.practice.domain.slots import (
    Opening,
    SlotRules,
    Span,
    Taken,
    cells_of,
    days_of,
    free_slots,
    is_inside,
    nearest,
)

PARIS = ZoneInfo("Europe/Paris")
HOUR = SlotRules(minutes=60, step_minutes=60)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def slots(rules, span, day, zone=PARIS, taken=None, now=LONG_AGO, special=None):
    rules = SlotRules(**{**_fields(rules), "horizon_days": 366})
    opening = Opening(dict.fromkeys(range(7), (span,)), zone, special or {})
    return free_slots(
        rules, opening, taken or Taken(), first_day=day, last_day=day, now=now
    )


def _fields(rules):
    return {name: getattr(rules, name) for name in rules.__dataclass_fields__}


def walls(found, zone):
    return [f"{slot.starts_at.astimezone(zone):%d %H:%M}" for slot in found]


@pytest.mark.parametrize(
    ("day", "span", "expected"),
    [
        # Winter, then summer: the wall time stays, the instant moves by an hour.
        (date(2026, 3, 28), (time(9), time(11)), ["08:00", "09:00"]),
        (date(2026, 3, 29), (time(9), time(11)), ["07:00", "08:00"]),
        (date(2026, 10, 24), (time(9), time(11)), ["07:00", "08:00"]),
        (date(2026, 10, 25), (time(9), time(11)), ["08:00", "09:00"]),
        # 29 March: 02:00–03:00 does not exist, 01:00–04:00 holds two hours.
        (date(2026, 3, 29), (time(1), time(4)), ["00:00", "01:00"]),
        (date(2026, 3, 29), (time(2), time(3)), []),
        # 25 October: 02:00–03:00 comes twice, 01:00–04:00 holds four hours.
        (date(2026, 10, 25), (time(1), time(4)), ["23:00", "00:00", "01:00", "02:00"]),
        # Until midnight.
        (date(2026, 6, 1), (time(22), time(0)), ["20:00", "21:00"]),
    ],
)
def test_opening_hours_keep_their_wall_time_when_clocks_change(day, span, expected):
    found = slots(HOUR, Span(*span), day)

    assert [f"{slot.starts_at:%H:%M}" for slot in found] == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Asia/Kathmandu", ["25 13:45", "25 14:45"]),  # UTC+5:45
        ("America/Sao_Paulo", ["25 05:00", "25 06:00"]),
        ("Pacific/Auckland", ["25 21:00", "25 22:00"]),  # UTC+13 since September
        ("Pacific/Honolulu", ["24 22:00", "24 23:00"]),  # still the day before
    ],
)
def test_a_visitor_sees_slots_in_their_own_zone(zone, expected):
    found = slots(HOUR, Span(time(9), time(11)), date(2026, 10, 25))

    assert walls(found, ZoneInfo(zone)) == expected


def test_days_are_the_visitors_own():
    found = slots(HOUR, Span(time(9), time(11)), date(2026, 10, 25))

    assert list(days_of(found, ZoneInfo("Pacific/Honolulu"))) == [date(2026, 10, 24)]


def test_a_booking_blocks_its_time_and_both_buffers():
    rules = SlotRules(
        minutes=60, step_minutes=30, buffer_before_minutes=15, buffer_after_minutes=15
    )
    at_ten = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
    taken = Taken(frozenset(cells_of(rules, at_ten)))

    found = slots(rules, Span(time(8), time(14)), date(2026, 6, 1), taken=taken)

    assert walls(found, PARIS) == [
        "01 08:00",
        "01 08:30",
        "01 11:30",
        "01 12:00",
        "01 12:30",
        "01 13:00",
    ]


def test_notice_and_horizon_bound_what_is_offered():
    now = datetime(2026, 6, 1, 7, 30, tzinfo=UTC)
    opening = Opening(dict.fromkeys(range(7), (Span(time(9), time(11)),)), PARIS)
    rules = SlotRules(minutes=60, step_minutes=60, notice_hours=24, horizon_days=3)

    found = free_slots(
        rules,
        opening,
        Taken(),
        first_day=date(2026, 6, 1),
        last_day=date(2026, 7, 1),
        now=now,
    )

    assert walls(found, PARIS) == ["02 10:00", "03 09:00", "03 10:00", "04 09:00"]


def test_a_full_day_and_a_closed_day_offer_nothing():
    day = date(2026, 6, 1)
    capped = SlotRules(minutes=60, step_minutes=60, daily_cap=2)
    span = Span(time(9), time(11))

    assert slots(capped, span, day, taken=Taken(per_day={day: 2})) == []
    assert len(slots(capped, span, day, taken=Taken(per_day={day: 1}))) == 2
    assert slots(capped, span, day, special={day: ()}) == []


def test_the_nearest_slots_come_first_in_time():
    found = slots(HOUR, Span(time(9), time(15)), date(2026, 6, 1))

    close = nearest(found, datetime(2026, 6, 1, 10, 0, tzinfo=UTC))

    assert walls(close, PARIS) == ["01 11:00", "01 12:00", "01 13:00"]


zones = st.sampled_from(
    ["Europe/Paris", "Asia/Kathmandu", "America/Sao_Paulo", "Australia/Lord_Howe"]
)
quarter = st.integers(0, 95).map(lambda n: time(n // 4, 15 * (n % 4)))
days = st.dates(date(2026, 1, 1), date(2026, 12, 30))
all_rules = st.builds(
    SlotRules,
    minutes=st.integers(1, 30).map(lambda n: 5 * n),
    step_minutes=st.integers(1, 12).map(lambda n: 5 * n),
    buffer_before_minutes=st.integers(0, 40),
    buffer_after_minutes=st.integers(0, 40),
    notice_hours=st.integers(0, 48),
)


@given(zones, quarter, quarter, days, all_rules, st.lists(st.integers(0, 1440)))
def test_what_is_offered_lies_in_the_hours_and_meets_no_booking(
    zone, one, other, day, rules, booked
):
    zone, span = ZoneInfo(zone), Span(min(one, other), max(one, other))
    midnight = datetime.combine(day, time(0), zone).astimezone(UTC)
    cells = set()
    for minute in booked:
        cells |= set(cells_of(rules, midnight + timedelta(minutes=minute)))
    now = midnight - timedelta(hours=12)
    opening = Opening({day.weekday(): (span,)}, zone)

    found = free_slots(
        rules, opening, Taken(frozenset(cells)), first_day=day, last_day=day, now=now
    )

    for slot in found:
        assert is_inside(slot, span, day=day, zone=zone)
        assert slot.ends_at - slot.starts_at == timedelta(minutes=rules.minutes)
        assert slot.starts_at >= now + timedelta(hours=rules.notice_hours)
        assert cells.isdisjoint(cells_of(rules, slot.starts_at))
    assert found == sorted(set(found))


@given(all_rules, st.integers(0, 2000), st.integers(0, 2000))
def test_bookings_whose_buffered_times_overlap_share_a_cell(rules, one, other):
    start = datetime(2026, 6, 1, tzinfo=UTC)
    first, second = (start + timedelta(minutes=n) for n in (one, other))
    length = timedelta(
        minutes=rules.minutes + rules.buffer_before_minutes + rules.buffer_after_minutes
    )

    if abs(first - second) < length:
        assert not set(cells_of(rules, first)).isdisjoint(cells_of(rules, second))
