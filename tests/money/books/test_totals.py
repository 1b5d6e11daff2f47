"""What an invoice adds up to: tables of cents, and what always holds."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.money.domain.books.invoices import Line, VatGroup, totals, unit_net


def _line(cents, rate=None, quantity="1", discount=0):
    return Line(
        description="Atelier",
        unit_price_cents=cents,
        quantity=Decimal(quantity),
        vat_rate_bp=rate,
        discount_cents=discount,
    )


@pytest.mark.parametrize(
    ("lines", "with_vat", "net", "tax", "gross"),
    [
        ([_line(4900)], True, 4900, 0, 4900),
        ([_line(4900, 2000)], True, 4083, 817, 4900),
        ([_line(4900, 2000)], False, 4900, 980, 5880),
        ([_line(3, 2000)], True, 2, 1, 3),
        ([_line(1, 2000)], True, 1, 0, 1),
        ([_line(999, 550)], True, 947, 52, 999),
        ([_line(1005, 1000)], False, 1005, 101, 1106),
        ([_line(9000, 2000, "6.5")], False, 58500, 11700, 70200),
        ([_line(3333, None, "0.333")], False, 1110, 0, 1110),
        ([_line(5000, 2000, discount=500)], False, 4500, 900, 5400),
        # Once per rate, not per line: five lines would make 95 cents by line.
        ([_line(99, 1900)] * 5, False, 495, 94, 589),
        ([_line(10000, 1900)] * 5, True, 42017, 7983, 50000),
        ([_line(10000, 2000), _line(10000, 550)], True, 17812, 2188, 20000),
        ([_line(0, 2000)], True, 0, 0, 0),
    ],
)
def test_totals_to_the_cent(lines, with_vat, net, tax, gross):
    sums = totals(lines, prices_include_vat=with_vat)
    assert (sums.net_cents, sums.tax_cents, sums.gross_cents) == (net, tax, gross)


LINES = st.lists(
    st.builds(
        _line,
        st.integers(0, 10_000_000),
        st.sampled_from([None, 0, 210, 550, 1000, 2000, 2550]),
        st.decimals("0.001", "999", places=3).map(str),
    ),
    min_size=1,
    max_size=12,
)


@given(LINES, st.booleans())
def test_totals_always_add_up(lines, with_vat):
    sums = totals(lines, prices_include_vat=with_vat)
    assert sums.net_cents + sums.tax_cents == sums.gross_cents
    assert sum(sums.line_nets) == sums.net_cents
    whole = sum(line.amount_cents for line in lines)
    assert (sums.gross_cents if with_vat else sums.net_cents) == whole


@given(LINES, st.booleans())
def test_the_order_of_lines_changes_no_total(lines, with_vat):
    there = totals(lines, prices_include_vat=with_vat)
    back = totals(lines[::-1], prices_include_vat=with_vat)
    assert there.groups == back.groups


@given(LINES)
def test_tax_is_within_half_a_cent_of_the_exact_one(lines):
    for group in totals(lines, prices_include_vat=False).groups:
        exact = Decimal(group.net_cents) * (group.rate_bp or 0) / 10_000
        assert abs(group.tax_cents - exact) <= Decimal("0.5")


def test_a_group_that_does_not_add_up_cannot_exist():
    with pytest.raises(ValueError, match="add up"):
        VatGroup(2000, 100, 20, 121)


def test_a_negative_line_cannot_exist():
    with pytest.raises(ValueError, match="credit note"):
        _line(-1)


def test_the_unit_price_is_shown_without_vat():
    assert unit_net(_line(4900, 2000), prices_include_vat=True) == Decimal("4083.33")
    assert unit_net(_line(4900, 2000), prices_include_vat=False) == Decimal("4900.00")
