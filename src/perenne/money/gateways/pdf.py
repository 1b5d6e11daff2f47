"""Set invoices as PDF/A with typst: the same document gives the same bytes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from django.utils.translation import gettext, override

from perenne.core.domain.money import minor_digits
from perenne.money.domain.books.invoices import DocumentKind, unit_net
from perenne.money.domain.vat.vat import Category
from perenne.money.gateways.qr import qr_svg

if TYPE_CHECKING:
    from perenne.money.domain.books.invoices import (
        Customer,
        Document,
        Line,
        Seller,
        VatGroup,
    )

_TEMPLATE = Path(__file__).parent / "typst" / "invoice.typ"
_ACCENT = "#7a3e2b"


def invoice_pdf(
    document: Document,
    *,
    accent: str = _ACCENT,
    logo: bytes | None = None,
    transfer_code: str = "",
) -> bytes:
    """Return the document as PDF/A-3b, fonts embedded, in its own language.

    accent  brand colour "#rrggbb"
    logo    PNG, JPEG, GIF or WebP, or None
    transfer_code  the payload of a QR code beside the words on payment, or ""
    """
    import typst  # 8 MiB that only an invoice needs

    with override(document.language):
        data = _data(document, accent=accent, logo=logo)
        data["qr"] = _qr(transfer_code)
    issued = document.issued_on or date.min
    return typst.compile(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False, sort_keys=True)},
        pdf_standards=["a-3b"],
        timestamp=datetime.combine(issued, time(12), UTC),
    )


def _data(document: Document, *, accent: str, logo: bytes | None) -> dict[str, Any]:
    issued = document.issued_on or date.min
    kind = _kind(document)
    return {
        "title": f"{kind} {document.number}",
        "kind": kind,
        "number": document.number,
        "language": document.language,
        "accent": accent,
        "logo": list(logo) if logo else None,
        "issued": [issued.year, issued.month, issued.day],
        "seller": {
            "title": seller_title(document.seller, document.wordings),
            "lines": _seller_lines(document.seller),
        },
        "customer": {
            "title": document.customer.name,
            "lines": _customer_lines(document.customer),
        },
        "words": {"customer": gettext("Customer"), "qr": gettext("QR code")},
        "facts": _facts(document),
        "columns": _columns(document),
        "lines": _lines(document),
        "sums": _sums(document),
        "grand": _grand(document),
        "payment": _payment(document),
        "mentions": _mentions(document),
        "footer": _footer(document),
    }


def _kind(document: Document) -> str:
    return {
        DocumentKind.INVOICE: gettext("Invoice"),
        DocumentKind.CREDIT_NOTE: gettext("Credit note"),
        DocumentKind.PROFORMA: gettext("Pro forma invoice"),
    }[document.kind]


def _qr(payload: str) -> list[int] | None:
    if not payload:
        return None
    svg = str(qr_svg(payload, label=gettext("QR code")))
    named = svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return list(named.encode())


def seller_title(seller: Seller, wordings: Any) -> str:
    """Return the name a document shows: a sole trader's own name with EI (R41)."""
    if not seller.sole_trader:
        return seller.name
    own = f"{seller.owner_name} {wordings.get('sole_trader', '')}".strip()
    return own if seller.name in {"", seller.owner_name} else f"{seller.name} · {own}"


def _seller_lines(seller: Seller) -> list[str]:
    place = f"{seller.postcode} {seller.city}".strip()
    siren = f"SIREN {_spaced(seller.siren)}" if seller.siren else ""
    vat = gettext("VAT number {number}").format(number=seller.vat_number)
    rows = [seller.street, place, siren, vat if seller.vat_number else "", seller.email]
    return [row for row in rows if row]


def _customer_lines(customer: Customer) -> list[str]:
    place = f"{customer.postcode} {customer.city}".strip()
    country = customer.country if customer.country not in {"", "FR"} else ""
    siren = f"SIREN {_spaced(customer.siren)}" if customer.siren else ""
    vat = gettext("VAT number {number}").format(number=customer.vat_number)
    rows = [
        customer.street,
        place,
        country,
        siren,
        vat if customer.vat_number else "",
        customer.email,
    ]
    return [row for row in rows if row]


def _facts(document: Document) -> list[list[str]]:
    natures = {
        "services": gettext("Supply of services"),
        "goods": gettext("Supply of goods"),
        "mixed": gettext("Goods and services"),
    }
    corrects = ""
    if document.corrects_number:
        corrects = gettext("{number} of {date}").format(
            number=document.corrects_number, date=_day(document.corrects_on, document)
        )
    rows = [
        (gettext("Issued on"), _day(document.issued_on, document)),
        (gettext("Supplied on"), _day(document.sold_on, document)),
        (gettext("Corrects invoice"), corrects),
        (gettext("Due on"), _due(document)),
        (gettext("Order"), document.order_number),
        (gettext("Your reference"), document.purchase_order),
        (gettext("Nature"), natures[document.nature]),
    ]
    return [[name, text] for name, text in rows if text]


def _due(document: Document) -> str:
    return "" if document.paid_on else _day(document.due_on, document)


def _columns(document: Document) -> list[str]:
    if not document.shows_vat:
        return [
            gettext("Description"),
            gettext("Quantity"),
            gettext("Unit price"),
            gettext("Amount"),
        ]
    return [
        gettext("Description"),
        gettext("Quantity"),
        gettext("Unit price excl. VAT"),
        gettext("VAT"),
        gettext("Amount excl. VAT"),
    ]


def _lines(document: Document) -> list[dict[str, Any]]:
    nets = document.totals.line_nets
    return [
        {"cells": _cells(document, line, net), "note": _line_note(document, line)}
        for line, net in zip(document.lines, nets, strict=True)
    ]


def _cells(document: Document, line: Line, net_cents: int) -> list[str]:
    unit = unit_net(line, prices_include_vat=document.prices_include_vat)
    cells = [
        line.description,
        format_decimal(line.quantity.normalize(), locale=document.language),
        _amount(unit, document, exact=True),
    ]
    if document.shows_vat:
        cells.append(_rate_of(line, document))
    return [*cells, _amount(net_cents, document)]


def _line_note(document: Document, line: Line) -> str:
    if not line.discount_cents:
        return ""
    return gettext("Discount included: {amount}").format(
        amount=_amount(line.discount_cents, document)
    )


def _sums(document: Document) -> list[list[str]]:
    if not document.shows_vat:
        return []
    found = [[gettext("Total excl. VAT"), _amount(document.totals.net_cents, document)]]
    for group in document.totals.groups:
        name = gettext("VAT {rate} on {net}").format(
            rate=_group_rate(group, document), net=_amount(group.net_cents, document)
        )
        found.append([name, _amount(group.tax_cents, document)])
    return found


def _grand(document: Document) -> list[str]:
    name = gettext("Total incl. VAT") if document.shows_vat else gettext("Total")
    if document.kind == DocumentKind.CREDIT_NOTE:
        name = gettext("Total credited")
    return [name, _amount(document.totals.gross_cents, document)]


def _payment(document: Document) -> list[str]:
    if document.kind == DocumentKind.CREDIT_NOTE:
        reason = gettext("Reason: {reason}").format(reason=document.reason)
        return [reason] if document.reason else []
    if document.paid_on:
        day = _day(document.paid_on, document)
        return [gettext("Paid on {date}. Thank you.").format(date=day)]
    rows = [gettext("To be paid by bank transfer, quoting {number}.")]
    if document.kind == DocumentKind.PROFORMA:
        rows.append(gettext("This is not an invoice: it follows when you have paid."))
    if document.due_on:
        rows = [gettext("To be paid by {date} by bank transfer, quoting {number}.")]
    day = _day(document.due_on, document)
    rows = [row.format(date=day, number=document.number) for row in rows]
    if document.seller.iban:
        bic = f" · BIC {document.seller.bic}" if document.seller.bic else ""
        rows.append(f"IBAN {_spaced(document.seller.iban, 4)}{bic}")
    return rows


def _mentions(document: Document) -> list[str]:
    return [text for key, text in document.wordings.items() if key != "sole_trader"]


def _footer(document: Document) -> str:
    seller = document.seller
    form = {"eurl": "EURL", "sasu": "SASU"}.get(seller.legal_form, "")
    title = seller_title(seller, document.wordings)
    contact = [seller.email, seller.phone]
    return " · ".join([part for part in [title, form, *contact] if part])


def _day(day: date | None, document: Document) -> str:
    return format_date(day, "long", locale=document.language) if day else ""


def _rate_of(line: Line, document: Document) -> str:
    """Return the rate, or a dash where the mentions say why none is due."""
    if line.vat_category in {Category.REVERSED, Category.OUTSIDE}:
        return "—"
    return _rate(line.vat_rate_bp, document)


def _group_rate(group: VatGroup, document: Document) -> str:
    """Return the rate, with its country when it is not the seller's."""
    rate = _rate(group.rate_bp, document)
    if group.country in {"", document.seller.country} or not group.rate_bp:
        return rate
    names = Locale.parse(document.language).territories
    return f"{rate} ({names.get(group.country, group.country)})"


def _rate(rate_bp: int | None, document: Document) -> str:
    if rate_bp is None:
        return gettext("exempt")
    rate = format_decimal(Decimal(rate_bp) / 100, locale=document.language)
    return f"{rate} %"


def _amount(cents: Decimal | int, document: Document, *, exact: bool = False) -> str:
    """Write cents in the document's currency; `exact` keeps up to two more decimals."""
    digits = minor_digits(document.currency)
    amount = Decimal(cents).scaleb(-digits)
    if exact and amount != amount.quantize(Decimal(1).scaleb(-digits)):
        shown = format_decimal(amount, "#,##0.00##", locale=document.language)
        return f"{shown} {document.currency}"
    return format_currency(amount, document.currency, locale=document.language)


def _spaced(text: str, size: int = 3) -> str:
    compact = text.replace(" ", "")
    return " ".join(compact[i : i + size] for i in range(0, len(compact), size))
