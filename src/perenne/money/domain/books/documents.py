"""An invoice's frozen body: the document as JSON and back, nothing lost (R84)."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any

from perenne.money.domain.books.invoices import (
    Customer,
    Document,
    DocumentKind,
    Line,
    Nature,
    Seller,
)

_DATES = ("sold_on", "issued_on", "due_on", "paid_on", "corrects_on")


def to_body(document: Document) -> dict[str, Any]:
    """Return the document as JSON values: dates in ISO, quantities as strings."""
    body = asdict(document)
    for name in _DATES:
        body[name] = body[name].isoformat() if body[name] else None
    for line in body["lines"]:
        line["quantity"] = str(line["quantity"])
    body["lines"] = list(body["lines"])
    body["kind"], body["nature"] = str(document.kind), str(document.nature)
    return body


def from_body(body: dict[str, Any]) -> Document:
    """Return the document that was frozen; keys it does not know are left out."""
    known = {item.name for item in fields(Document)}
    values = {key: value for key, value in body.items() if key in known}
    for name in _DATES:
        values[name] = date.fromisoformat(values[name]) if values.get(name) else None
    values["seller"] = Seller(**values["seller"])
    values["customer"] = Customer(**values["customer"])
    values["lines"] = tuple(
        Line(**{**line, "quantity": Decimal(line["quantity"])})
        for line in values["lines"]
    )
    values["kind"] = DocumentKind(values["kind"])
    values["nature"] = Nature(values["nature"])
    return Document(**values)
