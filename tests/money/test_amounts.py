import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.money.domain.checkout.amounts import Amounts, amounts_of


@pytest.mark.parametrize(
    ("gross", "rate_bp", "net", "tax"),
    [
        (4900, 0, 4900, 0),
        (4900, 2000, 4083, 817),
        (12000, 2000, 10000, 2000),
        (1, 2000, 1, 0),
        (3, 2000, 2, 1),  # exactly half a cent rounds up
        (999, 550, 947, 52),
        (1500, 2550, 1195, 305),
    ],
)
def test_a_price_is_split_to_the_cent(gross, rate_bp, net, tax):
    assert amounts_of(gross, "EUR", vat_rate_bp=rate_bp) == Amounts(
        "EUR", net, tax, gross, rate_bp
    )


@given(st.integers(1, 10**9), st.integers(0, 3000))
def test_net_and_tax_always_make_gross(gross, rate_bp):
    amounts = amounts_of(gross, "EUR", vat_rate_bp=rate_bp)
    assert amounts.net_cents + amounts.tax_cents == gross
    assert abs(amounts.tax_cents - gross * rate_bp / (10_000 + rate_bp)) <= 0.5000001


def test_amounts_that_do_not_add_up_cannot_exist():
    with pytest.raises(ValueError, match="net and tax do not make gross"):
        Amounts("EUR", 100, 20, 119, 2000)
