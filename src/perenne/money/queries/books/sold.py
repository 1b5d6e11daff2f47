"""What a payment paid for: its lines, the buyer, and the rows it makes in the books."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

from babel.dates import format_date
from django.utils.translation import gettext, override

from perenne.money.domain.books.invoices import Customer, Line
from perenne.money.domain.books.ledger import Cause, Entry, Kind, numbered
from perenne.money.domain.vat.vat import mention_of
from perenne.money.models import BillingDetails, Order, Payment
from perenne.money.queries.checkout.checkout import civil_day
from perenne.money.queries.vat.vat import zones_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from perenne.money.models import Charge, Invoice, Offer, OrderLine

_PAYMENTS = Payment.objects.select_related(
    "order__offer__stream",
    "charge__subscription__order__offer__stream",
    "charge__subscription__offer__stream",
)
_BILLED = (
    "buyer_type",
    "name",
    "company",
    "vat_number",
    "street",
    "postcode",
    "city",
    "country",
    "place",
)


@dataclass(frozen=True, slots=True)
class Part:
    """One line of what a payment paid for."""

    offer: Offer
    description: str
    gross_cents: int
    tax_cents: int
    discount_cents: int
    vat_rate_bp: int
    vat_category: str
    vat_country: str


@dataclass(frozen=True, slots=True)
class Sold:
    """A payment with what it paid for; `order` holds the buyer's words and address.

    parts  at least one; they sum to the payment
    """

    payment: Payment
    order: Order
    on: date
    parts: tuple[Part, ...]

    @property
    def ref(self) -> str:
        """Return how the books name the payment."""
        return f"payment:{self.payment.pk}"


def sold_by(payment_id: int) -> Sold:
    """Return what a payment paid for."""
    payment = _PAYMENTS.get(pk=payment_id)
    if payment.order is not None:
        order = payment.order
    elif payment.charge is not None:
        order = payment.charge.subscription.order
    else:
        raise LookupError("a payment is for an order or a charge")
    on = civil_day(payment.paid_at)
    return Sold(payment, _as_billed(payment, order), on, _parts(payment, order))


def _as_billed(payment: Payment, order: Order) -> Order:
    """Return the order with the words its renewals are billed to, when they changed.

    A copy, not to be saved: what was agreed to stays with the order.
    """
    if payment.charge is None:
        return order
    held = BillingDetails.objects.filter(
        subscription=payment.charge.subscription_id
    ).first()
    if held is None:
        return order
    billed = copy.copy(order)
    for name in _BILLED:
        setattr(billed, name, getattr(held, name))
    return billed


def _parts(payment: Payment, order: Order) -> tuple[Part, ...]:
    """Return the lines of a paid order, or the one of a renewal."""
    if payment.charge is not None:
        charge = payment.charge
        text = _renewal_text(charge, order)
        return (
            _part(
                charge,
                charge.subscription.offer,
                text=text,
                off=charge.credit_cents,
            ),
        )
    return parts_of(order)


def parts_of(order: Order) -> tuple[Part, ...]:
    """Return the lines of an order."""
    return tuple(
        _part(line, line.offer, text=line.offer.title, off=line.discount_cents)
        for line in order.lines.select_related("offer__stream")
    )


def _part(row: OrderLine | Charge, offer: Offer, *, text: str, off: int = 0) -> Part:
    return Part(
        offer=offer,
        description=text,
        gross_cents=row.gross_cents,
        tax_cents=row.tax_cents,
        discount_cents=off,
        vat_rate_bp=row.vat_rate_bp,
        vat_category=row.vat_category,
        vat_country=row.vat_country,
    )


def document_lines(
    parts: Sequence[Part], order: Order, *, on: date
) -> tuple[Line, ...]:
    """Return the lines a document prints, each with why no VAT is due on it (R79)."""
    zones = zones_on(on)
    business = order.buyer_type == "business"
    return tuple(
        Line(
            description=part.description,
            unit_price_cents=part.gross_cents + part.discount_cents,
            discount_cents=part.discount_cents,
            vat_rate_bp=part.vat_rate_bp or None,
            vat_category=part.vat_category,
            vat_country=part.vat_country,
            vat_mention=mention_of(
                part.vat_category,
                country=part.vat_country,
                is_business=business,
                zones=zones,
            ),
        )
        for part in parts
    )


def customer_of(order: Order) -> Customer:
    """Return the buyer as an invoice names them."""
    business = order.buyer_type == "business"
    return Customer(
        name=(order.company if business else order.name) or order.email,
        email=order.email,
        is_business=business,
        street=order.street,
        postcode=order.postcode,
        city=order.city,
        country=order.country,
        siren=order.place.get("siren", ""),
        vat_number=order.vat_number,
    )


def _renewal_text(charge: Charge, order: Order) -> str:
    """Return the offer's title with the period that is paid."""
    with override(order.language):
        return gettext("%(offer)s, from %(start)s to %(end)s") % {
            "offer": charge.subscription.offer.title,
            "start": format_date(civil_day(charge.period_start), locale=order.language),
            "end": format_date(civil_day(charge.period_end), locale=order.language),
        }


def cause_of(sold: Sold, offer: Offer | None = None) -> Cause:
    """Return why the money came: a window that closes makes it a launch (METRICS §1)."""
    offer = offer or sold.order.offer
    if sold.payment.charge_id is not None:
        return Cause.RENEWAL
    if offer.closes_at is not None:
        return Cause.LAUNCH
    if offer.stream.nature == "one_to_one":
        return Cause.SESSION
    return Cause.EVERGREEN


def sale_entries(sold: Sold, invoice: Invoice | None) -> list[Entry]:
    """Return a row for each line, on its own stream; they sum to the payment."""
    order, payment = sold.order, sold.payment
    return [
        Entry(
            kind=Kind.SALE,
            cause=cause_of(sold, part.offer),
            stream_id=part.offer.stream_id,
            person_id=order.person_id,
            amount_cents=part.gross_cents,
            currency=payment.currency,
            ref=numbered(f"{sold.ref}:sale", position),
            sold_on=civil_day(order.created_at) if payment.order_id else sold.on,
            received_on=sold.on,
            banked_on=sold.on if payment.method == "transfer" else None,
            label=part.description,
            counterparty=customer_of(order).name,
            document_number=invoice.number if invoice else "",
            method=payment.method,
        )
        for position, part in enumerate(
            (part for part in sold.parts if part.gross_cents), start=1
        )
    ]
