"""Who buys, as typed in the checkout form and checked there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Buyer:
    """The buyer's identity for the order and its invoice.

    buyer_type  "consumer" or "business" (then with company)
    country     ISO 3166 alpha-2
    """

    name: str
    email: str
    buyer_type: str
    country: str
    language: str
    company: str = ""
    siren: str = ""
    vat_number: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
