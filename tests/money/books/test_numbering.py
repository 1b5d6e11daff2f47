"""Numbers: their form, and no gap or double under concurrency (R83)."""

import pytest
from django.db import transaction

from perenne.money.domain.books.numbering import document_number, gaps
from perenne.money.models import Invoice, LedgerEntry
from perenne.money.queries.books.ledger import chain_breaks


def test_the_number_has_its_series_and_year():
    assert document_number("F", 2026, 1) == "F-2026-0001"
    assert document_number("A", 2026, 12345) == "A-2026-12345"


@pytest.mark.parametrize("series", ["F ", "É", "F.", "F" * 35])
def test_a_number_keeps_to_the_standards_charset_and_length(series):
    with pytest.raises(ValueError, match="35 characters"):
        document_number(series, 2026, 1)


def test_gaps_and_doubles_are_found():
    assert gaps([1, 2, 3]) == []
    assert gaps([1, 3, 3, 5]) == [2, 3, 4]


def _books():
    return (
        list(Invoice.objects.order_by("pk").values_list("sequence", flat=True)),
        list(LedgerEntry.objects.order_by("pk").values_list("sequence", flat=True)),
        chain_breaks(),
    )


@pytest.mark.django_db(transaction=True)
def test_concurrent_writers_share_no_number_and_no_link(bill, in_threads):
    def work(place):
        for turn in range(3):
            with transaction.atomic():
                bill(f"mission:{place}-{turn}", paid=True)
                transaction.set_rollback(turn == 1 and place == 0)

    in_threads(work, 6)
    numbers, sequences, broken = in_threads(lambda _: _books())[0]
    assert numbers == sequences == list(range(1, 18))
    assert broken == []


@pytest.mark.django_db(transaction=True)
def test_concurrent_issues_for_one_ref_make_one_invoice(bill, in_threads):
    numbers = in_threads(lambda _: bill("mission:1").number, 4)
    assert numbers == ["F-2026-0001"] * 4
    assert in_threads(lambda _: _books())[0][0] == [1]
