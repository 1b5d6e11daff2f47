"""Prices with a trial or in instalments, and subscriptions that began with them."""

from datetime import timedelta

import pytest

from perenne.core.tokens import new_token
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.offers.offers import set_grants
from perenne.money.models import Order, Price, Subscription

DAY = timedelta(days=1)


@pytest.fixture
def add_price(now):
    """Add a price of any kind to an offer: add_price(offer, trial_days=14)."""

    def add(offer, amount_cents=900, **fields):
        return Price.objects.create(
            offer=offer,
            amount_cents=amount_cents,
            valid_from=fields.pop("valid_from", now),
            **{"interval": "month"} | fields,
        )

    return add


@pytest.fixture
def order_of(make_order):
    """Start the order of a price, with its trial if it has one."""

    def start(price):
        order = make_order(
            price.offer, price_id=price.pk, key=new_token(), interval=price.interval
        )
        if price.trial_days:
            cents = price.trial_price_cents
            amounts = {"net_cents": cents, "tax_cents": 0, "gross_cents": cents}
            Order.objects.filter(pk=order.pk).update(
                trial_days=price.trial_days, **amounts
            )
            order.lines.update(list_cents=cents, **amounts)
            order.refresh_from_db()
        return order

    return start


@pytest.fixture
def subscribe_to(order_of, pay, now):
    """Buy a price and return the subscription: subscribe_to(price, card="…")."""

    def subscribe(price, card="4242424242424242"):
        order = order_of(price)
        pay(order, card)
        settle_order(order.pk, now=now)
        return Subscription.objects.get(order=order)

    return subscribe


@pytest.fixture
def trial_offer(make_offer, shelf, now):
    """An offer that opens a room; its prices are added by the test."""
    offer = make_offer(
        "studio", title="The studio", nature="recurring", legal_nature="digital_service"
    )
    set_grants(offer.pk, grants=[("room", "1")], actor="owner", now=now)
    return offer
