"""What is paid today and afterwards: to the cent, for every kind of price."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.money.domain.checkout.plans import (
    Plan,
    Stretch,
    Terms,
    periods_left,
    plan_of,
)
from perenne.money.domain.checkout.quoting import NO_REDUCTION, Reduction

ONCE = Terms(10_000)
MONTHLY = Terms(900, recurring=True)
THIRDS = Terms(9_000, recurring=True, instalments=3)
TRIAL = Terms(900, recurring=True, trial_days=14)
PAID_TRIAL = Terms(900, recurring=True, trial_days=14, trial_cents=100)
HALF, EURO = Reduction(percent_bp=5000), Reduction(amount_cents=100)


@pytest.mark.parametrize(
    ("terms", "reduction", "periods", "plan"),
    [
        (ONCE, NO_REDUCTION, 1, Plan(10_000)),
        (ONCE, HALF, 1, Plan(5_000)),
        (MONTHLY, NO_REDUCTION, 1, Plan(900, (Stretch(None, 900),))),
        (MONTHLY, HALF, 1, Plan(450, (Stretch(None, 900),))),
        (MONTHLY, HALF, 3, Plan(450, (Stretch(2, 450), Stretch(None, 900)))),
        (MONTHLY, HALF, None, Plan(450, (Stretch(None, 450),))),
        (THIRDS, NO_REDUCTION, 1, Plan(9_000, (Stretch(2, 9_000),))),
        (THIRDS, EURO, 2, Plan(8_900, (Stretch(1, 8_900), Stretch(1, 9_000)))),
        (THIRDS, EURO, 12, Plan(8_900, (Stretch(2, 8_900),))),
        (TRIAL, NO_REDUCTION, 1, Plan(0, (Stretch(None, 900),))),
        (TRIAL, HALF, 1, Plan(0, (Stretch(1, 450), Stretch(None, 900)))),
        (PAID_TRIAL, HALF, None, Plan(100, (Stretch(None, 450),))),
    ],
)
def test_plan_is_what_is_paid(terms, reduction, periods, plan):
    assert plan_of(terms, reduction, periods=periods) == plan


@pytest.mark.parametrize(
    ("terms", "periods", "left"),
    [(MONTHLY, 1, 0), (MONTHLY, 3, 2), (MONTHLY, None, None), (TRIAL, 3, 3)],
)
def test_coupon_waits_for_the_first_full_payment(terms, periods, left):
    assert periods_left(terms, periods) == left


REDUCTIONS = st.builds(
    Reduction, percent_bp=st.integers(1, 10_000), amount_cents=st.just(0)
) | st.builds(Reduction, amount_cents=st.integers(1, 200_000))


@given(
    st.integers(1, 100_000),
    st.integers(2, 24),
    REDUCTIONS,
    st.none() | st.integers(1, 30),
)
def test_instalments_sum_to_the_price_less_each_reduction(
    full, count, reduction, periods
):
    terms = Terms(full, recurring=True, instalments=count)
    plan = plan_of(terms, reduction, periods=periods)
    assert sum(stretch.count for stretch in plan.after) == count - 1
    counted = count if periods is None else min(count, periods)
    assert plan.total_cents == full * count - counted * reduction.on(full)


@given(st.integers(1, 100_000), REDUCTIONS, st.none() | st.integers(1, 30))
def test_plan_agrees_with_what_each_charge_will_take(full, reduction, periods):
    """Walk 40 payments as the clock does: full price less the coupon while it counts."""
    terms = Terms(full, recurring=True)
    plan = plan_of(terms, reduction, periods=periods)
    left, charged = periods_left(terms, periods), [full - reduction.on(full)]
    for _payment in range(39):
        charged.append(full if left == 0 else full - reduction.on(full))
        left = left if left is None else max(0, left - 1)
    shown = [plan.today_cents]
    for stretch in plan.after:
        shown += [stretch.cents] * (40 if stretch.count is None else stretch.count)
    assert shown[:40] == charged
