"""The struck price is computed from what was really asked (R67)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.core import legal
from perenne.money.domain.offers.prior_prices import Applied, prior_price

NOW = datetime(2026, 9, 15, tzinfo=UTC)


def _history(*rows):
    """Build a history: (days ago, cents[, on sale]) each."""
    return [
        Applied(NOW - timedelta(days=ago), cents, *sold) for ago, cents, *sold in rows
    ]


def _prior(*rows, sold_days=400):
    since = NOW - timedelta(days=sold_days)
    return prior_price(_history(*rows), sold_since=since, now=NOW, days=30)


@pytest.mark.parametrize(
    ("rows", "struck"),
    [
        ([(100, 20_000)], None),
        ([(100, 20_000), (2, 15_000)], 20_000),
        # The lowest of the 30 days before, not the last.
        ([(100, 20_000), (25, 14_000), (20, 20_000), (2, 12_000)], 14_000),
        # What was lowest is no higher than today's price: nothing may be struck.
        ([(100, 20_000), (25, 14_000), (20, 20_000), (2, 15_000)], None),
        # A low price that ended before the 30 days does not count.
        ([(100, 12_000), (40, 20_000), (2, 15_000)], 20_000),
        # Reductions that follow each other: the price before the first.
        ([(100, 20_000), (10, 18_000), (5, 15_000), (2, 12_000)], 20_000),
        # A rise ends a reduction; so a ladder that only rises strikes nothing.
        ([(100, 9_900), (10, 12_900), (2, 14_900)], None),
        ([(100, 20_000), (10, 9_900), (2, 12_900)], None),
        # On sale for less than 30 days before: never a real price long enough.
        ([(29, 20_000), (2, 15_000)], None),
        ([(32, 20_000), (2, 15_000)], 20_000),
        # Taken off the shelf meanwhile.
        ([(100, 20_000), (20, 20_000, False), (10, 20_000), (2, 15_000)], None),
        ([(100, 20_000), (2, 15_000, False), (1, 15_000)], None),
        # The same price written again changes nothing.
        ([(100, 20_000), (20, 20_000), (2, 15_000), (1, 15_000)], 20_000),
        # A reduction that is only planned.
        ([(100, 20_000), (-2, 15_000)], None),
    ],
)
def test_struck_price_is_the_lowest_before_the_reduction(rows, struck):
    assert _prior(*rows) == struck


def test_a_launch_price_that_nobody_could_pay_is_not_struck():
    rows = [(100, 20_000), (2, 15_000)]
    assert _prior(*rows, sold_days=31) is None
    assert _prior(*rows, sold_days=32) == 20_000


def test_the_days_are_the_laws():
    assert legal.value("consumer_terms", "prior_price_days", on=NOW.date()) == 30


@given(
    st.lists(
        st.tuples(st.integers(0, 90), st.integers(1, 5), st.booleans()),
        min_size=1,
        max_size=8,
    )
)
def test_nothing_is_struck_that_was_not_asked_all_along(rows):
    history = sorted(_history(*rows), key=lambda row: row.since)
    struck = prior_price(
        history, sold_since=NOW - timedelta(days=400), now=NOW, days=30
    )
    if struck is not None:
        assert struck > history[-1].amount_cents
        assert struck in {row.amount_cents for row in history if row.on_sale}
