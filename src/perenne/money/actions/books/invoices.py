"""Issue invoices and credit notes: checked, numbered and frozen in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from perenne.core import legal, log
from perenne.core.domain.money import allocate
from perenne.core.errors import NotFound, Refusal
from perenne.core.queries import business_on
from perenne.money.actions.books.documents import render_invoice_later
from perenne.money.domain.books.documents import to_body
from perenne.money.domain.books.invoices import (
    Customer,
    Document,
    DocumentKind,
    Line,
    Nature,
    Seller,
    document_language,
)
from perenne.money.domain.books.ledger import Cause
from perenne.money.domain.books.mentions import missing_mentions, required_wordings
from perenne.money.domain.books.numbering import document_number
from perenne.money.models import Invoice, NumberSeries
from perenne.money.queries.books.invoices import document_of

if TYPE_CHECKING:
    from datetime import date, datetime

    from perenne.core.models import Business

SERIES = {DocumentKind.INVOICE: "F", DocumentKind.CREDIT_NOTE: "A"}
_SOLE_TRADERS = {"micro", "ei"}
_PENDING = "pending-0"


class InvoiceNotIssued(Refusal):
    """The document cannot be issued as it is; nothing was changed."""


class InvoiceIncomplete(InvoiceNotIssued):
    """Mandatory mentions are missing; nothing was changed, no number was given.

    missing  keys of the mentions, as domain/mentions.py names them
    """

    def __init__(self, missing: list[str]) -> None:
        """Name what is missing."""
        self.missing = missing
        names = ", ".join(str(MENTIONS.get(key, key)) for key in missing)
        super().__init__(
            _("The invoice cannot be issued yet. Missing: %(names)s.")
            % {"names": names},
            missing=missing,
        )


class NumberOutOfOrder(InvoiceNotIssued):
    """A later date has a number already; nothing was changed (R83)."""

    sentence = _("An invoice with a later date was issued already: check the date.")


class CreditAboveInvoice(Refusal):
    """More would be credited than was invoiced; nothing was changed."""

    sentence = _("This is more than what is left of the invoice.")
    field = "amount"


MENTIONS = {
    "seller_name": _("your name"),
    "seller_address": _("your address"),
    "seller_siren": _("your SIREN"),
    "seller_vat_number": _("your VAT number"),
    "customer_name": _("the customer's name"),
    "customer_address": _("the customer's address"),
    "customer_siren": _("the customer's SIREN"),
    "customer_vat_number": _("the customer's VAT number"),
    "number": _("the number"),
    "issue_date": _("the date of issue"),
    "supply_date": _("the date of supply"),
    "due_date": _("the due date"),
    "corrected_invoice": _("the invoice that is corrected"),
    "lines": _("at least one line"),
    "line_description": _("a precise description of each line"),
    "line_quantity": _("the quantity of each line"),
    "line_vat_rate": _("the VAT rate of each line"),
    "line_vat_in_franchise": _("no VAT rate, as you are in VAT franchise"),
    "wording_franchise": _("the wording of the VAT franchise for this date"),
    "wording_reverse_charge": _("the wording of the reverse charge"),
    "wording_outside_business": _("the wording on sales outside the Union"),
    "wording_outside_consumer": _("the wording on sales outside the Union"),
    "wording_territory": _("the wording on territories without VAT"),
    "wording_no_discount": _("the wording on early payment"),
    "wording_late_penalty": _("the wording on late-payment penalties"),
    "wording_recovery_fee": _("the wording on the recovery fee"),
    "wording_sole_trader": _("the wording “EI”"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What to issue; the seller, the wordings and the number are added at issue.

    ref       what it is issued for; one document per ref
    customer, lines, sold_on …  as Document
    cause     of the ledger row, once it is paid
    """

    ref: str
    kind: DocumentKind
    customer: Customer
    lines: tuple[Line, ...]
    stream_id: int
    currency: str
    sold_on: date
    person_id: int | None = None
    language: str = "fr"
    due_on: date | None = None
    paid_on: date | None = None
    prices_include_vat: bool = True
    reverse_charge: bool = False
    nature: Nature = Nature.SERVICES
    order_number: str = ""
    purchase_order: str = ""
    reason: str = ""
    cause: Cause = Cause.OTHER
    corrects: Invoice | None = None


@transaction.atomic
def issue(draft: Draft, *, actor: str, now: datetime) -> Invoice:
    """Issue a document with the next number of its series; once per ref.

    The number is taken inside the transaction from a row that other writers wait for:
    no gap when it rolls back, no double under concurrency (R83). The PDF is made after
    the commit.

    Returns  the issued document, or the one issued before for the same ref
    Raises   InvoiceIncomplete, NumberOutOfOrder: nothing was changed
    """
    known = Invoice.objects.filter(ref=draft.ref).first()
    if known is not None:
        return known
    document = drafted(draft, now=now)
    missing = missing_mentions(document)
    if missing:
        raise InvoiceIncomplete(missing)
    issued_on = document.issued_on
    assert issued_on is not None  # noqa: S101 - _document always sets it
    series = hold_series(SERIES[draft.kind], issued_on)
    if series.last_on is not None and issued_on < series.last_on:
        raise NumberOutOfOrder
    known = Invoice.objects.filter(ref=draft.ref).first()
    if known is not None:
        return known
    sequence = series.last + 1
    NumberSeries.objects.filter(pk=series.pk).update(last=sequence, last_on=issued_on)
    number = document_number(series.series, series.year, sequence)
    document = replace(document, number=number)
    invoice = _store(draft, document, series, issued_on=issued_on, now=now)
    log.record(
        "money.invoice_issued",
        actor=actor,
        obj=invoice,
        at=now,
        number=number,
        gross_cents=invoice.gross_cents,
        currency=invoice.currency,
    )
    render_invoice_later(invoice.pk)
    return invoice


@transaction.atomic
def issue_credit_note(
    invoice_id: int,
    *,
    ref: str,
    amount_cents: int | None,
    reason: str,
    actor: str,
    now: datetime,
) -> Invoice:
    """Issue a credit note that quotes number and date of the invoice (R84); once per ref.

    amount_cents  VAT included; None credits all that is left
    Raises        CreditAboveInvoice, InvoiceIncomplete, NotFound: nothing was changed
    """
    known = Invoice.objects.filter(ref=ref).first()
    if known is not None:
        return known
    invoice = Invoice.objects.filter(pk=invoice_id, kind="invoice").first()
    if invoice is None:
        raise NotFound
    left = invoice.gross_cents - invoice.credited_cents
    amount = left if amount_cents is None else amount_cents
    if amount <= 0 or not Invoice.objects.filter(
        pk=invoice_id, credited_cents__lte=F("gross_cents") - amount
    ).update(credited_cents=F("credited_cents") + amount):
        raise CreditAboveInvoice
    return issue(
        _credit_draft(invoice, amount, ref=ref, reason=reason, now=now),
        actor=actor,
        now=now,
    )


def _credit_draft(
    invoice: Invoice, amount_cents: int, *, ref: str, reason: str, now: datetime
) -> Draft:
    original = document_of(invoice)
    whole = amount_cents == invoice.gross_cents
    return Draft(
        ref=ref,
        kind=DocumentKind.CREDIT_NOTE,
        customer=original.customer,
        lines=original.lines if whole else _partial_lines(original, amount_cents),
        prices_include_vat=original.prices_include_vat if whole else True,
        stream_id=invoice.stream_id,
        currency=invoice.currency,
        sold_on=invoice.sold_on,
        person_id=invoice.person_id,
        language=original.language,
        nature=original.nature,
        reverse_charge=original.reverse_charge,
        order_number=original.order_number,
        reason=reason,
        cause=Cause(invoice.body.get("cause", "other")),
        corrects=invoice,
    )


def _partial_lines(original: Document, amount_cents: int) -> tuple[Line, ...]:
    """Spread an amount over the original's VAT rates; the parts sum to it."""
    groups = original.totals.groups
    parts = allocate(amount_cents, [group.gross_cents for group in groups])
    with override(original.language):
        text = gettext("Partial credit on invoice %(number)s: %(what)s") % {
            "number": original.number,
            "what": original.lines[0].description,
        }
    return tuple(
        Line(
            description=text,
            unit_price_cents=part,
            vat_rate_bp=group.rate_bp,
            vat_category=group.category,
            vat_country=group.country,
        )
        for group, part in zip(groups, parts, strict=True)
        if part
    )


def drafted(draft: Draft, *, now: datetime) -> Document:
    """Return the draft with its seller, date and wordings; the number is a placeholder."""
    business = business_on(now.date())
    if business is None:
        raise InvoiceIncomplete(["seller_name"])
    issued_on = now.astimezone(ZoneInfo(business.time_zone)).date()
    business = business_on(issued_on) or business
    seller = seller_of(business)
    document = Document(
        kind=draft.kind,
        seller=seller,
        customer=draft.customer,
        lines=draft.lines,
        currency=draft.currency,
        sold_on=draft.sold_on,
        language=document_language(
            seller.country, draft.customer.country, draft.language
        ),
        number=_PENDING,
        issued_on=issued_on,
        due_on=draft.due_on or _default_due_on(draft, issued_on),
        paid_on=draft.paid_on,
        prices_include_vat=draft.prices_include_vat,
        reverse_charge=draft.reverse_charge,
        nature=draft.nature,
        order_number=draft.order_number,
        purchase_order=draft.purchase_order,
        reason=draft.reason,
        corrects_number=draft.corrects.number if draft.corrects else "",
        corrects_on=draft.corrects.issued_on if draft.corrects else None,
        customer_siren_required=legal.value(
            "invoice_rules", "customer_siren_required", on=issued_on
        ),
    )
    return replace(document, wordings=_wordings(document, issued_on))


def _default_due_on(draft: Draft, issued_on: date) -> date | None:
    if draft.kind != DocumentKind.INVOICE:
        return None
    if draft.paid_on:
        return draft.paid_on
    days = legal.value("invoice_rules", "payment_term_days", on=issued_on)
    return issued_on + timedelta(days=days)


def _wordings(document: Document, on: date) -> dict[str, str]:
    """Return the law's wordings in force that day; what has none stays missing (R81)."""
    found: dict[str, str] = {}
    for key in required_wordings(document):
        try:
            found[key] = legal.value(
                "legal_mentions", f"{key}.{document.language}", on=on
            )
        except legal.NoRuleInForce:
            continue
    return found


def seller_of(business: Business) -> Seller:
    """Return the identity that a document prints."""
    return Seller(
        name=business.name,
        owner_name=business.owner_name,
        legal_form=business.legal_form,
        sole_trader=business.legal_form in _SOLE_TRADERS,
        liable=business.vat_regime == "liable",
        street=business.street,
        postcode=business.postcode,
        city=business.city,
        country=business.country,
        siren=business.siren,
        vat_number=business.vat_number,
        email=business.email,
        phone=business.phone,
        iban=business.bank_iban,
        bic=business.bank_bic,
    )


def hold_series(series: str, issued_on: date) -> NumberSeries:
    """Update the series' row first, which makes every other writer wait, then read it."""
    row, _created = NumberSeries.objects.get_or_create(
        series=series, year=issued_on.year
    )
    NumberSeries.objects.filter(pk=row.pk).update(last=F("last") + 0)
    row.refresh_from_db()
    return row


def _store(
    draft: Draft,
    document: Document,
    series: NumberSeries,
    *,
    issued_on: date,
    now: datetime,
) -> Invoice:
    sums = document.totals
    return Invoice.objects.create(
        number=document.number,
        series=series.series,
        year=series.year,
        sequence=int(document.number.rsplit("-", 1)[1]),
        ref=draft.ref,
        kind=document.kind,
        person_id=draft.person_id,
        stream_id=draft.stream_id,
        corrects=draft.corrects,
        customer_name=document.customer.name[:200],
        customer_email=document.customer.email,
        currency=document.currency,
        net_cents=sums.net_cents,
        tax_cents=sums.tax_cents,
        gross_cents=sums.gross_cents,
        sold_on=draft.sold_on,
        issued_on=issued_on,
        due_on=document.due_on,
        issued_at=now,
        body={**to_body(document), "cause": str(draft.cause)},
        paid_on=document.paid_on,
    )
