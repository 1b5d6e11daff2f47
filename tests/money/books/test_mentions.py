"""Each mandatory mention, one by one: without it nothing is issued (R79, R41, R81, R89)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from perenne.money.domain.books.invoices import Customer, DocumentKind, Line
from perenne.money.domain.books.mentions import missing_mentions, required_wordings


def test_a_complete_invoice_lacks_nothing(make_document):
    assert missing_mentions(make_document()) == []


@pytest.mark.parametrize(
    ("field", "missing"),
    [
        ({"number": ""}, "number"),
        ({"issued_on": None}, "issue_date"),
        ({"sold_on": None}, "supply_date"),
        ({"due_on": None}, "due_date"),
        ({"lines": ()}, "lines"),
    ],
)
def test_a_missing_field_is_named(make_document, field, missing):
    assert missing_mentions(make_document(**field)) == [missing]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"owner_name": " "}, "seller_name"),
        ({"street": ""}, "seller_address"),
        ({"postcode": ""}, "seller_address"),
        ({"city": ""}, "seller_address"),
        ({"siren": ""}, "seller_siren"),
    ],
)
def test_the_seller_is_whole(make_document, change, missing):
    document = make_document()
    seller = replace(document.seller, **change)
    assert missing_mentions(replace(document, seller=seller)) == [missing]


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"name": ""}, "customer_name"),
        ({"street": ""}, "customer_address"),
        ({"city": ""}, "customer_address"),
    ],
)
def test_a_business_customer_is_whole(make_document, change, missing):
    document = make_document()
    customer = replace(document.customer, **change)
    assert missing_mentions(replace(document, customer=customer)) == [missing]


def test_a_consumer_needs_a_name_only(make_document):
    document = make_document(customer=Customer(name="Ana Silva"), due_on=None)
    assert missing_mentions(document) == []


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"description": ""}, "line_description"),
        ({"description": "Prestation"}, "line_description"),
        ({"description": "Services, divers"}, "line_description"),
        ({"quantity": Decimal(0)}, "line_quantity"),
        ({"vat_rate_bp": 2000}, "line_vat_in_franchise"),
    ],
)
def test_a_line_is_whole(make_document, hours, change, missing):
    document = make_document(lines=(hours, replace(hours, **change)))
    assert missing_mentions(document) == [missing]


def _liable(document, **change):
    seller = replace(document.seller, liable=True, vat_number="FR44732829320", **change)
    words = {k: v for k, v in document.wordings.items() if k != "franchise"}
    return replace(document, seller=seller, wordings=words)


def test_a_liable_seller_prints_number_and_rate(make_document, hours):
    taxed = _liable(make_document(lines=(replace(hours, vat_rate_bp=2000),)))
    assert missing_mentions(taxed) == []
    numberless = replace(taxed, seller=replace(taxed.seller, vat_number=""))
    assert missing_mentions(numberless) == ["seller_vat_number"]
    assert missing_mentions(replace(taxed, lines=(hours,))) == ["line_vat_rate"]


def test_the_reverse_charge_says_so_and_names_the_customer(make_document):
    document = _liable(make_document(reverse_charge=True))
    assert missing_mentions(document) == [
        "customer_vat_number",
        "wording_reverse_charge",
    ]
    customer = replace(document.customer, vat_number="BE0123456749")
    words = {**document.wordings, "reverse_charge": "Autoliquidation"}
    assert missing_mentions(replace(document, customer=customer, wordings=words)) == []


@pytest.mark.parametrize(
    "key",
    ["franchise", "no_discount", "late_penalty", "recovery_fee", "sole_trader"],
)
def test_each_wording_of_the_law_is_required(make_document, key):
    document = make_document()
    words = {k: v for k, v in document.wordings.items() if k != key}
    assert missing_mentions(replace(document, wordings=words)) == [f"wording_{key}"]


def test_terms_between_businesses_are_not_on_a_consumers_invoice(make_document):
    document = make_document(customer=Customer(name="Ana Silva"))
    assert required_wordings(document) == ["franchise", "sole_trader"]


def test_a_credit_note_names_its_invoice(make_document):
    note = make_document(kind=DocumentKind.CREDIT_NOTE)
    assert missing_mentions(note) == ["corrected_invoice"]
    named = replace(note, corrects_number="F-2026-0001", corrects_on=date(2026, 9, 1))
    assert missing_mentions(named) == []


def test_the_customers_siren_is_required_once_the_law_says_so(make_document):
    document = make_document(customer_siren_required=True)
    assert missing_mentions(document) == []
    customer = replace(document.customer, siren="")
    assert missing_mentions(replace(document, customer=customer)) == ["customer_siren"]


def test_a_missing_mention_is_named_once(make_document):
    bad = Line(description="", unit_price_cents=1)
    assert missing_mentions(make_document(lines=(bad, bad))) == ["line_description"]
