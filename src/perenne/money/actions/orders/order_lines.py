"""Write the lines of an order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.money.models import OrderLine

if TYPE_CHECKING:
    from perenne.money.domain.checkout.quoting import Quote
    from perenne.money.models import Order, Price


def add_lines(order: Order, parts: list[tuple[str, Price]], quoted: Quote) -> None:
    """Write the lines of an order: (role, price) in the order of the quote."""
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            role=role,
            offer_id=price.offer_id,
            price=price,
            list_cents=line.item.list_cents,
            discount_cents=line.discount_cents,
            net_cents=line.amounts.net_cents,
            tax_cents=line.amounts.tax_cents,
            gross_cents=line.amounts.gross_cents,
            vat_rate_bp=line.amounts.vat_rate_bp,
            vat_category=line.amounts.vat_category,
            vat_country=line.amounts.vat_country,
        )
        for position, ((role, price), line) in enumerate(
            zip(parts, quoted.lines, strict=True), start=1
        )
    )
