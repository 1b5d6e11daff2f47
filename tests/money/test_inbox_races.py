"""Many workers told of the same thing at the same moment write it down once."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest
from django.db import connection, connections

from perenne.money.actions.inbox.events import handle_event, receive_event
from perenne.money.actions.inbox.reconcile import reconcile
from perenne.money.gateways.providers import provider
from perenne.money.models import (
    Dispute,
    LedgerEntry,
    Order,
    Payment,
    Payout,
    ProviderEvent,
    Refund,
)
from perenne.money.queries.books.ledger import chain_breaks
from simulators.stripe.testing import run_simulator

WORKERS = 5
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(settings, now):
    settings.STRIPE_SECRET_KEY = "sk_test_shop"
    with run_simulator(now=now) as running:
        running.hold_webhooks()
        settings.STRIPE_API_BASE = running.api_base
        settings.STRIPE_WEBHOOK_SECRET = running.webhook_secret
        yield running


@pytest.fixture
def at_once(monkeypatch, tmp_path):
    """Run work in several threads at the same moment: at_once(work)."""
    if connection.vendor == "sqlite":
        path = tmp_path / "shared.sqlite3"
        with closing(sqlite3.connect(path)) as file:
            connection.connection.backup(file)
        monkeypatch.setitem(connections.settings["default"], "NAME", str(path))

    def at_once(work, count=WORKERS):
        barrier = Barrier(count)

        def run(_place):
            barrier.wait()
            try:
                return work()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(run, range(count)))

    return at_once


@pytest.fixture
def order(course, make_order, pay):
    order = make_order(course)
    pay(order)
    return order


def _state():
    rows = LedgerEntry.objects.order_by("sequence")
    return {
        "orders": list(Order.objects.values_list("state", flat=True)),
        "payments": list(Payment.objects.values_list("amount_cents", "refunded_cents")),
        "refunds": list(Refund.objects.values_list("amount_cents", "state")),
        "disputes": list(Dispute.objects.values_list("state", flat=True)),
        "payouts": Payout.objects.count(),
        "ledger": list(rows.values_list("kind", "amount_cents")),
        "waiting": ProviderEvent.objects.filter(handled_at=None).count(),
        "breaks": chain_breaks(),
    }


def _take(account, kinds, now):
    for event in account.events:
        if event["type"] in kinds:
            body, signature = account.signed(event)
            receive_event("stripe", body.encode(), signature, now=now)
    for pk in list(ProviderEvent.objects.values_list("pk", flat=True)):
        handle_event(pk, now=now)


def test_one_payment_is_recorded_once(order, account, at_once, now):
    kinds = {"payment_intent.succeeded", "checkout.session.completed"}
    at_once(lambda: _take(account, kinds, now))
    (found,) = at_once(_state, 1)

    assert found["payments"] == [(4900, 0)]
    assert found["ledger"] == [("sale", 4900), ("fee", -99)]
    assert (found["orders"], found["waiting"], found["breaks"]) == (["paid"], 0, [])


def test_one_refund_at_the_dashboard_is_taken_over_once(order, account, at_once, now):
    at_once(lambda: _take(account, {"payment_intent.succeeded"}, now), 1)
    account.refund(account.objects("payment_intent")[0]["id"], 1000)
    kinds = {"charge.refunded", "refund.created"}
    at_once(lambda: _take(account, kinds, now))
    (found,) = at_once(_state, 1)

    assert found["payments"] == [(4900, 1000)]
    assert found["refunds"] == [(1000, "done")]
    assert found["ledger"][2:] == [("refund", -1000)]
    assert (found["waiting"], found["breaks"]) == (0, [])


def test_one_lost_dispute_is_booked_once(order, account, at_once, now):
    at_once(lambda: _take(account, {"payment_intent.succeeded"}, now), 1)
    dispute = account.dispute(account.objects("payment_intent")[0]["id"])
    account.end_dispute(dispute["id"], won=False)
    kinds = {"charge.dispute.created", "charge.dispute.closed"}
    at_once(lambda: _take(account, kinds, now))
    (found,) = at_once(_state, 1)

    assert found["disputes"] == ["lost"]
    assert found["ledger"][2:] == [("refund", -4900), ("fee", -2000)]
    assert (found["waiting"], found["breaks"]) == (0, [])


def test_comparisons_at_the_same_time_mend_once(order, account, at_once, now):
    account.refund(account.objects("payment_intent")[0]["id"], 1000)
    account.advance(7 * 86_400)
    account.pay_out()
    account.advance(2 * 86_400)
    reports = at_once(lambda: reconcile(provider("stripe"), now=now).differences)
    (found,) = at_once(_state, 1)

    assert reports == [[]] * WORKERS
    assert (found["payments"], found["payouts"]) == ([(4900, 1000)], 1)
    assert found["ledger"] == [("sale", 4900), ("fee", -99), ("refund", -1000)]
