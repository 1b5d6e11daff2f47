"""Kill -9 between any two steps: afterwards the state is right, and nothing came twice."""

from contextlib import contextmanager, suppress

import pytest
from django.db import connection, transaction

from perenne.core.tokens import new_token
from perenne.mail.models import Message
from perenne.money.actions.checkout.payment_pages import (
    OrderIsSettled,
    open_payment_page,
)
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.inbox.events import handle_event, receive_event
from perenne.money.actions.inbox.reconcile import reconcile
from perenne.money.actions.offers.coupons import add_coupon
from perenne.money.actions.offers.offers import change_offer
from perenne.money.gateways.providers import provider
from perenne.money.models import (
    Coupon,
    Dispute,
    Invoice,
    LedgerEntry,
    Offer,
    Order,
    Payment,
    ProviderEvent,
    Refund,
)
from perenne.money.queries.books.ledger import chain_breaks
from perenne.money.queries.inbox.events import waiting_event_ids
from simulators.stripe.testing import run_simulator

WRITES = ("INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """The process is gone; nothing catches this."""


@contextmanager
def killed_at(step):
    """Kill the block before its write number `step`; yields how many there were."""
    count = {"writes": 0}

    def watch(execute, sql, *arguments):
        if sql.lstrip().upper().startswith(WRITES):
            count["writes"] += 1
            if count["writes"] == step:
                raise Killed
        return execute(sql, *arguments)

    with connection.execute_wrapper(watch):
        try:
            yield count
        except Killed:
            count["killed"] = True


@pytest.fixture
def account(settings, now):
    settings.STRIPE_SECRET_KEY = "sk_test_shop"
    with run_simulator(now=now) as running:
        running.hold_webhooks()
        settings.STRIPE_API_BASE = running.api_base
        settings.STRIPE_WEBHOOK_SECRET = running.webhook_secret
        yield running


@pytest.fixture
def paid(course, make_order, pay, account):
    """An order paid at the provider, and the event that says so."""
    order = make_order(course)
    pay(order)
    return order, account.events[-1]


def _receive_and_handle(account, event, now):
    body, signature = account.signed(event)
    receive_event("stripe", body.encode(), signature, now=now)
    for pk in waiting_event_ids(now):
        handle_event(pk, now=now)


def _try_every_step(work, check):
    """Kill `work` before each of its writes in turn, start again, and check."""
    step = 0
    while True:
        step += 1
        with transaction.atomic():
            with killed_at(step) as count:
                work()
            if count.get("killed"):
                work()  # whoever comes after: the next delivery, the next worker
            check()
            transaction.set_rollback(True)
        if not count.get("killed"):
            return step - 1


def test_a_checkout_survives_a_kill_at_every_step_until_it_is_fulfilled(
    course, make_order, account, shelf, now
):
    """The last seat, bought with the last use of a code, whenever the machine dies.

    The buyer sends the form again and pays once; a worker asks what became of it.
    """
    change_offer(course.pk, seats=1, actor="owner", now=now)
    add_coupon(
        code="LAST", offers=[], percent_bp=1_000, max_uses=1, actor="owner", now=now
    )
    form = {"key": new_token()}

    def pages():
        found = account.objects("checkout.session")
        return [page for page in found if page["client_reference_id"] == form["key"]]

    def buy():
        order = make_order(course, coupon="LAST", **form)
        with suppress(OrderIsSettled):
            open_payment_page(order.pk, now=now)
        for page in pages():
            if page["status"] == "open":
                account.complete_checkout(page["id"])
        settle_order(order.pk, now=now)

    def check():
        order = Order.objects.get()
        assert (order.state, order.gross_cents) == ("paid", 4410)
        assert [page["status"] for page in pages()] == ["complete"]
        assert Payment.objects.get().amount_cents == 4410
        assert (Offer.objects.get().seats_taken, Coupon.objects.get().uses) == (1, 1)
        assert Invoice.objects.get().gross_cents == 4410
        assert LedgerEntry.objects.filter(kind="sale").count() == 1
        assert len(shelf.open) == 1
        assert Message.objects.filter(ref__startswith="receipt:").count() == 1
        assert Message.objects.filter(ref__startswith="order-confirmed:").count() == 1
        assert chain_breaks() == []
        shelf.open.clear()
        form["key"] = new_token()

    assert _try_every_step(buy, check) > 25


def test_a_payment_event_survives_a_kill_at_every_step(paid, account, shelf, now):
    order, event = paid
    shelf.open.clear()

    def check():
        order.refresh_from_db()
        assert order.state == "paid"
        assert Payment.objects.count() == 1
        assert LedgerEntry.objects.filter(kind="sale").count() == 1
        assert LedgerEntry.objects.filter(kind="fee").count() == 1
        assert Message.objects.filter(ref__startswith="receipt:").count() == 1
        assert Message.objects.filter(ref__startswith="order-confirmed:").count() == 1
        assert ProviderEvent.objects.filter(handled_at=None).count() == 0
        assert chain_breaks() == []
        assert len(shelf.open) == 1
        shelf.open.clear()

    steps = _try_every_step(lambda: _receive_and_handle(account, event, now), check)
    assert steps > 10


def test_a_refund_event_survives_a_kill_at_every_step(paid, account, shelf, now):
    order, event = paid
    _receive_and_handle(account, event, now)
    account.refund(Payment.objects.get().provider_ref)
    (refunded,) = [e for e in account.events if e["type"] == "charge.refunded"]

    def check():
        order.refresh_from_db()
        assert (order.state, shelf.open) == ("refunded", {})
        assert Refund.objects.get().state == "done"
        assert Payment.objects.get().refunded_cents == 4900
        rows = LedgerEntry.objects.filter(kind="refund")
        assert list(rows.values_list("amount_cents", flat=True)) == [-4900]
        assert Message.objects.filter(ref__startswith="refund:").count() == 1

    steps = _try_every_step(lambda: _receive_and_handle(account, refunded, now), check)
    assert steps > 8


def test_a_lost_dispute_survives_a_kill_at_every_step(paid, account, shelf, now):
    _order, event = paid
    _receive_and_handle(account, event, now)
    found = account.dispute(Payment.objects.get().provider_ref)
    account.end_dispute(found["id"], won=False)
    closed = account.events[-1]

    def check():
        assert Dispute.objects.get().state == "lost"
        assert shelf.open == {}
        rows = LedgerEntry.objects.filter(ref__startswith="dispute:")
        assert sorted(rows.values_list("amount_cents", flat=True)) == [-4900, -2000]
        assert Message.objects.filter(ref__startswith="dispute-lost:").count() == 1

    steps = _try_every_step(lambda: _receive_and_handle(account, closed, now), check)
    assert steps > 5


def test_a_comparison_survives_a_kill_at_every_step(paid, account, shelf, now):
    order, _event = paid
    account.refund(account.objects("payment_intent")[0]["id"], 900)

    def check():
        order.refresh_from_db()
        assert order.state == "paid"
        assert Payment.objects.get().refunded_cents == 900
        amounts = LedgerEntry.objects.order_by("sequence").values_list(
            "kind", "amount_cents"
        )
        assert list(amounts) == [("sale", 4900), ("fee", -99), ("refund", -900)]
        assert chain_breaks() == []

    steps = _try_every_step(lambda: reconcile(provider("stripe"), now=now), check)
    assert steps > 15


def test_a_provider_that_falls_silent_after_the_page_was_opened_opens_one(
    course, make_order, account, monkeypatch, now
):
    """The answer to the opening is lost: the same key gives the same page."""
    from perenne.money.gateways.stripe.provider import StripeProvider

    order = make_order(course)
    really = StripeProvider.start_checkout

    def die_afterwards(self, request):
        really(self, request)
        raise Killed

    with monkeypatch.context() as killed:
        killed.setattr(StripeProvider, "start_checkout", die_afterwards)
        with pytest.raises(Killed):
            open_payment_page(order.pk, now=now)
    open_payment_page(order.pk, now=now)

    assert len(account.objects("checkout.session")) == 1
    assert (
        Order.objects.get().provider_ref == account.objects("checkout.session")[0]["id"]
    )
