"""The pro forma invoice of an order that waits for its transfer (MB23)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from perenne.core.queries import current_business
from perenne.mail.api import Attachment, queue_template
from perenne.money.actions.books.documents import logo_of
from perenne.money.actions.books.invoices import Draft, drafted
from perenne.money.domain.books.invoices import DocumentKind
from perenne.money.domain.vat.vat import Category
from perenne.money.gateways.pdf import invoice_pdf
from perenne.money.queries.books.sold import customer_of, document_lines, parts_of
from perenne.money.queries.checkout.checkout import civil_day
from perenne.money.queries.orders.transfers import payee, transfer_code

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import Order


def proforma_pdf(order: Order, *, now: datetime) -> bytes:
    """Return the order as a pro forma invoice, with the transfer's QR code."""
    day, parts = civil_day(now), parts_of(order)
    draft = Draft(
        ref="",
        kind=DocumentKind.PROFORMA,
        customer=customer_of(order),
        lines=document_lines(parts, order, on=day),
        reverse_charge=any(part.vat_category == Category.REVERSED for part in parts),
        stream_id=order.offer.stream_id,
        currency=order.currency,
        sold_on=day,
        language=order.language,
    )
    document = replace(drafted(draft, now=now), number=order.number, sold_on=None)
    business = current_business()
    code = transfer_code(order, business)
    if business is None:
        return invoice_pdf(document, transfer_code=code)
    return invoice_pdf(
        document,
        accent=business.brand_colour,
        logo=logo_of(business),
        transfer_code=code,
    )


def tell_how_to_transfer(order: Order, *, now: datetime) -> None:
    """Write how to pay, with the order, the terms and the consents (R46); once per sum."""
    business = current_business()
    queue_template(
        ref=f"order-transfer:{order.pk}:{order.gross_cents}",
        to=order.email,
        template="money/mail/order_transfer",
        context={
            "name": order.name,
            "number": order.number,
            "title": order.offer.title,
            "amount_cents": order.gross_cents,
            "currency": order.currency,
            "payee": payee(business) if business else "",
            "iban": business.bank_iban if business else "",
            "bic": business.bank_bic if business else "",
            "order_url": settings.SITE_URL + reverse("money_order", args=[order.key]),
            "consents": order.consents,
            "terms": order.terms.text,
        },
        attachments=[
            Attachment(
                f"{order.number}.pdf", proforma_pdf(order, now=now), "application/pdf"
            )
        ],
        language=order.language,
        now=now,
    )
