"""Cash facts and sums against the rows they come from."""

from datetime import date

import pytest

from perenne.core import durability
from perenne.money.actions.books.ledger import append
from perenne.money.api import cash_by_month, cash_by_stream, cash_facts
from perenne.money.domain.books.ledger import Cause, Entry, Kind
from perenne.streams.api import default_stream

SUMMER = (date(2026, 6, 1), date(2026, 8, 31))


@pytest.fixture
def rows(streams, business, now):
    digital, rent = default_stream("digital").pk, default_stream("capital").pk
    table = [
        (Kind.SALE, Cause.LAUNCH, digital, 4900, "2026-05-30", "2026-06-01"),
        (Kind.SALE, Cause.EVERGREEN, digital, 2900, "2026-07-10", "2026-07-10"),
        (Kind.REFUND, Cause.LAUNCH, digital, -4900, "2026-07-12", "2026-07-12"),
        (Kind.INCOME, Cause.CAPITAL, rent, 70000, "2026-08-31", "2026-08-31"),
        (Kind.SALE, Cause.EVERGREEN, digital, 900, "2026-08-31", "2026-09-01"),
    ]
    entries = [
        Entry(
            kind=kind,
            cause=cause,
            stream_id=stream,
            amount_cents=cents,
            currency="EUR",
            ref=f"row:{place}",
            sold_on=date.fromisoformat(sold),
            received_on=date.fromisoformat(received),
            label="x",
        )
        for place, (kind, cause, stream, cents, sold, received) in enumerate(table)
    ]
    append(entries, actor="system", now=now)
    return digital, rent


def test_the_chosen_date_decides(rows, django_assert_num_queries):
    with django_assert_num_queries(1):
        received = cash_facts(*SUMMER)
    assert [fact.amount_cents for fact in received] == [4900, 2900, -4900, 70000]
    sold = cash_facts(*SUMMER, date_field="sold_on")
    assert [fact.amount_cents for fact in sold] == [2900, -4900, 70000, 900]
    assert cash_facts(*SUMMER, date_field="banked_on") == []


def test_sums_per_stream_agree_with_the_rows(rows, django_assert_num_queries):
    digital, rent = rows
    with django_assert_num_queries(1):
        sums = cash_by_stream(*SUMMER)
    found = {(one.stream_id, one.kind, one.cause): one.amount_cents for one in sums}
    assert found == {
        (digital, "sale", "launch"): 4900,
        (digital, "sale", "evergreen"): 2900,
        (digital, "refund", "launch"): -4900,
        (rent, "income", "capital"): 70000,
    }
    assert sum(found.values()) == sum(f.amount_cents for f in cash_facts(*SUMMER))


def test_sums_per_month(rows):
    found = [(one.month, one.amount_cents) for one in cash_by_month(*SUMMER)]
    assert found == [
        (date(2026, 6, 1), 4900),
        (date(2026, 7, 1), -4900),
        (date(2026, 7, 1), 2900),
        (date(2026, 8, 1), 70000),
    ]


def test_an_unknown_date_is_refused(rows):
    with pytest.raises(ValueError, match="not a date"):
        cash_facts(*SUMMER, date_field="recorded_at")


@pytest.mark.django_db(transaction=True)
def test_durable_syncs_each_commit_on_sqlite_and_then_stops():
    from django.db import connection

    def level():
        with connection.cursor() as cursor:
            return cursor.execute("PRAGMA synchronous").fetchone()[0]

    if connection.vendor != "sqlite":
        with durability.durable():
            assert not connection.in_atomic_block
        return
    before = level()
    with durability.durable():
        assert level() == 2
    assert level() == min(before, 1)
