"""A payment's way into the books (station 6)."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from perenne.core.models import Business
from perenne.mail.models import Message
from perenne.money.actions.books.receipts import (
    InvoiceIsPaid,
    issue_waiting,
    record_credit_note,
    record_fee,
    record_invoice_paid,
    record_receipt,
    record_refund,
)
from perenne.money.models import Invoice, LedgerEntry, WaitingInvoice
from perenne.money.queries.books.ledger import chain_breaks

DAY = date(2026, 9, 15)


def _row(entry):
    return (
        entry.kind,
        entry.cause,
        entry.amount_cents,
        entry.currency,
        entry.received_on,
        entry.counterparty,
        entry.document_number,
        entry.method,
    )


def test_a_payment_makes_invoice_row_and_mail(payment, course_offer, now):
    record_receipt(payment.pk, actor="system", now=now)
    entry = LedgerEntry.objects.get()
    assert _row(entry) == (
        "sale",
        "evergreen",
        4900,
        "EUR",
        DAY,
        "Ana Silva",
        "F-2026-0001",
        "card",
    )
    assert entry.stream_id == course_offer.stream_id
    invoice = Invoice.objects.get()
    assert (invoice.number, invoice.gross_cents, invoice.paid_on) == (
        "F-2026-0001",
        4900,
        DAY,
    )
    mail = Message.objects.get()
    assert mail.ref == f"receipt:{payment.pk}"
    assert "F-2026-0001" in mail.text


def test_a_payment_is_booked_once(payment, now):
    for _ in range(2):
        record_receipt(payment.pk, actor="system", now=now)
    assert (LedgerEntry.objects.count(), Invoice.objects.count()) == (1, 1)
    assert Message.objects.count() == 1


def test_a_launch_sale_says_so(make_payment, course_offer, now):
    course_offer.closes_at = now
    course_offer.save()
    record_receipt(make_payment().pk, actor="system", now=now)
    assert LedgerEntry.objects.get().cause == "launch"


def test_a_surplus_is_no_sale(payment, now):
    payment.surplus = True
    payment.save()
    assert record_receipt(payment.pk, actor="system", now=now) == []
    assert not Invoice.objects.exists()


def test_a_payment_is_never_lost_for_a_missing_mention(payment, now):
    Business.objects.update(siren="")
    record_receipt(payment.pk, actor="system", now=now)
    waiting = WaitingInvoice.objects.get()
    assert waiting.missing == ["seller_siren"]
    assert LedgerEntry.objects.get().document_number == ""
    assert issue_waiting(actor="owner", now=now) == 0
    Business.objects.update(siren="732829320")
    assert issue_waiting(actor="owner", now=now) == 1
    assert Invoice.objects.get().number == "F-2026-0001"
    assert not WaitingInvoice.objects.exists()


def test_a_fee_stands_beside_the_gross_sale(payment, now):
    record_receipt(payment.pk, actor="system", now=now)
    for _ in range(2):
        record_fee(payment.pk, fee_cents=98, actor="system", now=now)
    rows = list(LedgerEntry.objects.order_by("sequence"))
    assert [(row.kind, row.amount_cents) for row in rows] == [
        ("sale", 4900),
        ("fee", -98),
    ]


def test_a_refund_has_its_credit_note_first(payment, make_refund, now):
    record_receipt(payment.pk, actor="system", now=now)
    refund = make_refund(payment, 1900)
    note = record_credit_note(refund.pk, actor="owner", now=now)
    for _ in range(2):
        record_refund(refund.pk, actor="owner", now=now)
    invoice = Invoice.objects.get(kind="invoice")
    assert (note.number, note.corrects_id, note.gross_cents) == (
        "A-2026-0001",
        invoice.pk,
        1900,
    )
    assert note.body["corrects_number"] == "F-2026-0001"
    assert note.body["corrects_on"] == "2026-09-15"
    assert invoice.credited_cents == 1900
    rows = list(LedgerEntry.objects.order_by("sequence"))
    assert [(row.kind, row.amount_cents, row.document_number) for row in rows] == [
        ("sale", 4900, "F-2026-0001"),
        ("refund", -1900, "A-2026-0001"),
    ]
    assert chain_breaks() == []


def test_a_transfer_is_booked_on_the_day_it_came(bill, now):
    invoice = bill()
    assert not LedgerEntry.objects.exists()
    row = record_invoice_paid(
        invoice.pk, on=date(2026, 9, 14), method="transfer", actor="owner", now=now
    )
    assert (row.amount_cents, row.sold_on, row.received_on, row.banked_on) == (
        58500,
        DAY,
        date(2026, 9, 14),
        date(2026, 9, 14),
    )
    with pytest.raises(InvoiceIsPaid):
        record_invoice_paid(
            invoice.pk, on=DAY, method="transfer", actor="owner", now=now
        )
    assert LedgerEntry.objects.count() == 1


def test_the_database_refuses_to_change_the_books(payment, now):
    record_receipt(payment.pk, actor="system", now=now)
    changes = [
        lambda: LedgerEntry.objects.update(amount_cents=1),
        lambda: LedgerEntry.objects.all().delete(),
        lambda: Invoice.objects.update(gross_cents=1, net_cents=1),
        lambda: Invoice.objects.update(number="F-2026-9999"),
        lambda: Invoice.objects.all().delete(),
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert LedgerEntry.objects.get().amount_cents == 4900
    assert Invoice.objects.get().number == "F-2026-0001"
