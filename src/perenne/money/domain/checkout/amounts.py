"""What a buyer owes, as one value, computed before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Amounts:
    """A price split by VAT; it refuses to exist if it does not add up.

    *_cents      integer minor units of `currency`; net + tax = gross
    vat_rate_bp  basis points; 0 in VAT franchise (CGI art. 293 B)
    vat_category, vat_country  as domain/vat.py says; "" when it was not asked
    """

    currency: str
    net_cents: int
    tax_cents: int
    gross_cents: int
    vat_rate_bp: int
    vat_category: str = ""
    vat_country: str = ""

    def __post_init__(self) -> None:
        """Check the sum and the signs."""
        if self.net_cents + self.tax_cents != self.gross_cents:
            raise ValueError("net and tax do not make gross")
        if min(self.net_cents, self.tax_cents, self.vat_rate_bp) < 0:
            raise ValueError("amounts of a sale are not negative")


def like(amounts: Amounts, gross_cents: int) -> Amounts:
    """Return another price with VAT, split as these amounts are."""
    split = amounts_of(gross_cents, amounts.currency, vat_rate_bp=amounts.vat_rate_bp)
    return replace(
        split,
        vat_category=amounts.vat_category,
        vat_country=amounts.vat_country,
    )


def amounts_of(price_cents: int, currency: str, *, vat_rate_bp: int) -> Amounts:
    """Split a price shown with VAT included (R43); the tax is rounded once, half up.

    tax = gross x rate / (1 + rate): what CGI art. 266 calls VAT contained in a price.
    """
    exact = Decimal(price_cents) * vat_rate_bp / Decimal(10_000 + vat_rate_bp)
    tax = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return Amounts(currency, price_cents - tax, tax, price_cents, vat_rate_bp)
