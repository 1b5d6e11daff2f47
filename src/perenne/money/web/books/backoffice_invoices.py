"""The owner's screens of invoices and credit notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from perenne.core import clock
from perenne.core.durability import durable
from perenne.core.errors import NotFound, Refusal
from perenne.core.queries import current_business
from perenne.core.web.csv_export import csv_response
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.money.actions.books.billing import credit_by_hand
from perenne.money.actions.books.documents import invoice_file
from perenne.money.actions.books.invoices import MENTIONS
from perenne.money.actions.books.receipts import issue_waiting, record_invoice_paid
from perenne.money.queries.books.invoices import (
    STATES,
    credit_notes_of,
    document_of,
    invoice_by_number,
    invoice_years,
    invoices_matching,
    waiting_invoices,
)
from perenne.money.queries.books.ledger import decimal_text, entries_of_document
from perenne.money.web.books.forms_books import CreditForm, PaidForm

if TYPE_CHECKING:
    from datetime import date

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from perenne.money.models import Invoice


def business_today() -> date:
    """Return today in the business's time zone."""
    business = current_business()
    return clock.today(business.time_zone if business else "UTC")


def _wanted(
    request: HttpRequest, today: date
) -> tuple[dict[str, str], QuerySet[Invoice]]:
    chosen = {key: request.GET.get(key, "").strip() for key in ("q", "year", "state")}
    rows = invoices_matching(
        text=chosen["q"],
        year=chosen["year"],
        state=chosen["state"],
        today=today,
    )
    return chosen, rows


def _state_names() -> list[tuple[str, str]]:
    names = {
        "paid": _("Paid"),
        "unpaid": _("Unpaid"),
        "late": _("Late"),
        "credit_note": _("Credit notes"),
        "credited": _("Credited"),
    }
    return [(key, names[key]) for key in STATES]


@desk_view("money.view_invoice")
@require_GET
def invoices(request: HttpRequest) -> HttpResponse:
    """List invoices: search by number or customer, filter by year and state."""
    today = business_today()
    chosen, rows = _wanted(request, today)
    page = keyset_page(
        rows,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    waiting = waiting_invoices()
    keys = sorted({key for row in waiting for key in row.missing})
    context = {
        "page": page,
        "chosen": chosen,
        "filtered": any(chosen.values()),
        "query": request.GET.urlencode(),
        "years": invoice_years(),
        "states": _state_names(),
        "today": today,
        "waiting": waiting,
        "missing": [MENTIONS.get(key, key) for key in keys],
    }
    return render(request, "money/backoffice/invoices.html", context)


@desk_view("money.view_invoice")
@require_GET
def invoices_csv(request: HttpRequest) -> HttpResponseBase:
    """Export the list with its filters."""
    _chosen, rows = _wanted(request, business_today())
    header = [
        _("Number"),
        _("Issued on"),
        _("Customer"),
        _("E-mail"),
        _("Net"),
        _("VAT"),
        _("Total"),
        _("Currency"),
        _("Due on"),
        _("Paid on"),
        _("Credited"),
    ]
    return csv_response(
        "invoices.csv", header, (_cells(row) for row in rows.order_by("pk").iterator())
    )


def _cells(row: Invoice) -> list[object]:
    def amount(cents: int) -> str:
        return decimal_text(cents, row.currency)

    return [
        row.number,
        row.issued_on,
        row.customer_name,
        row.customer_email,
        amount(row.net_cents),
        amount(row.tax_cents),
        amount(row.gross_cents),
        row.currency,
        row.due_on,
        row.paid_on,
        amount(row.credited_cents),
    ]


def _invoice(number: str) -> Invoice:
    invoice = invoice_by_number(number)
    if invoice is None:
        raise NotFound
    return invoice


def _detail(request: HttpRequest, invoice: Invoice, **forms: Any) -> HttpResponse:
    today = business_today()
    document = document_of(invoice)
    own = invoice.kind == "invoice" and not invoice.ref.startswith("payment:")
    left = invoice.gross_cents - invoice.credited_cents
    context = {
        "invoice": invoice,
        "document": document,
        "today": today,
        "entries": entries_of_document(invoice.number),
        "credit_notes": credit_notes_of(invoice.pk),
        "left": left,
        "can_pay": own and invoice.paid_on is None and left > 0,
        "can_credit": own and left > 0,
        "paid_form": forms.get("paid") or PaidForm(initial={"on": today}),
        "credit_form": forms.get("credit")
        or CreditForm(initial={"given_back_on": today}),
    }
    return render(request, "money/backoffice/invoice.html", context)


@desk_view("money.view_invoice")
@require_GET
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Show a document, its money and its credit notes."""
    return _detail(request, _invoice(number))


@desk_view("money.view_invoice")
@require_GET
def invoice_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Hand over the PDF."""
    return pdf_response(_invoice(number))


def pdf_response(invoice: Invoice) -> HttpResponse:
    """Answer with a document's stored PDF, for this reader only."""
    response = HttpResponse(invoice_file(invoice), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{invoice.number}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@desk_view("money.change_invoice")
@require_POST
def mark_paid(request: HttpRequest, number: str) -> HttpResponse:
    """Book that an invoice was paid outside the shop."""
    invoice, form = _invoice(number), PaidForm(request.POST)
    if form.is_valid():
        try:
            with durable():
                record_invoice_paid(
                    invoice.pk,
                    **form.cleaned_data,
                    actor=actor_of(request),
                    now=clock.now(),
                )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("The payment is booked."))
            return redirect("desk_money_invoice", number)
    return _detail(request, invoice, paid=form)


@desk_view("money.change_invoice")
@require_POST
def credit(request: HttpRequest, number: str) -> HttpResponse:
    """Issue a credit note."""
    invoice, form = _invoice(number), CreditForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            with durable():
                note = credit_by_hand(
                    invoice.pk,
                    key=values["key"],
                    amount_cents=values["amount"],
                    reason=values["reason"],
                    given_back_on=values["given_back_on"],
                    actor=actor_of(request),
                    now=clock.now(),
                )
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(
                request, _("Credit note %(number)s issued.") % {"number": note.number}
            )
            return redirect("desk_money_invoice", note.number)
    return _detail(request, invoice, credit=form)


@desk_view("money.change_invoice")
@require_POST
def waiting(request: HttpRequest) -> HttpResponse:
    """Try the invoices that wait for a mandatory mention."""
    with durable():
        issued = issue_waiting(actor=actor_of(request), now=clock.now())
    if issued:
        messages.success(request, _("Issued: %(count)s") % {"count": issued})
    else:
        messages.warning(request, _("Something is still missing: see below."))
    return redirect("desk_money_invoices")
