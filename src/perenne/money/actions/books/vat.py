"""Decide a sale's VAT when it is paid, and keep its row in the books of VAT."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from perenne.core import log
from perenne.money.actions.books.invoices import SERIES, hold_series
from perenne.money.domain.books.invoices import DocumentKind
from perenne.money.domain.books.ledger import numbered
from perenne.money.domain.checkout.amounts import amounts_of
from perenne.money.domain.checkout.quoting import Item, quote
from perenne.money.domain.vat.vat import Category, Supply, treatment
from perenne.money.models import Charge, Order, OrderLine, VatEntry
from perenne.money.queries.books.sold import sold_by
from perenne.money.queries.checkout.checkout import civil_day, place_of
from perenne.money.queries.vat.vat import eu_sales, seller_on, threshold_cents, zones_on

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from perenne.money.domain.checkout.amounts import Amounts
    from perenne.money.domain.vat.vat import Treatment
    from perenne.money.models import LedgerEntry
    from perenne.money.queries.books.sold import Part, Sold


def settle_vat(sold: Sold, *, now: datetime) -> Sold:
    """Return the sale with the VAT of the day on which it was paid (R121).

    The very sale that passes the threshold of art. 59c bears its customer's VAT, whatever
    was foreseen when it was ordered. The price stays: only the VAT in it changes. Two
    payments at once are decided one after the other: the row of the invoice numbers is
    held first, as issuing does (docs/adr/0012-invoices-and-ledger.md).
    """
    mine = [part for part in sold.parts if part.offer.vat_nature == Supply.AUTOMATED]
    due = _below(sold)
    if not mine or not due.counts or due.one_stop:
        return sold
    hold_series(SERIES[DocumentKind.INVOICE], civil_day(now))
    net = sum(
        amounts_of(part.gross_cents, "EUR", vat_rate_bp=due.rate_bp).net_cents
        for part in mine
    )
    if eu_sales(sold.on).go_abroad(net, threshold_cents=threshold_cents(sold.on)):
        due = _below(sold, above=True)
    if any(part.vat_country != due.country for part in mine):
        _rewrite(sold, due, now=now)
        return sold_by(sold.payment.pk)
    return sold


def _below(sold: Sold, *, above: bool = False) -> Treatment:
    """Return how automated parts of the sale are treated below the threshold, or above."""
    return treatment(
        Supply.AUTOMATED,
        seller=seller_on(sold.on),
        customer=place_of(sold.order).customer,
        zones=zones_on(sold.on),
        above=above,
    )


def _rewrite(sold: Sold, due: Treatment, *, now: datetime) -> None:
    """Write the VAT that is due into the rows that are paid; their sums stay."""
    quoted = quote([_item(part, due, sold.payment.currency) for part in sold.parts])
    if sold.payment.charge_id is not None:
        Charge.objects.filter(pk=sold.payment.charge_id).update(**asdict(quoted.total))
        return
    lines = OrderLine.objects.filter(order=sold.order).order_by("position")
    for line, new in zip(lines, quoted.lines, strict=True):
        OrderLine.objects.filter(pk=line.pk).update(**_vat_of(new.amounts))
    Order.objects.filter(pk=sold.order.pk).update(**_vat_of(quoted.total))
    log.record(
        "money.vat_settled",
        actor="system",
        obj=sold.order,
        at=now,
        country=due.country,
        rate_bp=due.rate_bp,
    )


def _item(part: Part, due: Treatment, currency: str) -> Item:
    """Return a part as an item, with the VAT that is due when it is automated."""
    item = Item(
        list_cents=part.gross_cents,
        currency=currency,
        vat_rate_bp=part.vat_rate_bp,
        vat_category=part.vat_category,
        vat_country=part.vat_country,
    )
    if part.offer.vat_nature != Supply.AUTOMATED:
        return item
    return replace(
        item,
        vat_rate_bp=due.rate_bp,
        vat_category=due.category,
        vat_country=due.country,
    )


def _vat_of(amounts: Amounts) -> dict[str, int | str]:
    values = asdict(amounts)
    del values["currency"]
    return values


def keep_vat(
    sold: Sold, rows: Sequence[LedgerEntry], *, ref: str, booked_on: date
) -> None:
    """Keep what the ledger rows of a sale, or of its refund, are for VAT.

    ref  of the first row; the others' are numbered after it, in the order of the parts
    """
    seller, place = seller_on(sold.on), place_of(sold.order)
    counts = _below(sold).counts
    parts = [part for part in sold.parts if part.gross_cents]
    by_ref = {numbered(ref, at): part for at, part in enumerate(parts, start=1)}
    VatEntry.objects.bulk_create(
        VatEntry(
            entry=row,
            customer=place.country,
            is_business=place.is_business,
            taxed_on=sold.on,
            booked_on=booked_on,
            **_kind_of(by_ref[row.ref], row, home=seller.country, counts=counts),
        )
        for row in rows
    )


def _kind_of(
    part: Part, row: LedgerEntry, *, home: str, counts: bool
) -> dict[str, Any]:
    """Return one row's country, rate and amounts, signed as the ledger row."""
    paid, sign = abs(row.amount_cents), 1 if row.amount_cents > 0 else -1
    tax = part.tax_cents
    if paid != part.gross_cents:
        tax = amounts_of(paid, row.currency, vat_rate_bp=part.vat_rate_bp).tax_cents
    unasked = Category.TAXED if part.vat_rate_bp else Category.EXEMPT
    category, country = part.vat_category or unasked, part.vat_country or home
    return {
        "supply": part.offer.vat_nature,
        "country": country,
        "category": category,
        "rate_bp": part.vat_rate_bp,
        "net_cents": sign * (paid - tax),
        "tax_cents": sign * tax,
        "currency": row.currency,
        "counts": counts and part.offer.vat_nature == Supply.AUTOMATED,
        "one_stop": category == Category.TAXED and country != home,
    }
