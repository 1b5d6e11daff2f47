"""What a payment does to the books: invoice, ledger rows, receipt by mail (station 6).

Order of locks: the number series first, then the ledger's head, in every action here, so
that two payments never wait for each other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from perenne.core import clock, log
from perenne.core.domain.money import allocate
from perenne.core.errors import NotFound, Refusal
from perenne.mail.api import queue_template
from perenne.money.actions.books.days import must_have_come
from perenne.money.actions.books.invoices import (
    Draft,
    InvoiceIncomplete,
    InvoiceNotIssued,
    issue,
    issue_credit_note,
)
from perenne.money.actions.books.ledger import append
from perenne.money.actions.books.vat import keep_vat, settle_vat
from perenne.money.domain.books.invoices import DocumentKind
from perenne.money.domain.books.ledger import Cause, Entry, Kind, numbered
from perenne.money.domain.vat.vat import Category
from perenne.money.models import Invoice, LedgerEntry, Refund, WaitingInvoice
from perenne.money.queries.books.sold import (
    cause_of,
    customer_of,
    document_lines,
    sale_entries,
    sold_by,
)
from perenne.money.queries.checkout.checkout import civil_day

if TYPE_CHECKING:
    from datetime import date, datetime

    from perenne.money.queries.books.sold import Sold


class InvoiceIsPaid(Refusal):
    """It was paid or credited in full before; nothing was changed."""

    sentence = _("This invoice is already settled.")


@transaction.atomic
def record_receipt(payment_id: int, *, actor: str, now: datetime) -> list[LedgerEntry]:
    """Book a payment: invoice, ledger row, receipt mail; twice books once.

    Call it inside the transaction that records the payment. An invoice that lacks a
    mandatory mention never loses the payment: it waits (WaitingInvoice) and the row is
    booked without its number. A surplus is no sale and is not booked.

    Returns  the ledger rows added
    """
    sold = sold_by(payment_id)
    if sold.payment.surplus:
        return []
    if LedgerEntry.objects.filter(ref=f"{sold.ref}:sale").exists():
        return []
    sold = settle_vat(sold, now=now)
    invoice = _invoice_or_wait(sold, actor=actor, now=now)
    rows = append(sale_entries(sold, invoice), actor=actor, now=now)
    keep_vat(sold, rows, ref=f"{sold.ref}:sale", booked_on=sold.on)
    _queue_receipt(sold, invoice, now=now)
    return rows


@transaction.atomic
def record_fee(
    payment_id: int, *, fee_cents: int, actor: str, now: datetime
) -> list[LedgerEntry]:
    """Book what the provider kept of a payment, once it is known (MO17); once.

    fee_cents  above zero; the sale itself stays gross of it (R113)
    """
    sold = sold_by(payment_id)
    sale = sale_entries(sold, None)[0]
    entry = Entry(
        kind=Kind.FEE,
        cause=sale.cause,
        stream_id=sale.stream_id,
        amount_cents=-fee_cents,
        currency=sale.currency,
        ref=f"{sold.ref}:fee",
        sold_on=sale.sold_on,
        received_on=sale.received_on,
        label=_in(sold.order.language, gettext_fee=sold.payment.provider),
        counterparty=sold.payment.provider,
        method=sale.method,
    )
    return append([entry], actor=actor, now=now)


@transaction.atomic
def record_credit_note(refund_id: int, *, actor: str, now: datetime) -> Invoice | None:
    """Issue the credit note of a refund, before the money goes back (R84); once.

    Returns  None while the invoice itself still waits: its credit note follows it
    """
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    invoice = Invoice.objects.filter(ref=f"payment:{refund.payment_id}").first()
    if invoice is None or refund.payment.surplus:
        return None
    known = Invoice.objects.filter(ref=f"refund:{refund.pk}").first()
    # A refund that came back left its credit note standing: nothing is credited twice.
    left = min(refund.amount_cents, invoice.gross_cents - invoice.credited_cents)
    if known is not None or left <= 0:
        return known
    return issue_credit_note(
        invoice.pk,
        ref=f"refund:{refund.pk}",
        amount_cents=left,
        reason=refund.reason,
        actor=actor,
        now=now,
    )


@transaction.atomic
def record_refund(refund_id: int, *, actor: str, now: datetime) -> list[LedgerEntry]:
    """Book a refund: its credit note and a negative row in today's period (R113); once."""
    refund = Refund.objects.get(pk=refund_id)
    sold = sold_by(refund.payment_id)
    if sold.payment.surplus:
        return []
    note = record_credit_note(refund_id, actor=actor, now=now)
    day = civil_day(refund.done_at or now)
    sales = sale_entries(sold, None)
    backs = allocate(refund.amount_cents, [sale.amount_cents for sale in sales])
    entries = [
        replace(
            sale,
            kind=Kind.REFUND,
            amount_cents=-back,
            ref=numbered(f"refund:{refund.pk}", position),
            sold_on=day,
            received_on=day,
            banked_on=None,
            document_number=note.number if note else "",
        )
        for position, (sale, back) in enumerate(zip(sales, backs, strict=True), start=1)
        if back
    ]
    rows = append(entries, actor=actor, now=now)
    keep_vat(sold, rows, ref=f"refund:{refund.pk}", booked_on=day)
    return rows


@transaction.atomic
def record_invoice_paid(
    invoice_id: int, *, on: date, method: str, actor: str, now: datetime
) -> LedgerEntry:
    """Book the receipt of an invoice paid outside the shop (transfer, 1:1).

    The amount is what is left after credit notes.

    Raises  InvoiceIsPaid, DayHasNotCome, NotFound: nothing was changed
    """
    must_have_come(on, now=now)
    invoice = Invoice.objects.filter(pk=invoice_id, kind="invoice").first()
    if invoice is None:
        raise NotFound
    ref = f"invoice:{invoice.pk}:paid"
    due = invoice.gross_cents - invoice.credited_cents
    if due <= 0 or invoice.ref.startswith("payment:"):
        raise InvoiceIsPaid
    if LedgerEntry.objects.filter(ref=ref).exists():
        raise InvoiceIsPaid
    Invoice.objects.filter(pk=invoice.pk).update(paid_on=on)
    entry = Entry(
        kind=Kind.SALE,
        cause=Cause(invoice.body.get("cause", "other")),
        stream_id=invoice.stream_id,
        person_id=invoice.person_id,
        amount_cents=due,
        currency=invoice.currency,
        ref=ref,
        sold_on=invoice.sold_on,
        received_on=on,
        label=invoice.body["lines"][0]["description"],
        counterparty=invoice.customer_name,
        document_number=invoice.number,
        method=method,
        banked_on=on if method == "transfer" else None,
    )
    log.record(
        "money.invoice_paid",
        actor=actor,
        obj=invoice,
        at=now,
        on=on.isoformat(),
        amount_cents=due,
    )
    return append([entry], actor=actor, now=now)[0]


@transaction.atomic
def issue_waiting(*, actor: str, now: datetime) -> int:
    """Issue the invoices that waited for a mention, oldest first; return how many."""
    issued = 0
    for waiting in WaitingInvoice.objects.order_by("pk")[:500]:
        sold = sold_by(waiting.payment_id)
        if _invoice_or_wait(sold, actor=actor, now=now) is None:
            continue
        issued += 1
        for refund in sold.payment.refunds.filter(state="done").order_by("pk"):
            record_credit_note(refund.pk, actor=actor, now=now)
    return issued


def _invoice_or_wait(sold: Sold, *, actor: str, now: datetime) -> Invoice | None:
    """Issue the payment's invoice, or note what it waits for."""
    try:
        with transaction.atomic():
            invoice = issue(_draft(sold), actor=actor, now=now)
    except InvoiceNotIssued as refusal:
        keys = refusal.missing if isinstance(refusal, InvoiceIncomplete) else []
        WaitingInvoice.objects.update_or_create(
            payment=sold.payment,
            defaults={"missing": keys},
            create_defaults={"missing": keys, "since": now},
        )
        return None
    WaitingInvoice.objects.filter(payment=sold.payment).delete()
    return invoice


def _draft(sold: Sold) -> Draft:
    order = sold.order
    return Draft(
        ref=sold.ref,
        kind=DocumentKind.INVOICE,
        customer=customer_of(order),
        lines=document_lines(sold.parts, order, on=sold.on),
        reverse_charge=any(
            part.vat_category == Category.REVERSED for part in sold.parts
        ),
        stream_id=order.offer.stream_id,
        currency=sold.payment.currency,
        sold_on=sold.on,
        paid_on=sold.on,
        person_id=order.person_id,
        language=order.language,
        order_number=order.number,
        cause=cause_of(sold),
    )


def _in(language: str, *, gettext_fee: str) -> str:
    with override(language):
        return gettext("Payment fee of %(provider)s") % {"provider": gettext_fee}


def _queue_receipt(sold: Sold, invoice: Invoice | None, *, now: datetime) -> None:
    order = sold.order
    queue_template(
        ref=f"receipt:{sold.payment.pk}",
        to=order.email,
        template="money/mail/receipt",
        context={
            "name": order.name,
            "order_number": order.number,
            "description": ", ".join(part.description for part in sold.parts),
            "amount_cents": sold.payment.amount_cents,
            "currency": sold.payment.currency,
            "paid_on": sold.on,
            "invoice_number": invoice.number if invoice else "",
            "invoices_url": f"{settings.SITE_URL}/me/invoices/",
        },
        language=order.language,
        now=now,
    )


@task
def issue_waiting_invoices() -> None:
    """Try the waiting invoices again; running twice issues once."""
    issue_waiting(actor="system", now=clock.now())
