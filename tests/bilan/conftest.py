"""A small business whose books and hours are written by hand."""

from datetime import date

import pytest


@pytest.fixture
def streams(business, now):
    """The default streams by slug."""
    from perenne.streams.api import ensure_default_streams

    return {s.slug: s for s in ensure_default_streams(language="en", now=now)}


@pytest.fixture
def book(streams, now):
    """Book a ledger row: book("courses", 4900, on=date(2026, 9, 2))."""
    from perenne.money.actions.books.ledger import append
    from perenne.money.domain.books.ledger import Cause, Entry, Kind

    count = iter(range(1, 1000))

    def add(slug, cents, *, on, kind="sale", cause="evergreen", **more):
        entry = Entry(
            kind=Kind(kind),
            cause=Cause(cause),
            stream_id=streams[slug].pk,
            amount_cents=cents,
            currency=more.pop("currency", "EUR"),
            ref=f"test:{next(count)}",
            sold_on=more.pop("sold_on", on),
            received_on=on,
            label="",
            **more,
        )
        return append([entry], actor="system", now=now)[0]

    return add


@pytest.fixture
def work(streams, now):
    """Log work: work("courses", 60, on=date(2026, 9, 1))."""
    from perenne.streams.api import log_work

    def log(slug, minutes, *, on, activity="delivery"):
        return log_work(
            stream_id=streams[slug].pk if slug else None,
            activity=activity,
            on=on,
            minutes=minutes,
            actor="owner",
            now=now,
        )

    return log


@pytest.fixture
def september(book, work, streams, now):
    """Money and hours of September 2026, up to the 15th."""
    from perenne.bilan.actions import choose_activity

    choose_activity(
        streams["one-to-one"].pk, activity="bnc_ssi", actor="owner", now=now
    )
    day = lambda number: date(2026, 9, number)  # noqa: E731
    book("one-to-one", 60_000, on=day(2), cause="mission", counterparty="Studio K")
    book("one-to-one", 20_000, on=day(9), cause="session", counterparty="Léa")
    book("one-to-one", -5_000, on=day(10), kind="refund", cause="session")
    book("membership", 1_500, on=day(5), cause="renewal", sold_on=date(2026, 8, 31))
    book("membership", -60, on=day(5), kind="fee", cause="renewal")
    book("membership", -1_000, on=day(8), kind="expense", cause="other")
    book("courses", 4_900, on=day(12), cause="evergreen")
    book("courses", 999, on=day(12), currency="USD")
    book("capital", 80_000, on=day(1), kind="income", cause="capital")
    for number in (1, 2, 3, 4, 7, 8, 9):
        work("one-to-one", 120, on=day(number))
    work("membership", 60, on=day(3), activity="upkeep")
    work("courses", 365, on=day(1), activity="build")
    work(None, 100, on=day(4), activity="admin")
    return streams
