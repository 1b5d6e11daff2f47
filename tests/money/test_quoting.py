"""What a basket costs: every cent of it has its place."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.money.domain.checkout.quoting import Item, Reduction, quote

EBOOK = Item(1990, "EUR", 0)
COURSE = Item(10_000, "EUR", 2000)


@pytest.mark.parametrize(
    ("reduction", "discounts", "total"),
    [
        (Reduction(), [0, 0], 11_990),
        (Reduction(percent_bp=1000), [1000, 199], 10_791),
        (Reduction(percent_bp=10_000), [10_000, 1990], 0),
        (Reduction(amount_cents=1000), [834, 166], 10_990),
        (Reduction(amount_cents=50_000), [10_000, 1990], 0),
    ],
)
def test_reduction_is_taken_off_each_line_it_counts_for(reduction, discounts, total):
    quoted = quote([COURSE, EBOOK], reduction)
    assert [line.discount_cents for line in quoted.lines] == discounts
    assert quoted.total.gross_cents == total


def test_reduction_leaves_what_it_does_not_count_for():
    quoted = quote([COURSE, replace(EBOOK, reducible=False)], Reduction(5000))
    assert [line.discount_cents for line in quoted.lines] == [5000, 0]


def test_vat_is_rounded_once_per_rate_as_on_the_invoice():
    """Three lines of 1.00 at 20 %: 0.17 each would be 0.51, the sum's VAT is 0.50."""
    quoted = quote([Item(100, "EUR", 2000)] * 3)
    assert quoted.total.tax_cents == 50
    assert [line.amounts.tax_cents for line in quoted.lines] == [17, 17, 16]


@pytest.mark.parametrize("items", [[], [EBOOK, Item(1, "USD", 0)]])
def test_basket_has_items_of_one_currency(items):
    with pytest.raises(ValueError, match="one currency"):
        quote(items)


ITEMS = st.lists(
    st.builds(
        Item,
        st.integers(0, 1_000_000),
        st.just("EUR"),
        st.sampled_from([0, 550, 2000]),
        st.just(""),
        st.booleans(),
    ),
    min_size=1,
    max_size=6,
)
REDUCTIONS = st.builds(
    Reduction, percent_bp=st.integers(0, 10_000), amount_cents=st.just(0)
) | st.builds(Reduction, amount_cents=st.integers(1, 2_000_000))


@given(ITEMS, REDUCTIONS)
def test_parts_sum_to_the_whole(items, reduction):
    quoted = quote(items, reduction)
    for item, line in zip(items, quoted.lines, strict=True):
        assert item.list_cents == line.discount_cents + line.amounts.gross_cents
        assert line.discount_cents == 0 or item.reducible
    total = quoted.total
    assert total.gross_cents == sum(item.list_cents for item in items) - (
        quoted.discount_cents
    )
    if reduction.amount_cents:
        reducible = sum(item.list_cents for item in items if item.reducible)
        assert quoted.discount_cents == min(reduction.amount_cents, reducible)
