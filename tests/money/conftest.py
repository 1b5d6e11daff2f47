"""An offer on sale, its prices, and the stream it earns for."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.db import connection, connections

from perenne.core.tokens import new_token
from perenne.money.actions.checkout.checkout import start_checkout
from perenne.money.actions.checkout.payment_pages import open_payment_page
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.offers.offers import add_offer, set_grants
from perenne.money.actions.offers.prices import change_price
from perenne.money.domain.checkout.buyers import Buyer
from perenne.money.domain.fulfilment import fulfilment
from perenne.money.models import Subscription
from perenne.money.queries.offers.offers import current_prices
from perenne.streams.api import default_stream, ensure_default_streams
from simulators.stripe.testing import run_simulator
from simulators.vies.register import run_register

NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)


@pytest.fixture
def streams(db, now):
    ensure_default_streams(language="en", now=now)


@pytest.fixture
def make_offer(business, streams, now):
    """Put an offer up: make_offer("atelier", month=900, year=9000, one_off=4900)."""

    def make(slug="atelier", *, nature="digital", **fields):
        prices = {
            name: fields.pop(name)
            for name in ("one_off", "month", "year")
            if name in fields
        }
        offer = add_offer(
            slug=slug,
            title=fields.pop("title", "The workshop"),
            stream_id=default_stream(nature).pk,
            actor="owner",
            now=now,
            **fields,
        )
        for interval, amount_cents in prices.items():
            change_price(
                offer.pk,
                amount_cents=amount_cents,
                currency="EUR",
                interval=interval,
                actor="owner",
                now=now,
            )
        return offer

    return make


@pytest.fixture
def course_offer(make_offer):
    return make_offer("course", title="The course", one_off=4900)


@pytest.fixture
def club_offer(make_offer):
    return make_offer(
        "club",
        title="The club",
        nature="recurring",
        legal_nature="digital_service",
        month=900,
        year=9000,
    )


class Shelf:
    """A fulfilment handler that keeps in memory what it was told to open."""

    def __init__(self):
        self.open = {}

    def choices(self):
        return [("1", "The room")]

    def label(self, key):
        return f"Room {key}"

    def where(self, key):
        return f"/room/{key}/"

    def grant(self, *, person_id, key, source, starts_at, ends_at, actor, now):
        self.open.setdefault((person_id, key, source), ends_at)

    def extend(self, *, source, ends_at, actor, now):
        for entry, until in self.open.items():
            if entry[2] == source and until is not None:
                self.open[entry] = ends_at and max(until, ends_at)

    def suspend(self, *, source, actor, now):
        for entry, until in self.open.items():
            if entry[2] == source and (until is None or until > now):
                self.open[entry] = now

    def drop(self, *, source, key, actor, now):
        self.open = {
            entry: until
            for entry, until in self.open.items()
            if entry[1:] != (key, source)
        }

    def revoke(self, *, source, actor, now):
        self.open = {key: val for key, val in self.open.items() if key[2] != source}


@pytest.fixture
def shelf(monkeypatch):
    """The only thing that offers can grant: kind "room"."""
    handler = Shelf()
    monkeypatch.setattr(fulfilment, "_entries", {"room": handler})
    return handler


@pytest.fixture
def course(course_offer, shelf, now):
    """The course offer, which opens a room."""
    set_grants(course_offer.pk, grants=[("room", "1")], actor="owner", now=now)
    return course_offer


@pytest.fixture
def club(club_offer, shelf, now):
    """The club offer, monthly or yearly, which opens a room."""
    set_grants(club_offer.pk, grants=[("room", "1")], actor="owner", now=now)
    return club_offer


@pytest.fixture(scope="session")
def _stripe_server():
    with run_simulator(now=NOW) as account:
        account.hold_webhooks()
        yield account


@pytest.fixture
def account(_stripe_server, settings):
    """The owner's account at the payment provider, and the shop connected to it."""
    settings.STRIPE_API_BASE = _stripe_server.api_base
    settings.STRIPE_SECRET_KEY = "sk_test_shop"
    settings.STRIPE_WEBHOOK_SECRET = _stripe_server.webhook_secret
    return _stripe_server


@pytest.fixture
def buyer():
    return Buyer(
        name="Ana Silva",
        email="ana@example.org",
        buyer_type="consumer",
        country="FR",
        language="en",
    )


ALL_BOXES = frozenset(
    {
        "terms",
        "mandate",
        "digital_content_start",
        "digital_content_waiver",
        "service_start",
        "service_loss",
    }
)


@pytest.fixture
def make_order(buyer, now):
    """Fill in a checkout: make_order(offer, interval="month", method="transfer")."""

    this_form = new_token()

    def make(offer, *, interval="one_off", method="stripe", key=this_form, **options):
        price = next(
            row
            for row in current_prices(offer.pk, options.get("now", now))
            if row.interval == interval
        )
        arguments = {
            "key": key,
            "price_id": price.pk,
            "buyer": buyer,
            "method": method,
            "ticked": ALL_BOXES,
            "actor": "visitor",
            "now": now,
        }
        return start_checkout(offer, **(arguments | options))

    return make


@pytest.fixture
def pay(account, now):
    """Pay an order on the provider's page; return the provider's reference."""

    def pay(order, card="4242424242424242"):
        open_payment_page(order.pk, now=now)
        order.refresh_from_db()
        account.complete_checkout(order.provider_ref, card=card)
        return order.provider_ref

    return pay


@pytest.fixture
def subscribe(club, make_order, pay, now):
    """Subscribe to the club and return the subscription: subscribe(card="…")."""

    def subscribe(card="4242424242424242", interval="month", key=None):
        order = make_order(club, interval=interval, key=key or new_token())
        pay(order, card)
        settle_order(order.pk, now=now)
        return Subscription.objects.get(order=order)

    return subscribe


@pytest.fixture
def in_threads(monkeypatch, tmp_path):
    """Run work(place) in so many threads: in_threads(work, 8).

    Each has a connection of its own, to one database: a file when it is SQLite, as it
    stands at the first call. What they wrote is to be read the same way.
    """
    path = tmp_path / "shared.sqlite3"

    def share():
        if connection.vendor == "sqlite" and not path.exists():
            with closing(sqlite3.connect(path)) as file:
                connection.connection.backup(file)
            monkeypatch.setitem(connections.settings["default"], "NAME", str(path))

    def in_threads(work, count=1, threads=8):
        def run(place):
            try:
                return work(place)
            finally:
                connections.close_all()

        share()
        with ThreadPoolExecutor(min(count, threads)) as pool:
            return list(pool.map(run, range(count)))

    return in_threads


@pytest.fixture(scope="session")
def _register_server():
    with run_register() as running:
        yield running


@pytest.fixture
def register(_register_server, settings):
    """The Union's register of VAT numbers, and the shop connected to it."""
    _register_server.reset()
    cache.clear()
    settings.VIES_URL = _register_server.address
    return _register_server
