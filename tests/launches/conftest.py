"""An offer, people who may be written to, and orders paid for it."""

from datetime import timedelta

import pytest


@pytest.fixture
def make_offer(business, now):
    from perenne.money.actions.offers.offers import add_offer
    from perenne.money.actions.offers.prices import change_price
    from perenne.streams.api import default_stream

    def make(slug="course"):
        offer = add_offer(
            slug=slug,
            title=slug.title(),
            stream_id=default_stream("digital").pk,
            actor="owner",
            now=now,
        )
        change_price(
            offer.pk,
            amount_cents=10_000,
            currency="EUR",
            interval="one_off",
            actor="owner",
            now=now,
        )
        return offer

    return make


@pytest.fixture
def offer(make_offer):
    return make_offer()


@pytest.fixture
def contact(make_person, now):
    """Add somebody who may be written to."""
    from perenne.audience.api import record_consent

    def make(email):
        person = make_person(email)
        record_consent(person.pk, wording="Yes.", source="hand", actor="owner", now=now)
        return person

    return make


@pytest.fixture
def launch(offer, now):
    """A launch that opens in two days and closes five days later."""
    from perenne.launches.api import plan_launch

    return plan_launch(
        name="Spring",
        offer_ids=[offer.pk],
        opens_at=now + timedelta(days=2),
        closes_at=now + timedelta(days=7),
        goal_buyers=10,
        actor="owner",
        now=now,
    )


@pytest.fixture
def buy(now):
    """Record an order of the offer as paid: buy(offer, person, at, paid_at=later)."""
    from perenne.money.models import Order, Payment, TermsVersion

    terms = {}

    def pay(offer, person, at, *, refunded=0, paid_at=None):
        number = f"T{Order.objects.count() + 1:05d}"
        if "row" not in terms:
            terms["row"] = TermsVersion.objects.create(
                language="fr", text="CGV", digest="0" * 64, valid_from=now
            )
        order = Order.objects.create(
            number=number,
            key=number,
            person=person,
            offer=offer,
            price=offer.prices.get(),
            currency="EUR",
            net_cents=10_000,
            tax_cents=0,
            gross_cents=10_000,
            name=person.name,
            email=person.email,
            terms=terms["row"],
            state="paid",
            provider="transfer",
            created_at=at,
            paid_at=paid_at or at,
        )
        Payment.objects.create(
            order=order,
            provider="transfer",
            provider_ref=number,
            amount_cents=10_000,
            currency="EUR",
            method="transfer",
            refunded_cents=refunded,
            paid_at=paid_at or at,
            recorded_at=paid_at or at,
        )
        return order

    return pay
