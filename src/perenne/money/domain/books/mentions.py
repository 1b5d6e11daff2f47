"""The mandatory mentions of an invoice: what is missing before it may be issued (R79).

Source: CGI ann. II art. 242 nonies A in the version of 2025-01-01; C. com. L441-9 and
D441-5 for the terms between businesses (R89); C. com. R526-27 for "EI" (R41).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.money.domain.books.invoices import DocumentKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from perenne.money.domain.books.invoices import Document, Line, Seller

# A description made of nothing else says not what was sold (BOI-TVA-DECLA-30-20-20-10).
_GENERIC = frozenset(
    {
        *("article", "articles", "divers", "fourniture", "item", "items", "misc"),
        *("miscellaneous", "prestation", "prestations", "produit", "produits"),
        *("product", "products", "sale", "service", "services", "travail", "vente"),
        "work",
    }
)


def required_wordings(document: Document) -> list[str]:
    """Return the keys of the law's wordings this document must carry, in printed order.

    franchise       R81, seller in VAT franchise in France
    reverse_charge  R79, the customer owes the VAT
    outside_business, outside_consumer, territory   no VAT of the Union is due (R96)
    no_discount, late_penalty, recovery_fee   R89, only on invoices to a business
    """
    keys: list[str] = []
    french = document.seller.country == "FR"
    if french:
        keys += dict.fromkeys(_vat_mentions(document))
    if document.reverse_charge and "reverse_charge" not in keys:
        keys.append("reverse_charge")
    is_invoice = document.kind == DocumentKind.INVOICE
    if french and document.customer.is_business and is_invoice:
        keys += ["no_discount", "late_penalty", "recovery_fee"]
    if french and document.seller.sole_trader:
        keys.append("sole_trader")
    return keys


def _vat_mentions(document: Document) -> Iterator[str]:
    for line in document.lines:
        if line.vat_mention:
            yield line.vat_mention
        elif not line.vat_category and not document.seller.liable:
            yield "franchise"


def missing_mentions(document: Document) -> list[str]:
    """Return the keys of the mandatory mentions that the document lacks, in order.

    Empty when it may be issued. A consumer's address is not required: their invoice is
    the service note of arrêté 83-50/A, which needs a name only (R78).
    """
    found = [key for check in _CHECKS for key in check(document)]
    return list(dict.fromkeys(found))


def _parties(document: Document) -> Iterator[str]:
    seller, customer = document.seller, document.customer
    if not (seller.owner_name if seller.sole_trader else seller.name).strip():
        yield "seller_name"
    if not (seller.street and seller.postcode and seller.city):
        yield "seller_address"
    if seller.country == "FR" and not seller.siren:
        yield "seller_siren"
    if seller.liable and not seller.vat_number:
        yield "seller_vat_number"
    if not customer.name.strip():
        yield "customer_name"
    if customer.is_business and not (customer.street and customer.city):
        yield "customer_address"
    needs_siren = document.customer_siren_required and customer.country == "FR"
    if customer.is_business and needs_siren and not customer.siren:
        yield "customer_siren"


def _dates(document: Document) -> Iterator[str]:
    if not document.number:
        yield "number"
    if document.issued_on is None:
        yield "issue_date"
    if document.sold_on is None:
        yield "supply_date"
    if document.kind == DocumentKind.CREDIT_NOTE and not (
        document.corrects_number and document.corrects_on
    ):
        yield "corrected_invoice"
    is_invoice = document.kind == DocumentKind.INVOICE
    if document.customer.is_business and is_invoice and document.due_on is None:
        yield "due_date"


def _lines(document: Document) -> Iterator[str]:
    if not document.lines:
        yield "lines"
    for line in document.lines:
        words = line.description.lower().replace(",", " ").split()
        if not words or _GENERIC.issuperset(words):
            yield "line_description"
        if line.quantity <= 0:
            yield "line_quantity"
    yield from _vat(document)


def _vat(document: Document) -> Iterator[str]:
    seller, reversed_ = document.seller, document.reverse_charge
    taxed = [line for line in document.lines if line.vat_rate_bp]
    if seller.liable and not reversed_:
        asked = [line for line in document.lines if not line.vat_category]
        if any(line.vat_rate_bp is None for line in asked):
            yield "line_vat_rate"
    if not seller.liable and any(_is_home(line, seller) for line in taxed):
        yield "line_vat_in_franchise"
    abroad = any(not _is_home(line, seller) for line in taxed)
    if (abroad or reversed_) and not seller.vat_number:
        yield "seller_vat_number"
    if reversed_ and not document.customer.vat_number:
        yield "customer_vat_number"


def _is_home(line: Line, seller: Seller) -> bool:
    """Tell whether a line's VAT is the seller's own (R81), not another state's (R121)."""
    return line.vat_country in {"", seller.country}


def _wordings(document: Document) -> Iterator[str]:
    for key in required_wordings(document):
        if not document.wordings.get(key):
            yield f"wording_{key}"


_CHECKS: tuple[Callable[[Document], Iterator[str]], ...] = (
    _parties,
    _dates,
    _lines,
    _wordings,
)
