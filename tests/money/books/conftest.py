"""A paid order, its refund, and what an invoice is made of."""

import hashlib
from datetime import date
from decimal import Decimal

import pytest

from perenne.core import legal
from perenne.money.domain.books.invoices import (
    Customer,
    Document,
    DocumentKind,
    Line,
    Seller,
)
from perenne.money.models import Order, OrderLine, Payment, Price, Refund, TermsVersion
from perenne.streams.api import default_stream

DAY = date(2026, 9, 15)


@pytest.fixture
def make_payment(business, course_offer, person, now):
    """Record a payment as the shop does: make_payment(4900)."""
    count = iter(range(1, 1000))

    def make(amount_cents=4900, *, offer=course_offer, **fields):
        number = f"C{next(count):04d}"
        terms, _ = TermsVersion.objects.get_or_create(
            digest=hashlib.sha256(b"terms").hexdigest(),
            defaults={"language": "fr", "text": "Terms", "valid_from": now},
        )
        order = Order.objects.create(
            **{
                "number": number,
                "key": number,
                "person": person,
                "offer": offer,
                "price": Price.objects.filter(offer=offer).first(),
                "currency": "EUR",
                "net_cents": amount_cents,
                "tax_cents": 0,
                "gross_cents": amount_cents,
                "name": "Ana Silva",
                "email": person.email,
                "terms": terms,
                "state": "paid",
                "provider": "stripe",
                "created_at": now,
                "paid_at": now,
                **fields,
            }
        )
        OrderLine.objects.create(
            order=order,
            position=1,
            offer=order.offer,
            price=order.price,
            list_cents=amount_cents,
            net_cents=order.net_cents,
            tax_cents=order.tax_cents,
            gross_cents=amount_cents,
            vat_rate_bp=order.vat_rate_bp,
        )
        return Payment.objects.create(
            order=order,
            provider="stripe",
            provider_ref=f"pi_{number}",
            amount_cents=amount_cents,
            currency="EUR",
            method="card",
            paid_at=now,
            recorded_at=now,
        )

    return make


@pytest.fixture
def payment(make_payment):
    return make_payment()


@pytest.fixture
def make_refund(now):
    """Give back part of a payment: make_refund(payment, 1000)."""

    def make(payment, amount_cents, key="refund-1"):
        return Refund.objects.create(
            payment=payment,
            key=key,
            amount_cents=amount_cents,
            currency="EUR",
            reason="Changed her mind",
            state="done",
            requested_at=now,
            done_at=now,
        )

    return make


@pytest.fixture
def one_to_one(streams):
    return default_stream("one_to_one")


STUDIO = Customer(
    name="Studio Mésange SARL",
    is_business=True,
    street="3 quai de la Pêcherie",
    postcode="69001",
    city="Lyon",
    country="FR",
    siren="552100554",
    email="compta@mesange.example",
)
HOURS = Line(
    description="Accompagnement stratégique",
    unit_price_cents=9000,
    quantity=Decimal("6.5"),
)


@pytest.fixture
def studio():
    return STUDIO


@pytest.fixture
def hours():
    return HOURS


@pytest.fixture
def bill(one_to_one, business, now):
    """Issue an invoice for a mission: bill("mission:1")."""
    from perenne.money.api import issue_invoice

    def make(ref="mission:1", *, paid=False, at=now, **fields):
        values = {
            "customer": STUDIO,
            "lines": [HOURS],
            "stream_id": one_to_one.pk,
            "currency": "EUR",
            "sold_on": DAY,
            "due_on": None,
            "prices_include_vat": False,
        }
        return issue_invoice(
            ref=ref, paid=paid, actor="owner", now=at, **{**values, **fields}
        )

    return make


@pytest.fixture
def make_document():
    """Build a complete B2B invoice in franchise; fields replace its own."""

    def make(**fields):
        words = {
            key: legal.value("legal_mentions", f"{key}.fr", on=DAY)
            for key in (
                "franchise",
                "no_discount",
                "late_penalty",
                "recovery_fee",
                "sole_trader",
            )
        }
        values = {
            "kind": DocumentKind.INVOICE,
            "seller": Seller(
                name="Atelier Boréal",
                owner_name="Camille Moreau",
                legal_form="micro",
                sole_trader=True,
                street="12 rue des Tilleuls",
                postcode="69003",
                city="Lyon",
                siren="732829320",
                email="camille@boreal.example",
                iban="FR7630006000011234567890189",
            ),
            "customer": STUDIO,
            "lines": (HOURS,),
            "currency": "EUR",
            "sold_on": DAY,
            "issued_on": DAY,
            "due_on": date(2026, 10, 15),
            "number": "F-2026-0042",
            "prices_include_vat": False,
            "wordings": words,
        }
        return Document(**{**values, **fields})

    return make
