from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from perenne.practice.domain.month import month_bounds, month_of
from perenne.practice.domain.slots import Slot

KATHMANDU = ZoneInfo("Asia/Kathmandu")


def _slot(*at):
    start = datetime(*at, tzinfo=UTC)
    return Slot(start, start + timedelta(hours=1))


def test_a_month_begins_and_ends_at_the_visitors_midnight():
    assert month_bounds(date(2026, 12, 1), KATHMANDU) == (
        datetime(2026, 11, 30, 18, 15, tzinfo=UTC),
        datetime(2026, 12, 31, 18, 15, tzinfo=UTC),
    )


def test_a_month_marks_free_days_and_shows_the_first_ones_slots():
    late, next_day = _slot(2026, 9, 17, 17), _slot(2026, 9, 17, 19)

    month = month_of(
        [late, next_day],
        first=date(2026, 9, 1),
        zone=KATHMANDU,
        today=date(2026, 9, 15),
        last=date(2026, 11, 14),
        chosen=date(2026, 9, 16),
    )

    assert [day.on.day for day in month.days if day.is_free] == [17, 18]
    assert (month.days[0].on.day, month.days[-1].on.day) == (15, 30)
    assert (month.chosen, month.slots) == (date(2026, 9, 17), [late])
    assert (month.previous, month.next) == (None, date(2026, 10, 1))
