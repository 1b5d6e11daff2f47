"""The chain: what it seals, and that tampering shows."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from perenne.money.actions.books.ledger import (
    AlreadyReversed,
    OnlyOutsideMoneyIsReversed,
    reverse_entry,
)
from perenne.money.actions.books.outside import (
    AmountIsZero,
    UnknownStream,
    record_outside_money,
)
from perenne.money.domain.books.ledger import GENESIS, Break, Sealed, breaks, entry_hash
from perenne.money.models import LedgerEntry
from perenne.money.queries.books.ledger import chain_breaks
from perenne.streams.api import default_stream

DAY = date(2026, 9, 10)


def _chain(count):
    rows, previous = [], GENESIS
    for sequence in range(1, count + 1):
        content = {"sequence": sequence, "amount_cents": sequence * 100}
        digest = entry_hash(content, previous)
        rows.append(Sealed(sequence, previous, digest, content))
        previous = digest
    return rows


def _check(rows, whole):
    return breaks(rows, head_sequence=len(whole), head_hash=whole[-1].hash)


def test_a_whole_chain_holds():
    rows = _chain(4)
    assert _check(rows, rows) == []
    assert breaks([], head_sequence=0, head_hash=GENESIS) == []


def test_a_changed_amount_shows():
    rows = _chain(4)
    forged = [*rows]
    forged[1] = replace(rows[1], content={"sequence": 2, "amount_cents": 1})
    assert _check(forged, rows) == [Break(2, "content")]


def test_a_row_sealed_anew_breaks_the_next_link():
    rows = _chain(4)
    content = {"sequence": 2, "amount_cents": 1}
    forged = [*rows]
    forged[1] = replace(
        rows[1], content=content, hash=entry_hash(content, rows[1].previous_hash)
    )
    assert _check(forged, rows) == [Break(3, "link")]


def test_a_removed_row_shows_in_the_middle_and_at_the_end():
    rows = _chain(4)
    assert _check([rows[0], *rows[2:]], rows) == [Break(2, "gap"), Break(3, "link")]
    assert _check(rows[:3], rows) == [Break(4, "head")]


@pytest.fixture
def outside(business, streams, now):
    def make(nature="capital", kind="income", amount_cents=70000, **fields):
        return record_outside_money(
            stream_id=default_stream(nature).pk,
            kind=kind,
            on=DAY,
            amount_cents=amount_cents,
            currency="EUR",
            label="Loyer de septembre",
            counterparty="M. Petit",
            actor="owner",
            now=now,
            **fields,
        )

    return make


def test_outside_income_has_one_date_and_its_streams_cause(outside):
    row = outside()
    assert (row.kind, row.cause, row.amount_cents) == ("income", "capital", 70000)
    assert {
        row.sold_on,
        row.received_on,
        row.available_on,
        row.paid_out_on,
        row.banked_on,
    } == {DAY}


def test_an_expense_is_below_zero(outside):
    row = outside("digital", "expense", 1900)
    assert (row.kind, row.cause, row.amount_cents) == ("expense", "other", -1900)


def test_a_ref_is_booked_once(outside):
    assert outside(ref="rent-09").pk == outside(ref="rent-09").pk
    assert LedgerEntry.objects.count() == 1


def test_refusals_change_nothing(outside, now):
    with pytest.raises(AmountIsZero):
        outside(amount_cents=0)
    with pytest.raises(UnknownStream):
        record_outside_money(
            stream_id=999_999,
            kind="income",
            on=DAY,
            amount_cents=1,
            currency="EUR",
            label="x",
            counterparty="",
            actor="owner",
            now=now,
        )
    assert not LedgerEntry.objects.exists()


def test_a_correction_is_an_opposite_row(outside, now):
    row = outside()
    opposite = reverse_entry(row.pk, reason="Saisi deux fois", actor="owner", now=now)
    assert (opposite.amount_cents, opposite.received_on, opposite.reverses_id) == (
        -70000,
        DAY,
        row.pk,
    )
    with pytest.raises(AlreadyReversed):
        reverse_entry(row.pk, reason="", actor="owner", now=now)
    with pytest.raises(OnlyOutsideMoneyIsReversed):
        reverse_entry(opposite.pk, reason="", actor="owner", now=now)
    assert LedgerEntry.objects.count() == 2
    assert chain_breaks() == []


def test_a_sale_is_not_reversed_by_hand(bill, now):
    bill(paid=True)
    sale = LedgerEntry.objects.get()
    with pytest.raises(OnlyOutsideMoneyIsReversed):
        reverse_entry(sale.pk, reason="", actor="owner", now=now)
    assert LedgerEntry.objects.count() == 1


def test_dates_filled_in_later_leave_the_seal_whole(outside):
    outside()
    LedgerEntry.objects.update(banked_on=date(2026, 9, 12))
    assert chain_breaks() == []


def test_tampering_past_the_triggers_shows(outside, capsys):
    outside()
    second = outside(amount_cents=100)
    call_command("check_ledger")
    assert "2" in capsys.readouterr().out
    with connection.cursor() as cursor:
        on = " ON money_ledgerentry" if connection.vendor == "postgresql" else ""
        cursor.execute(f'DROP TRIGGER "money_ledgerentry_no_update"{on}')
    LedgerEntry.objects.filter(pk=second.pk).update(amount_cents=999)
    assert chain_breaks() == [Break(2, "content")]
    with pytest.raises(CommandError):
        call_command("check_ledger")
