"""Pure rules of the exits: days, what is due, which contract is meant."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.money.domain.exits.exits import (
    Contract,
    contract_end,
    contract_withdrawn,
    contracts_to_end,
)
from perenne.money.domain.exits.withdrawals import (
    Due,
    Proposal,
    Served,
    Sold,
    Why,
    kept_for_days,
    last_day_to_withdraw,
    proposal_for,
)
from perenne.money.domain.subscriptions.periods import Rhythm
from perenne.money.queries.exits.exits import french_holidays

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("concluded_on", "last_day"),
    [
        (date(2026, 9, 15), date(2026, 9, 29)),  # a Tuesday
        (date(2026, 9, 12), date(2026, 9, 28)),  # would end on Saturday 26
        (date(2026, 9, 13), date(2026, 9, 28)),  # would end on Sunday 27
        (date(2026, 10, 28), date(2026, 11, 12)),  # would end on Armistice Day
        (date(2026, 12, 18), date(2027, 1, 4)),  # New Year's Day, then a weekend
        (date(2026, 3, 23), date(2026, 4, 7)),  # Easter Monday
        (date(2027, 4, 17), date(2027, 5, 3)),  # Labour Day on a Saturday
        (date(2026, 4, 30), date(2026, 5, 15)),  # Ascension Day
    ],
)
def test_the_withdrawal_period_ends_on_a_working_day_r50(concluded_on, last_day):
    holidays = french_holidays(concluded_on.year, concluded_on.year + 1)
    assert last_day_to_withdraw(concluded_on, days=14, holidays=holidays) == last_day


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_withdrawal_period_is_never_shorter_than_14_days_r50(concluded_on):
    end = last_day_to_withdraw(concluded_on, days=14, holidays=frozenset())
    assert 14 <= (end - concluded_on).days <= 16
    assert end.weekday() < 5


def sold(nature, *agreed, served=None, **fields):
    return Sold(
        legal_nature=nature,
        agreed=frozenset(agreed),
        served=served,
        **{
            "consumer": True,
            "confirmed": True,
            "last_day": date(2026, 9, 29),
            "paid_cents": 4900,
        }
        | fields,
    )


CONTENT = ("digital_content_start", "digital_content_waiver")
SERVICE = ("service_start", "service_loss")
FULL, PRO_RATA, NOTHING = Due.FULL, Due.PRO_RATA, Due.NOTHING


@pytest.mark.parametrize(
    ("case", "proposal"),
    [
        (sold("digital_content", *CONTENT), Proposal(NOTHING, Why.WAIVED, 0)),
        (
            sold("digital_content", CONTENT[0]),
            Proposal(FULL, Why.RIGHT_KEPT, 4900),
        ),
        (
            sold("digital_content", CONTENT[1]),
            Proposal(FULL, Why.RIGHT_KEPT, 4900),
        ),
        (
            sold("digital_content", *CONTENT, confirmed=False),
            Proposal(FULL, Why.RIGHT_KEPT, 4900),
        ),
    ],
)
def test_content_loses_the_right_only_with_all_three_r54(case, proposal):
    assert proposal_for(case, declared_on=date(2026, 9, 20)) == proposal


@pytest.mark.parametrize("nature", ["service", "digital_service"])
@pytest.mark.parametrize(
    ("agreed", "served", "proposal"),
    [
        ((), Served(5, 30), Proposal(FULL, Why.NOT_ASKED, 4900)),
        (("service_loss",), Served(30, 30), Proposal(FULL, Why.NOT_ASKED, 4900)),
        (SERVICE, Served(0, 30), Proposal(PRO_RATA, Why.BEGUN, 4900)),
        (SERVICE, Served(5, 30), Proposal(PRO_RATA, Why.BEGUN, 4084)),
        (SERVICE, Served(30, 30), Proposal(NOTHING, Why.PERFORMED, 0)),
        (("service_start",), Served(31, 30), Proposal(PRO_RATA, Why.BEGUN, 0)),
        (SERVICE, None, Proposal(PRO_RATA, Why.BEGUN, None)),
    ],
)
def test_a_begun_service_is_paid_for_what_was_provided_r55(
    nature, agreed, served, proposal
):
    case = sold(nature, *agreed, served=served)
    assert proposal_for(case, declared_on=date(2026, 9, 20)) == proposal


def test_the_last_day_still_counts_and_the_next_does_not_r50():
    case = sold("digital_content")
    assert proposal_for(case, declared_on=date(2026, 9, 29)).due is FULL
    late = proposal_for(case, declared_on=date(2026, 9, 30))
    assert late == Proposal(NOTHING, Why.LATE, 0)


def test_a_business_has_no_right_of_withdrawal_r50():
    case = sold("digital_content", consumer=False)
    proposal = proposal_for(case, declared_on=date(2026, 9, 16))
    assert proposal == Proposal(NOTHING, Why.BUSINESS, 0)


@given(st.integers(0, 10**7), st.integers(1, 366), st.integers(0, 366))
def test_the_fraction_of_a_cent_is_the_consumers_r55(paid, total, used):
    used = min(used, total)
    kept = kept_for_days(paid, used=used, total=total)
    assert 0 <= kept * total <= paid * used < (kept + 1) * total


CLUB = Contract(order_id=1, number="K7M-2QX-9RT", subscription_id=7)
YEARLY = Contract(order_id=2, number="CCC-DDD-FFF", subscription_id=8)
COURSE = Contract(order_id=3, number="GGG-HHH-JJJ")


@pytest.mark.parametrize(
    ("reference", "held", "meant"),
    [
        ("", [], None),
        ("", [COURSE], None),
        ("", [CLUB, COURSE], [CLUB]),
        ("", [CLUB, YEARLY], [CLUB, YEARLY]),
        ("k7m-2qx-9rt", [CLUB, YEARLY], [CLUB]),
        ("Order K7M2QX9RT, please", [CLUB, YEARLY], [CLUB]),
        ("8", [CLUB, YEARLY], [YEARLY]),
        ("GGG-HHH-JJJ", [CLUB, COURSE], None),
        ("my club", [CLUB, COURSE], [CLUB]),
        ("my club", [CLUB, YEARLY], None),
    ],
)
def test_a_termination_means_what_its_reference_names_r59(reference, held, meant):
    assert contracts_to_end(reference, held) == meant


@pytest.mark.parametrize(
    ("text", "held", "meant"),
    [
        ("the course", [], None),
        ("the course", [COURSE], COURSE),
        ("the course", [COURSE, CLUB], None),
        ("order ggg hhh jjj", [COURSE, CLUB], COURSE),
    ],
)
def test_a_withdrawal_means_one_contract_or_asks_the_owner_r52(text, held, meant):
    assert contract_withdrawn(text, held) == meant


@pytest.mark.parametrize(
    ("wanted_on", "ends_on"),
    [
        (None, date(2026, 10, 15)),
        (date(2020, 1, 1), date(2026, 10, 15)),
        (date(2026, 10, 15), date(2026, 10, 15)),
        (date(2026, 10, 16), date(2026, 11, 15)),
        (date(2027, 1, 1), date(2027, 1, 15)),
    ],
)
def test_a_contract_ends_with_the_period_that_reaches_the_day_wanted_r60(
    wanted_on, ends_on
):
    anchor = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
    end = contract_end(
        wanted_on,
        period_end=datetime(2026, 10, 15, 8, 30, tzinfo=UTC),
        rhythm=Rhythm("month"),
        anchor=anchor,
        zone=PARIS,
    )
    assert end.astimezone(PARIS).date() == ends_on
