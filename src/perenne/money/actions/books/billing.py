"""Invoice work done outside the shop: missions, sessions, anything billed by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core.errors import NotFound, Refusal
from perenne.money.actions.books.days import must_have_come
from perenne.money.actions.books.invoices import Draft, issue, issue_credit_note
from perenne.money.actions.books.ledger import append
from perenne.money.actions.books.receipts import record_invoice_paid
from perenne.money.domain.books.invoices import Customer, DocumentKind, Line
from perenne.money.domain.books.ledger import Cause, Entry, Kind
from perenne.money.models import Invoice

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime


@transaction.atomic
def issue_invoice(
    *,
    ref: str,
    customer: Customer | dict[str, Any],
    lines: Sequence[Line | dict[str, Any]],
    stream_id: int,
    currency: str,
    sold_on: date,
    paid: bool,
    due_on: date | None,
    actor: str,
    now: datetime,
    person_id: int | None = None,
    method: str = "transfer",
    **more: Any,
) -> Invoice:
    """Issue an invoice and, when it is paid, book its receipt; once per ref.

    customer, lines  as domain/invoices.py, or the same fields as dictionaries
    paid             True books the receipt on sold_on; paid later: record_invoice_paid
    due_on           None is filled with the legal default for a business (R89)
    more             cause ("mission" by default, "session"), language, nature,
                     prices_include_vat, order_number, purchase_order
    Raises           InvoiceIncomplete, NumberOutOfOrder: nothing was changed
    """
    buyer = Customer(**customer) if isinstance(customer, dict) else customer
    rows = tuple(Line(**line) if isinstance(line, dict) else line for line in lines)
    received_on = sold_on if paid else None
    draft = Draft(
        ref=ref,
        kind=DocumentKind.INVOICE,
        customer=buyer,
        lines=rows,
        stream_id=stream_id,
        currency=currency,
        sold_on=sold_on,
        person_id=person_id,
        due_on=due_on,
        paid_on=received_on,
        **{"cause": Cause.MISSION, **more},
    )
    invoice = issue(draft, actor=actor, now=now)
    if received_on is not None:
        record_invoice_paid(
            invoice.pk, on=received_on, method=method, actor=actor, now=now
        )
        invoice.refresh_from_db(fields=["paid_on"])
    return invoice


class PaymentsAreRefunded(Refusal):
    """Money of the shop is given back from its order; nothing was changed."""

    sentence = _("This was paid in your shop: refund it from its order.")


@transaction.atomic
def credit_by_hand(
    invoice_id: int,
    *,
    key: str,
    amount_cents: int | None,
    reason: str,
    given_back_on: date,
    actor: str,
    now: datetime,
) -> Invoice:
    """Issue a credit note on an invoice of one's own; of a paid one, book the refund.

    key            the form's own key: one form, one credit note
    amount_cents   None credits all that is left
    given_back_on  the day the money went back, if the invoice was paid (R84, R113)
    Raises         PaymentsAreRefunded, CreditAboveInvoice, DayHasNotCome, NotFound:
                   nothing was changed
    """
    invoice = Invoice.objects.filter(pk=invoice_id, kind="invoice").first()
    if invoice is None:
        raise NotFound
    if invoice.ref.startswith("payment:"):
        raise PaymentsAreRefunded
    if invoice.paid_on is not None:
        must_have_come(given_back_on, now=now, field="given_back_on")
    note = issue_credit_note(
        invoice.pk,
        ref=f"credit:{key}",
        amount_cents=amount_cents,
        reason=reason,
        actor=actor,
        now=now,
    )
    if invoice.paid_on is not None:
        append([_given_back(invoice, note, given_back_on)], actor=actor, now=now)
    return note


def _given_back(invoice: Invoice, note: Invoice, on: date) -> Entry:
    return Entry(
        kind=Kind.REFUND,
        cause=Cause(invoice.body.get("cause", "other")),
        stream_id=invoice.stream_id,
        person_id=invoice.person_id,
        amount_cents=-note.gross_cents,
        currency=note.currency,
        ref=f"{note.ref}:back",
        sold_on=on,
        received_on=on,
        banked_on=on,
        label=invoice.body["lines"][0]["description"],
        counterparty=invoice.customer_name,
        document_number=note.number,
        method="transfer",
    )
