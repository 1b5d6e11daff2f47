"""What an invoice says, what it adds up to, and what the law wants on it.

Rounding (docs/adr/0012-invoices-and-ledger.md). Lines are rounded to the cent, half away
from zero. VAT is computed once per rate on the sum of its lines, never line by line:

    prices without VAT   tax = round(net x rate)            gross = net + tax
    prices with VAT      tax = round(gross x rate / (1 + rate))  net = gross - tax

so a consumer pays exactly the price they were shown.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from perenne.core.domain.money import allocate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date


class DocumentKind(StrEnum):
    """An invoice, the credit note that corrects one, or what comes before the invoice.

    PROFORMA is never issued or numbered: an order that waits for its transfer (MB23)
    """

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PROFORMA = "proforma"


class Nature(StrEnum):
    """Nature of the operation (R82): printed on the document."""

    SERVICES = "services"
    GOODS = "goods"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing sold.

    quantity          up to three decimals (1.5 hours)
    unit_price_cents  with or without VAT as the document says
    vat_rate_bp       basis points (2000 is 20 %), None when exempt
    discount_cents    taken off the line
    vat_category, vat_country, vat_mention   as domain/vat.py says; all "" on documents
                      that know the seller's own VAT only
    """

    description: str
    unit_price_cents: int
    quantity: Decimal = Decimal(1)
    vat_rate_bp: int | None = None
    discount_cents: int = 0
    vat_category: str = ""
    vat_country: str = ""
    vat_mention: str = ""

    def __post_init__(self) -> None:
        """Refuse a line below zero: a correction is a credit note (R84)."""
        if self.unit_price_cents < 0 or self.quantity < 0 or self.discount_cents < 0:
            raise ValueError("a line is never negative; issue a credit note")
        if self.amount_cents < 0:
            raise ValueError("a discount is at most the line's amount")

    @property
    def amount_cents(self) -> int:
        """Quantity x unit price - discount, rounded half up to the cent."""
        exact = self.quantity * self.unit_price_cents
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP)) - self.discount_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller:
    """The business as it was on the day of issue (R79 1°, R41)."""

    name: str
    owner_name: str = ""
    legal_form: str = ""
    sole_trader: bool = False
    liable: bool = False
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "FR"
    siren: str = ""
    vat_number: str = ""
    email: str = ""
    phone: str = ""
    iban: str = ""
    bic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Who buys. A business when `is_business`, else a consumer."""

    name: str
    email: str = ""
    is_business: bool = False
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    siren: str = ""
    vat_number: str = ""


@dataclass(frozen=True, slots=True)
class VatGroup:
    """Totals of one rate and country; net + tax = gross, checked when built.

    rate_bp            None for what is exempt
    category, country  of its lines
    """

    rate_bp: int | None
    net_cents: int
    tax_cents: int
    gross_cents: int
    category: str = ""
    country: str = ""

    def __post_init__(self) -> None:
        """Refuse totals that do not add up."""
        if self.net_cents + self.tax_cents != self.gross_cents:
            raise ValueError("net and tax must add up to gross")


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals per rate and over all; line_nets are the lines without VAT, in order."""

    groups: tuple[VatGroup, ...]
    line_nets: tuple[int, ...]
    net_cents: int = field(init=False)
    tax_cents: int = field(init=False)
    gross_cents: int = field(init=False)

    def __post_init__(self) -> None:
        """Sum the groups, and refuse lines that do not sum to the net total."""
        for name in ("net_cents", "tax_cents", "gross_cents"):
            total = sum(getattr(group, name) for group in self.groups)
            object.__setattr__(self, name, total)
        if sum(self.line_nets) != self.net_cents:
            raise ValueError("the lines must add up to the net total")


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Everything an invoice or credit note prints; frozen at issue (R84).

    number, issued_on   "" and None until issued: a draft has no number (R83)
    sold_on             day of supply or of completion
    prices_include_vat  True: unit prices are what a consumer pays
    wordings            mandatory wordings of the law by key, in the document's language
    corrects_number, corrects_on  of the original, on a credit note (R84)
    """

    kind: DocumentKind
    seller: Seller
    customer: Customer
    lines: tuple[Line, ...]
    currency: str
    sold_on: date | None
    language: str = "fr"
    number: str = ""
    issued_on: date | None = None
    due_on: date | None = None
    paid_on: date | None = None
    prices_include_vat: bool = True
    reverse_charge: bool = False
    nature: Nature = Nature.SERVICES
    wordings: Mapping[str, str] = field(default_factory=dict)
    order_number: str = ""
    purchase_order: str = ""
    reason: str = ""
    corrects_number: str = ""
    corrects_on: date | None = None
    customer_siren_required: bool = False

    @property
    def shows_vat(self) -> bool:
        """Tell whether it has columns of VAT: never in franchise at home (R81)."""
        return self.seller.liable or any(line.vat_rate_bp for line in self.lines)

    @property
    def totals(self) -> Totals:
        """Return what the lines add up to."""
        return totals(self.lines, prices_include_vat=self.prices_include_vat)


def totals(lines: Sequence[Line], *, prices_include_vat: bool) -> Totals:
    """Add lines up per VAT rate and country, tax rounded half up once for each.

    Returns  groups ordered by falling rate, exempt last; net + tax = gross in each
    """
    kinds = [_kind(line) for line in lines]
    groups: list[VatGroup] = []
    nets = [0] * len(lines)
    for kind in sorted(set(kinds), reverse=True):
        places = [i for i, found in enumerate(kinds) if found == kind]
        amounts = [lines[i].amount_cents for i in places]
        group = _group(
            lines[places[0]], sum(amounts), prices_include_vat=prices_include_vat
        )
        groups.append(group)
        shares = allocate(group.net_cents, amounts) if any(amounts) else amounts
        for i, net in zip(places, shares, strict=True):
            nets[i] = net
    return Totals(tuple(groups), tuple(nets))


def _kind(line: Line) -> tuple[int, str, str]:
    rate = -1 if line.vat_rate_bp is None else line.vat_rate_bp
    return rate, line.vat_country, line.vat_category


def _group(like: Line, amount_cents: int, *, prices_include_vat: bool) -> VatGroup:
    rate = like.vat_rate_bp or 0
    if prices_include_vat:
        tax = _half_up(Decimal(amount_cents) * rate / (10_000 + rate))
        net = amount_cents - tax
    else:
        tax = _half_up(Decimal(amount_cents) * rate / 10_000)
        net = amount_cents
    return VatGroup(
        like.vat_rate_bp, net, tax, net + tax, like.vat_category, like.vat_country
    )


def unit_net(line: Line, *, prices_include_vat: bool) -> Decimal:
    """Return a line's unit price without VAT in cents, to four decimals (R79 8°)."""
    rate = (line.vat_rate_bp or 0) if prices_include_vat else 0
    exact = Decimal(line.unit_price_cents) * 10_000 / (10_000 + rate)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def document_language(seller_country: str, customer_country: str, wish: str) -> str:
    """Return the language of a document: French between two parties in France (R87)."""
    if seller_country == customer_country == "FR":
        return "fr"
    return wish if wish in {"fr", "en"} else "fr"


def _half_up(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))
