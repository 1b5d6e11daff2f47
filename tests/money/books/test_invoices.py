"""Issuing: checked, numbered without a gap, frozen."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from perenne.core.models import Business
from perenne.money.actions.books.documents import invoice_file, render_invoice
from perenne.money.actions.books.invoices import (
    CreditAboveInvoice,
    InvoiceIncomplete,
    NumberOutOfOrder,
    issue_credit_note,
)
from perenne.money.models import Invoice, LedgerEntry, NumberSeries
from perenne.money.queries.books.invoices import document_of


def test_numbers_follow_each_other_and_start_again_each_year(bill, now):
    numbers = [bill(f"mission:{i}").number for i in (1, 2)]
    numbers.append(bill("mission:3", at=now + timedelta(days=120)).number)
    assert numbers == ["F-2026-0001", "F-2026-0002", "F-2027-0001"]


def test_an_invoice_is_issued_once_per_ref(bill):
    assert bill().pk == bill().pk
    assert Invoice.objects.count() == 1


def test_a_rolled_back_issue_leaves_no_gap(bill):
    with transaction.atomic():
        bill("mission:1")
        transaction.set_rollback(True)
    assert bill("mission:2").number == "F-2026-0001"


def test_what_is_missing_is_named_and_no_number_is_given(bill):
    Business.objects.update(siren="", street="")
    with pytest.raises(InvoiceIncomplete) as refused:
        bill()
    assert refused.value.missing == ["seller_address", "seller_siren"]
    assert not Invoice.objects.exists()
    assert not NumberSeries.objects.exists()


def test_a_number_never_goes_back_in_time(bill, now):
    bill("mission:1")
    with pytest.raises(NumberOutOfOrder):
        bill("mission:2", at=now - timedelta(days=2))
    assert Invoice.objects.count() == 1


def test_the_franchise_has_no_wording_after_june_2028(bill, now):
    with pytest.raises(InvoiceIncomplete) as refused:
        bill(at=now.replace(year=2028))
    assert refused.value.missing == ["wording_franchise"]


def test_a_business_gets_the_legal_due_date(bill):
    assert bill().due_on == date(2026, 10, 15)


def test_a_paid_invoice_books_its_receipt(bill):
    invoice = bill(paid=True, cause="session")
    row = LedgerEntry.objects.get()
    assert (invoice.paid_on, row.kind, row.cause, row.amount_cents) == (
        date(2026, 9, 15),
        "sale",
        "session",
        58500,
    )


def test_a_whole_credit_repeats_the_lines(bill, now):
    invoice = bill()
    note = issue_credit_note(
        invoice.pk, ref="c:1", amount_cents=None, reason="", actor="owner", now=now
    )
    assert (note.net_cents, note.tax_cents, note.gross_cents) == (58500, 0, 58500)
    assert note.body["lines"] == invoice.body["lines"]
    with pytest.raises(CreditAboveInvoice):
        issue_credit_note(
            invoice.pk, ref="c:2", amount_cents=1, reason="", actor="owner", now=now
        )
    assert Invoice.objects.count() == 2


def test_a_partial_credit_is_spread_over_the_rates(bill, hours, now):
    Business.objects.update(vat_regime="liable", vat_number="FR44732829320")
    lines = [
        {"description": "Atelier", "unit_price_cents": 10000, "vat_rate_bp": 2000},
        {"description": "Livre papier", "unit_price_cents": 10000, "vat_rate_bp": 550},
    ]
    invoice = bill(lines=lines)
    note = issue_credit_note(
        invoice.pk, ref="c:1", amount_cents=5000, reason="", actor="owner", now=now
    )
    groups = document_of(note).totals.groups
    assert [(group.rate_bp, group.gross_cents) for group in groups] == [
        (2000, 2661),
        (550, 2339),
    ]


def test_the_file_is_made_once_and_stays_the_same(bill):
    invoice = bill()
    render_invoice.func(invoice.pk)
    render_invoice.func(invoice.pk)
    invoice.refresh_from_db()
    first = invoice_file(invoice)
    assert first.startswith(b"%PDF-1.7")
    assert invoice_file(Invoice.objects.get()) == first


def test_a_damaged_file_is_made_again(bill, settings):
    invoice = bill()
    first = invoice_file(invoice)
    path = settings.PRIVATE_ROOT / "invoices" / "2026" / "F-2026-0001.pdf"
    path.chmod(0o600)
    path.write_bytes(b"broken")
    assert invoice_file(invoice) == first
    assert path.read_bytes() == first
