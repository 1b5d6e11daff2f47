"""What a basket costs: its lines, the reduction spread over them, VAT split out. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.core.domain.money import allocate, share
from perenne.money.domain.checkout.amounts import Amounts, amounts_of

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Reduction:
    """What a coupon takes off: a share in basis points, or an amount."""

    percent_bp: int = 0
    amount_cents: int = 0

    def on(self, price_cents: int) -> int:
        """Return what it takes off one price; the share is rounded once, half up."""
        if self.amount_cents:
            return min(self.amount_cents, price_cents)
        return share(price_cents, self.percent_bp)


NO_REDUCTION = Reduction()


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a basket.

    list_cents    its price as this buyer pays it, before a reduction
    reducible     the coupon counts for it
    vat_rate_bp   basis points; 0 where no VAT is due
    vat_category, vat_country  as domain/vat.py says; "" when it was not asked
    """

    list_cents: int
    currency: str
    vat_rate_bp: int
    vat_category: str = ""
    reducible: bool = True
    vat_country: str = ""

    def amounts(self, gross_cents: int, tax_cents: int) -> Amounts:
        """Return what is paid for it."""
        return Amounts(
            self.currency,
            gross_cents - tax_cents,
            tax_cents,
            gross_cents,
            self.vat_rate_bp,
            self.vat_category,
            self.vat_country,
        )


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """One line as it is charged; list - discount = gross."""

    item: Item
    discount_cents: int
    amounts: Amounts


@dataclass(frozen=True, slots=True)
class Quote:
    """What is owed: lines in the order of the items, and their sum."""

    lines: tuple[QuotedLine, ...]

    @property
    def total(self) -> Amounts:
        """Return the sum of the lines; its rate is the first line's."""
        parts = [line.amounts for line in self.lines]
        return Amounts(
            parts[0].currency,
            sum(part.net_cents for part in parts),
            sum(part.tax_cents for part in parts),
            sum(part.gross_cents for part in parts),
            parts[0].vat_rate_bp,
            parts[0].vat_category,
            parts[0].vat_country,
        )

    @property
    def discount_cents(self) -> int:
        """Return what the coupon takes off in all."""
        return sum(line.discount_cents for line in self.lines)


def quote(items: Sequence[Item], reduction: Reduction = NO_REDUCTION) -> Quote:
    """Return what the items cost together.

    A share is taken off each line it counts for; an amount is taken off once and spread
    over those lines in proportion to their prices, to the cent.

    Raises  ValueError: no items, or of several currencies
    """
    if len({item.currency for item in items}) != 1:
        raise ValueError("a basket has items of one currency")
    gross, discounts = [], _spread(items, reduction)
    for item, off in zip(items, discounts, strict=True):
        gross.append(item.list_cents - off)
    taxes = _taxes(items, gross)
    return Quote(
        tuple(
            QuotedLine(item, off, item.amounts(paid, tax))
            for item, off, paid, tax in zip(items, discounts, gross, taxes, strict=True)
        )
    )


def _taxes(items: Sequence[Item], gross: Sequence[int]) -> list[int]:
    """Return each line's VAT: computed once per rate, as an invoice does, then spread."""
    taxes = [0] * len(items)
    kinds = [(item.vat_rate_bp, item.vat_country) for item in items]
    for kind in set(kinds):
        rate_bp = kind[0]
        at = [i for i, found in enumerate(kinds) if found == kind]
        whole = sum(gross[i] for i in at)
        if not whole:
            continue
        amounts = amounts_of(whole, items[0].currency, vat_rate_bp=rate_bp)
        parts = allocate(amounts.tax_cents, [gross[i] for i in at])
        for i, part in zip(at, parts, strict=True):
            taxes[i] = part
    return taxes


def _spread(items: Sequence[Item], reduction: Reduction) -> list[int]:
    weights = [item.list_cents if item.reducible else 0 for item in items]
    whole = sum(weights)
    if not whole:
        return [0] * len(items)
    if reduction.amount_cents:
        return allocate(reduction.on(whole), weights)
    return [reduction.on(weight) for weight in weights]
