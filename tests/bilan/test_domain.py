"""The figures against sums made by hand, and properties that always hold."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.bilan.domain.dependency import dependency
from perenne.bilan.domain.facts import Away, CashRow
from perenne.bilan.domain.holidays import holiday_test
from perenne.bilan.domain.hours import (
    Coverage,
    coverage,
    passive_ratio,
    per_hour,
    rate_range,
    spread_build,
    spread_shared,
    working_days,
)
from perenne.bilan.domain.income import (
    StreamCash,
    cash_by_stream,
    contributions_by_month,
    net_by_month,
)
from perenne.bilan.domain.periods import Period, period_named

DAY = date(2026, 9, 15)


def cash(cents, *, kind="sale", stream=1, on=DAY, cause="evergreen", **more):
    sold, received = more.pop("sold", on), more.pop("received", on)
    return CashRow(
        on,
        sold,
        received,
        stream,
        kind,
        cause,
        cents,
        **{"counterparty": "", "ref": "", **more},
    )


@pytest.mark.parametrize(
    ("name", "start", "end"),
    [
        ("this_month", date(2026, 9, 1), date(2026, 9, 30)),
        ("last_month", date(2026, 8, 1), date(2026, 8, 31)),
        ("quarter", date(2026, 7, 1), date(2026, 9, 30)),
        ("year", date(2026, 1, 1), date(2026, 12, 31)),
        ("last_year", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_period_named(name, start, end):
    assert period_named(name, DAY) == Period(start, end)


def test_a_period_knows_its_months_and_runs_forward():
    assert Period(date(2026, 11, 20), date(2027, 1, 3)).months() == [
        date(2026, 11, 1),
        date(2026, 12, 1),
        date(2027, 1, 1),
    ]
    with pytest.raises(ValueError, match="ends"):
        Period(DAY, DAY - timedelta(days=1))


def test_net_cash_is_receipts_less_all_that_goes_out():
    rows = [
        cash(10_000),
        cash(5_000, kind="income"),
        cash(-2_000, kind="refund"),
        cash(-300, kind="fee"),
        cash(-1_000, kind="expense"),
        cash(7_000, stream=2),
    ]
    social = contributions_by_month(rows, lambda stream, day: 2_580)
    # (10,000 + 5,000 − 2,000) × 25.8 % = 3,354
    assert social == {(1, date(2026, 9, 1)): -3_354, (2, date(2026, 9, 1)): -1_806}
    found = cash_by_stream(rows, social)
    assert found[1] == StreamCash(15_000, -2_000, -300, -1_000, -3_354, 2, 125_000_000)
    assert (found[1].net, found[2].net) == (8_346, 5_194)


def test_contributions_take_the_rate_of_the_day_received_and_leave_capital_out():
    rows = [
        cash(10_000, on=date(2026, 1, 5), received=date(2025, 12, 30)),
        cash(10_000, on=date(2026, 1, 6)),
        cash(80_000, on=date(2026, 1, 6), kind="income", cause="capital"),
        cash(500, on=date(2026, 1, 6), stream=2),
    ]

    def rate(stream, day):
        return None if stream == 2 else 2_480 if day.year == 2025 else 2_580

    assert contributions_by_month(rows, rate) == {(1, date(2026, 1, 1)): -5_060}


rows_of_cash = st.lists(
    st.builds(
        cash,
        st.integers(-100_000, 100_000),
        kind=st.sampled_from(["sale", "refund", "fee", "income", "expense"]),
        stream=st.integers(1, 3),
        on=st.dates(date(2026, 1, 1), date(2026, 6, 30)),
    )
)


@given(rows_of_cash)
def test_months_and_streams_sum_to_the_same_net(rows):
    social = contributions_by_month(rows, lambda stream, day: 2_580)
    months = Period(date(2026, 1, 1), date(2026, 6, 30)).months()
    by_stream = cash_by_stream(rows, social)
    by_month = net_by_month(rows, social, months)
    assert {key: sum(values) for key, values in by_month.items()} == {
        key: part.net for key, part in by_stream.items()
    }
    whole = sum(row.amount_cents for row in rows) + sum(social.values())
    assert sum(part.net for part in by_stream.values()) == whole


@given(st.dictionaries(st.integers(1, 9), st.integers(0, 9_999)), st.integers(0, 9_999))
def test_shared_minutes_are_spread_whole_or_not_at_all(direct, shared):
    parts = spread_shared(direct, shared)
    assert sum(parts.values()) == (shared if sum(direct.values()) else 0)


def test_shared_minutes_follow_direct_minutes():
    assert spread_shared({1: 300, 2: 100}, 60) == {1: 45, 2: 15}
    assert spread_shared({}, 60) == {}


def test_build_minutes_are_spread_over_24_months():
    built = [(date(2026, 1, 1), 7_300)]  # ten minutes a day for 730 days
    assert spread_build(built, Period(date(2026, 1, 1), date(2026, 1, 31))) == 310
    assert spread_build(built, Period(date(2027, 12, 31), date(2028, 3, 1))) == 10
    assert spread_build(built, Period(date(2025, 1, 1), date(2025, 12, 31))) == 0
    assert spread_build(built, Period(date(2026, 1, 1), date(2029, 1, 1))) == 7_300


@pytest.mark.parametrize(
    ("net", "minutes", "cents"),
    [(10_050, 60, 10_050), (400_000, 3_900, 6_154), (-100, 120, -50), (5, 0, None)],
)
def test_per_hour(net, minutes, cents):
    assert per_hour(net, minutes) == cents


@pytest.mark.parametrize(
    ("worked", "working", "confidence"),
    [
        (0, 0, "unknown"),
        (29, 100, "unknown"),
        (30, 100, "uncertain"),
        (59, 100, "uncertain"),
        (60, 100, "known"),
    ],
)
def test_coverage_says_how_sure_the_rate_is(worked, working, confidence):
    assert Coverage(worked, working).confidence == confidence


def test_coverage_counts_working_days_up_to_today():
    week = Period(date(2026, 9, 14), date(2026, 9, 20))
    days = working_days(week, off={date(2026, 9, 16)}, today=date(2026, 9, 17))
    assert days == [date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 17)]
    saturday = date(2026, 9, 19)
    assert coverage(days, {date(2026, 9, 14), saturday}) == Coverage(1, 3)


def test_few_receipts_carry_a_range():
    few = StreamCash(receipts=30_000, receipt_count=3, square_sum=3 * 10_000**2)
    # 300 € ± 1.96 × √3 × 100 €, over ten hours
    assert rate_range(few, 600) == (-395, 6_395)
    assert rate_range(StreamCash(receipt_count=30, square_sum=1), 600) is None
    assert rate_range(few, 0) is None
    assert rate_range(StreamCash(), 600) is None


def test_passive_ratio_counts_days_without_work_on_the_stream():
    rows = [
        cash(3_000, on=date(2026, 9, 1)),
        cash(1_000, on=date(2026, 9, 2)),
        cash(-500, on=date(2026, 9, 1), kind="refund"),
    ]
    assert passive_ratio(
        rows, {(date(2026, 9, 2), 1), (date(2026, 9, 1), 2)}
    ) == Decimal("0.75")
    assert passive_ratio([], set()) is None


@given(st.integers(1, 50), st.integers(1, 10_000))
def test_equal_shares_have_their_number_as_effective_number(count, amount):
    found = dependency({str(at): amount for at in range(count)})
    assert (found.effective_number, found.top_share) == (count, Decimal(1) / count)


def test_dependency_names_the_first_and_ignores_losses():
    found = dependency({"1:1": 600, "Courses": 200, "Events": -50})
    assert (found.top_name, found.top_share) == ("1:1", Decimal("0.75"))
    assert (found.hhi, found.effective_number) == (Decimal("0.625"), Decimal("1.6"))
    assert dependency({"1:1": 0}) is None


def test_holiday_test_by_both_dates_against_a_normal_week():
    away = Away(1, date(2026, 8, 3), date(2026, 8, 16), "Summer")
    weeks = [
        cash(10_000, on=away.first_on - timedelta(days=7 * week + 1))
        for week in range(26)
    ]
    during = [
        cash(4_000, on=date(2026, 8, 4), cause="renewal"),
        # sold before leaving, received while away
        cash(6_000, on=date(2026, 8, 5), sold=date(2026, 7, 30), cause="mission"),
    ]
    test = holiday_test(away, [*weeks, *during], books_since=date(2026, 1, 1))
    assert test.received.net == 10_000
    assert test.received.by_cause == [("mission", 6_000), ("renewal", 4_000)]
    assert (test.received.weekly, test.received.normal_week) == (5_000, 10_000)
    assert test.received.kept == Decimal("0.5")
    assert test.sold.by_cause == [("renewal", 4_000)]
    assert (test.sold.weekly, test.sold.kept) == (2_000, Decimal("0.2"))


def test_a_normal_week_is_not_known_without_eight_weeks_of_books():
    away = Away(1, date(2026, 8, 3), date(2026, 8, 9), "")
    rows = [cash(100, on=date(2026, 8, 4))]
    short = holiday_test(away, rows, books_since=date(2026, 6, 9)).received
    assert (short.weeks_known, short.normal_week, short.kept) == (7, None, None)
    enough = holiday_test(away, rows, books_since=date(2026, 6, 8)).received
    assert (enough.weeks_known, enough.normal_week, enough.kept) == (8, 0, None)
    assert holiday_test(away, rows, books_since=None).received.weeks_known == 0
