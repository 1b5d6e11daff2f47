"""Whose VAT a sale bears: the table of R120 to R124, and what always holds."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.core import legal
from perenne.money.domain.vat.vat import (
    Category,
    Checked,
    Customer,
    EuSales,
    Seller,
    Supply,
    mention_of,
    treatment,
)
from perenne.money.queries.vat.vat import zones_on

ZONES = zones_on(date(2026, 9, 15))
FRANCHISE, LIABLE = Seller("FR", liable=False), Seller("FR", liable=True)
OSS = Seller("FR", liable=False, oss=True)
COURSE, EVENT, SESSION = Supply.AUTOMATED, Supply.EVENT, Supply.LIVE
YES, NO, DUMB = Checked.VALID, Checked.INVALID, Checked.UNAVAILABLE


def _what(supply, seller, customer, *, above=False):
    found = treatment(
        supply, seller=seller, customer=customer, zones=ZONES, above=above
    )
    return found.rate_bp, str(found.category), found.country, found.mention


def _firm(country, answer=Checked.NOT_ASKED):
    return Customer(country, is_business=True, vat_number=answer)


@pytest.mark.parametrize(
    ("supply", "seller", "customer", "above", "expected"),
    [
        # At home: the seller's regime, for everybody and everything.
        (COURSE, FRANCHISE, Customer("FR"), False, (0, "E", "FR", "franchise")),
        (COURSE, FRANCHISE, Customer("FR"), True, (0, "E", "FR", "franchise")),
        (COURSE, LIABLE, Customer("FR"), False, (2000, "S", "FR", "")),
        (EVENT, LIABLE, Customer("FR"), False, (2000, "S", "FR", "")),
        (SESSION, LIABLE, Customer("FR"), False, (2000, "S", "FR", "")),
        # R124: a French buyer is never reverse-charged.
        (COURSE, LIABLE, _firm("FR", YES), False, (2000, "S", "FR", "")),
        (SESSION, FRANCHISE, _firm("FR", YES), False, (0, "E", "FR", "franchise")),
        # Monaco is France for VAT; Réunion has its own rate, Guyane none.
        (COURSE, LIABLE, Customer("MC"), True, (2000, "S", "FR", "")),
        (COURSE, LIABLE, Customer("RE"), False, (850, "S", "FR", "")),
        (COURSE, LIABLE, _firm("MQ"), False, (850, "S", "FR", "")),
        (SESSION, LIABLE, Customer("RE"), False, (2000, "S", "FR", "")),
        (COURSE, LIABLE, Customer("GF"), False, (0, "O", "GF", "territory")),
        (COURSE, FRANCHISE, Customer("GF"), False, (0, "E", "FR", "franchise")),
        # R121: consumers of other member states, below and above the threshold.
        (COURSE, FRANCHISE, Customer("DE"), False, (0, "E", "FR", "franchise")),
        (COURSE, LIABLE, Customer("DE"), False, (2000, "S", "FR", "")),
        (COURSE, FRANCHISE, Customer("DE"), True, (1900, "S", "DE", "")),
        (COURSE, LIABLE, Customer("HU"), True, (2700, "S", "HU", "")),
        (COURSE, OSS, Customer("FI"), False, (2550, "S", "FI", "")),
        # R120: an event online is taxed where it is watched, without a threshold.
        (EVENT, FRANCHISE, Customer("DE"), False, (1900, "S", "DE", "")),
        (EVENT, LIABLE, Customer("LU"), True, (1700, "S", "LU", "")),
        # R120: work for one client is taxed at the seller's.
        (SESSION, FRANCHISE, Customer("DE"), True, (0, "E", "FR", "franchise")),
        (SESSION, LIABLE, Customer("DE"), True, (2000, "S", "FR", "")),
        (SESSION, LIABLE, Customer("US"), True, (2000, "S", "FR", "")),
        # R124: a business of another member state pays the VAT itself…
        (COURSE, LIABLE, _firm("BE", YES), True, (0, "AE", "BE", "reverse_charge")),
        (SESSION, LIABLE, _firm("BE", YES), False, (0, "AE", "BE", "reverse_charge")),
        (EVENT, FRANCHISE, _firm("GR", YES), False, (0, "AE", "GR", "reverse_charge")),
        # … once the register says yes; silence is neither yes nor no.
        (COURSE, LIABLE, _firm("BE", NO), True, (2100, "S", "BE", "")),
        (COURSE, LIABLE, _firm("BE", DUMB), True, (2100, "S", "BE", "")),
        (COURSE, LIABLE, _firm("BE", DUMB), False, (2000, "S", "FR", "")),
        (SESSION, LIABLE, _firm("BE"), False, (2000, "S", "FR", "")),
        # Outside the Union.
        (COURSE, LIABLE, Customer("US"), True, (0, "O", "US", "outside_consumer")),
        (COURSE, FRANCHISE, Customer("CH"), False, (0, "O", "CH", "outside_consumer")),
        (EVENT, LIABLE, Customer("GB"), False, (0, "O", "GB", "outside_consumer")),
        (SESSION, LIABLE, _firm("GB"), False, (0, "O", "GB", "outside_business")),
        (COURSE, LIABLE, _firm("CA"), True, (0, "O", "CA", "outside_business")),
    ],
)
def test_whose_vat_is_due(supply, seller, customer, above, expected):
    assert _what(supply, seller, customer, above=above) == expected


@pytest.mark.parametrize(
    ("seller", "customer", "without_bp"),
    [
        (LIABLE, _firm("BE", YES), 2000),
        (FRANCHISE, _firm("BE", YES), 0),
        (LIABLE, _firm("US"), 2000),
        (LIABLE, Customer("US"), 0),
        (LIABLE, _firm("FR"), 0),
        (LIABLE, _firm("BE", DUMB), 0),
    ],
)
def test_only_a_business_abroad_pays_the_price_without_vat(
    seller, customer, without_bp
):
    found = treatment(COURSE, seller=seller, customer=customer, zones=ZONES, above=True)
    assert found.without_bp == without_bp


COUNTRIES = st.sampled_from(
    [*sorted(ZONES.members), *sorted(ZONES.territories), "US", "GB", "CH", "BR"]
)
CASES = {
    "supply": st.sampled_from(list(Supply)),
    "seller": st.builds(
        Seller, st.sampled_from(["FR", "DE"]), st.booleans(), st.booleans()
    ),
    "customer": st.builds(
        Customer, COUNTRIES, st.booleans(), st.sampled_from(list(Checked))
    ),
    "above": st.booleans(),
}


@given(**CASES)
def test_vat_is_charged_exactly_under_category_s(supply, seller, customer, above):
    found = treatment(
        supply, seller=seller, customer=customer, zones=ZONES, above=above
    )
    assert (found.rate_bp > 0) == (found.category == Category.TAXED)
    assert (found.mention == "") == (found.category == Category.TAXED)
    assert found.one_stop == (
        found.category == Category.TAXED and found.country != seller.country
    )
    assert found.mention == mention_of(
        found.category,
        country=found.country,
        is_business=customer.is_business,
        zones=ZONES,
    )


@given(**CASES)
def test_who_is_at_home_is_never_reverse_charged(supply, seller, customer, above):
    found = treatment(
        supply, seller=seller, customer=customer, zones=ZONES, above=above
    )
    if ZONES.state_of(customer.country) == seller.country:
        assert found.category != Category.REVERSED
        assert not found.one_stop
        assert not found.counts


@given(**CASES)
def test_no_answer_of_the_register_costs_the_state_no_vat(
    supply, seller, customer, above
):
    """R124: everything but a yes is treated as a consumer is, inside the Union."""
    if ZONES.state_of(customer.country) not in ZONES.members:
        return
    if ZONES.territories.get(customer.country):
        return
    for answer in (Checked.NOT_ASKED, Checked.INVALID, Checked.UNAVAILABLE):
        firm = Customer(customer.country, is_business=True, vat_number=answer)
        consumer = Customer(customer.country)
        assert treatment(
            supply, seller=seller, customer=firm, zones=ZONES, above=above
        ) == treatment(
            supply, seller=seller, customer=consumer, zones=ZONES, above=above
        )


@given(**CASES)
def test_only_automated_sales_to_other_members_count(supply, seller, customer, above):
    found = treatment(
        supply, seller=seller, customer=customer, zones=ZONES, above=above
    )
    abroad = ZONES.state_of(customer.country)
    reversed_ = customer.is_business and customer.vat_number == Checked.VALID
    assert found.counts == (
        supply == Supply.AUTOMATED
        and abroad in ZONES.members
        and abroad != seller.country
        and not reversed_
    )


LIMIT = 1_000_000


@pytest.mark.parametrize(
    ("sales", "sale", "abroad"),
    [
        (EuSales(0, 999_900), 100, False),
        (EuSales(0, 999_900), 101, True),
        (EuSales(1_000_000, 0), 100, False),
        (EuSales(1_000_001, 0), 100, True),
        (EuSales(0, 0, abroad=True), 100, True),
        (EuSales(0, 0), 1_000_001, True),
    ],
)
def test_the_very_sale_that_crosses_goes_abroad(sales, sale, abroad):
    assert sales.go_abroad(sale, threshold_cents=LIMIT) is abroad


def test_the_figures_are_the_laws():
    day = date(2026, 9, 15)
    assert legal.value("eu_vat_thresholds", "distance_sales", on=day) == 10_000
    assert legal.value("eu_vat_thresholds", "single_evidence", on=day) == 100_000
    assert len(ZONES.members) == 27
    assert {"EU", "GB", "CH"} & ZONES.members == set()
    assert all(country in ZONES.rates for country in ZONES.members)
