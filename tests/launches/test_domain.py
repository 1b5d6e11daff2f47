from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.launches.domain.conversion import wilson_interval
from perenne.launches.domain.results import PaidOrder, result_of
from perenne.launches.domain.windows import is_provisional, state_at


def test_thirty_buyers_of_a_thousand():
    found = wilson_interval(30, 1_000)
    assert (round(found.share, 4), round(found.low, 4), round(found.high, 4)) == (
        0.03,
        0.0211,
        0.0425,
    )


def test_without_an_audience_nothing_is_claimed():
    assert wilson_interval(0, 0) is None
    with pytest.raises(ValueError, match="between"):
        wilson_interval(3, 2)


@given(st.integers(1, 100_000), st.data())
def test_the_interval_holds_the_share_and_stays_a_share(trials, data):
    found = wilson_interval(data.draw(st.integers(0, trials)), trials)
    assert 0 <= found.low <= found.share <= found.high <= 1


def test_a_launch_is_open_from_its_opening_up_to_its_closing(now):
    closes = now + timedelta(days=5)
    instants = [now - timedelta(seconds=1), now, closes - timedelta(seconds=1), closes]
    assert [state_at(now, closes, at) for at in instants] == [
        "before",
        "open",
        "open",
        "closed",
    ]
    assert is_provisional(closes, closes + timedelta(days=13))
    assert not is_provisional(closes, closes + timedelta(days=14))


def test_result_counts_buyers_beside_the_base_apart():
    orders = [
        PaidOrder(1, 10_000, 12_000),
        PaidOrder(1, 5_000, 6_000),
        PaidOrder(2, 10_000, 12_000, 12_000),
        PaidOrder(9, 10_000, 12_000, 3_000),
    ]
    found = result_of(orders, base=100, in_base={1, 2}, minutes=120)
    assert (found.buyers, found.buyers_outside, found.orders) == (2, 1, 4)
    assert (found.net_cents, found.per_hour_cents) == (22_500, 11_250)
    assert round(found.conversion.share, 3) == 0.02
    assert result_of([], base=0, in_base=set(), minutes=0).per_hour_cents is None
