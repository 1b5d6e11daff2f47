"""Reads of invoices and credit notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, Max, Min, Q

from perenne.money.domain.books.documents import from_body
from perenne.money.models import Invoice, WaitingInvoice

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from perenne.money.domain.books.invoices import Document

STATES = ("paid", "unpaid", "late", "credit_note", "credited")


def invoices_matching(
    *, text: str = "", year: str = "", state: str = "", today: Any = None
) -> QuerySet[Invoice]:
    """Return invoices by beginning of number, customer or address; year; state.

    state  "paid", "unpaid", "late" (unpaid after its due day), "credited", "credit_note"
    """
    rows = Invoice.objects.defer("body")
    wanted = text.strip()
    if wanted:
        rows = rows.filter(
            Q(number__startswith=wanted.upper())
            | Q(customer_name__startswith=wanted)
            | Q(customer_email__startswith=wanted.lower())
        )
    if year.isdigit():
        rows = rows.filter(year=int(year))
    return rows.filter(_state(state, today))


def _state(state: str, today: Any) -> Q:
    unpaid = Q(kind="invoice", paid_on=None, credited_cents__lt=F("gross_cents"))
    return {
        "paid": Q(kind="invoice", paid_on__isnull=False),
        "unpaid": unpaid,
        "late": unpaid & Q(due_on__lt=today) if today else unpaid,
        "credited": Q(kind="invoice", credited_cents__gt=0),
        "credit_note": Q(kind="credit_note"),
    }.get(state, Q())


def invoice_years() -> list[int]:
    """Return the years in which documents were issued, newest first."""
    span = Invoice.objects.aggregate(first=Min("year"), last=Max("year"))
    if span["first"] is None:
        return []
    return list(range(span["last"], span["first"] - 1, -1))


def invoice_by_number(number: str) -> Invoice | None:
    """Return an issued document by its number, or None."""
    return (
        Invoice.objects.select_related("corrects", "stream")
        .filter(number=number)
        .first()
    )


def invoice_of_ref(ref: str) -> Invoice | None:
    """Return the document issued for a ref ("payment:12"), or None."""
    return Invoice.objects.filter(ref=ref).first()


def credit_notes_of(invoice_id: int) -> list[Invoice]:
    """Return the credit notes of an invoice, oldest first."""
    return list(Invoice.objects.filter(corrects_id=invoice_id).order_by("pk"))


def invoices_of_person(person_id: int, *, most: int | None = None) -> list[Invoice]:
    """Return a person's documents, newest first; only the first few if so asked."""
    rows = Invoice.objects.defer("body").filter(person_id=person_id)
    return list(rows.order_by("-pk")[:most])


def invoice_for_person(person_id: int | None, number: str) -> Invoice | None:
    """Return a document only to the person it was issued to, else None."""
    if person_id is None:
        return None
    return Invoice.objects.filter(person_id=person_id, number=number).first()


def document_of(invoice: Invoice) -> Document:
    """Return the document as frozen at issue."""
    return from_body(invoice.body)


def waiting_invoices() -> list[WaitingInvoice]:
    """Return payments whose invoice lacks a mention, oldest first."""
    return list(
        WaitingInvoice.objects.select_related(
            "payment__order", "payment__charge__subscription__order"
        ).order_by("pk")[:100]
    )


def invoice_rows(person_id: int) -> list[dict[str, Any]]:
    """Return a person's documents as JSON values, oldest first."""
    return [
        {
            "number": invoice.number,
            "kind": invoice.kind,
            "issued_on": invoice.issued_on.isoformat(),
            "gross_cents": invoice.gross_cents,
            "currency": invoice.currency,
            "document": invoice.body,
        }
        for invoice in Invoice.objects.filter(person_id=person_id).order_by("pk")
    ]
