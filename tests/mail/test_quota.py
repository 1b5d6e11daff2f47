from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.mail.domain.quota import WarmUp, cap_on, share

DAY = date(2026, 9, 15)


@pytest.mark.parametrize(
    ("day", "cap"),
    [
        (date(2026, 9, 14), 0),
        (DAY, 50),
        (date(2026, 9, 16), 65),
        (date(2026, 9, 17), 84),
        (date(2026, 9, 25), 676),
        (date(2027, 9, 15), None),
    ],
)
def test_a_warm_up_grows_from_day_to_day_and_ends(day, cap):
    assert WarmUp(DAY, 50, 30).cap_on(day) == cap


def test_a_warm_up_never_stands_still():
    caps = [WarmUp(DAY, 1, 10).cap_on(date(2026, 9, 15 + n)) for n in range(4)]
    assert caps == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("daily_cap", "plan", "cap"),
    [
        (0, None, None),
        (200, None, 200),
        (200, WarmUp(DAY, 50, 30), 50),
        (20, WarmUp(DAY, 50, 30), 20),
        (0, WarmUp(DAY, 50, 30), 50),
    ],
)
def test_the_lower_of_cap_and_plan_counts(daily_cap, plan, cap):
    assert cap_on(DAY, daily_cap=daily_cap, warm_up=plan) == cap


@given(total=st.integers(0, 10_000), among=st.integers(1, 16))
def test_shares_sum_to_the_total_and_differ_by_one_at_most(total, among):
    parts = [share(total, among=among, place=place) for place in range(among)]
    assert (sum(parts), max(parts) - min(parts) <= 1) == (total, True)
