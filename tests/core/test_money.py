"""Money adds up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.core.domain.money import Money, allocate, cents, share

WEIGHTS = st.lists(st.integers(0, 10_000), min_size=1, max_size=20).filter(any)


def test_allocate_gives_the_odd_cent_to_the_first():
    assert allocate(1000, [1, 1, 1]) == [334, 333, 333]


@given(st.integers(-(10**9), 10**9), WEIGHTS)
def test_allocate_sums_to_the_whole_and_stays_within_a_cent(total, weights):
    parts = allocate(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    assert all(
        abs(Decimal(part) - Decimal(total) * weight / whole) < 1
        for part, weight in zip(parts, weights, strict=True)
    )


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]])
def test_allocate_refuses_weights_that_split_nothing(weights):
    with pytest.raises(ValueError, match="weights"):
        allocate(100, weights)


@pytest.mark.parametrize(
    ("total", "rate_bp", "expected"),
    [(10_000, 2000, 2000), (999, 2000, 200), (1, 5000, 1), (-999, 2000, -200)],
)
def test_share_rounds_half_away_from_zero(total, rate_bp, expected):
    assert share(total, rate_bp) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [("12.345", "EUR", 1235), ("12.344", "EUR", 1234), ("500", "JPY", 500)],
)
def test_cents_follow_the_currency(amount, currency, expected):
    assert cents(Decimal(amount), currency) == expected


def test_money_refuses_to_mix_currencies():
    with pytest.raises(ValueError, match="cannot be mixed"):
        Money(100, "EUR") + Money(100, "USD")


def test_money_in_major_units_is_exact():
    assert (Money(1234, "EUR").decimal(), Money(1234, "JPY").decimal()) == (
        Decimal("12.34"),
        Decimal(1234),
    )
