"""The same money told of by many at once moves once."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier

import pytest
from django.db import connection, connections

from perenne.core.errors import Refusal
from perenne.core.tokens import new_token
from perenne.money.actions.payments.payments import mark_transfer_paid, record_payment
from perenne.money.actions.payments.refunds import RefundTooHigh, refund_payment
from perenne.money.gateways.protocol import Paid
from perenne.money.models import Invoice, LedgerEntry, Order, Payment, Refund

MANY = 8

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def at_once(transactional_db, monkeypatch, tmp_path):
    """Do something from several connections at the same moment: at_once(work)."""
    if connection.vendor == "sqlite":  # threads meet in a file, not in memory
        path = tmp_path / "race.sqlite3"

        def share():
            with closing(sqlite3.connect(path)) as file:
                connection.connection.backup(file)
            monkeypatch.setitem(connections.settings["default"], "NAME", str(path))

    else:

        def share():
            pass

    def run(work, count=MANY):
        share()
        start = Barrier(count)

        def each(place):
            start.wait()
            try:
                return work(place)
            except Refusal as refusal:
                return refusal
            finally:
                connections.close_all()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(each, range(count)))

    return run


@pytest.fixture
def seen(at_once):
    """Read from where the threads wrote: seen(Order.objects.count)."""

    def read(look):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(_and_close, look).result()

    return read


def _and_close(look):
    try:
        return look()
    finally:
        connections.close_all()


def _books():
    return (
        Payment.objects.filter(surplus=False).count(),
        list(Invoice.objects.values_list("number", "gross_cents")),
        list(LedgerEntry.objects.values_list("kind", "amount_cents")),
    )


ONCE = (1, [("F-2026-0001", 4900)], [("sale", 4900)])


def test_a_payment_told_of_eight_times_at_once_counts_once(
    course, make_order, shelf, at_once, seen, now
):
    order = make_order(course)
    paid = Paid(
        ref="pi_1", amount_cents=4900, currency="EUR", method="card", paid_at=now
    )

    def tell(_place):
        return record_payment(
            paid, via="stripe", order_id=order.pk, actor="stripe", now=now
        )

    told = at_once(tell)
    assert len([payment for payment in told if payment is not None]) == 1
    assert seen(_books) == ONCE
    assert len(shelf.open) == 1


def test_a_transfer_marked_twice_at_once_is_paid_once(
    course, make_order, shelf, at_once, seen, now
):
    order = make_order(course, method="transfer")

    def mark(_place):
        return mark_transfer_paid(order.pk, paid_at=now, actor="owner", now=now)

    marked = at_once(mark)
    assert len([one for one in marked if isinstance(one, Payment)]) == 1
    assert seen(_books) == ONCE


def test_two_payments_of_one_order_leave_one_as_surplus(
    course, make_order, shelf, at_once, seen, now
):
    order = make_order(course)

    def pay(place):
        paid = Paid(
            ref=f"pi_{place}",
            amount_cents=4900,
            currency="EUR",
            method="card",
            paid_at=now,
        )
        return record_payment(
            paid, via="stripe", order_id=order.pk, actor="stripe", now=now
        )

    at_once(pay)
    assert seen(_books) == ONCE
    assert seen(lambda: Payment.objects.filter(surplus=True).count()) == MANY - 1


def test_refunds_asked_for_at_once_never_exceed_the_payment(
    course, make_order, shelf, at_once, seen, now
):
    order = make_order(course, method="transfer")
    payment = mark_transfer_paid(order.pk, paid_at=now, actor="owner", now=now)

    def give(place):
        return refund_payment(
            payment.pk,
            key=f"form-{place}",
            amount_cents=2000,
            reason="",
            end_access=False,
            actor="owner",
            now=now,
        )

    given = at_once(give)
    assert len([one for one in given if isinstance(one, Refund)]) == 2
    assert len([one for one in given if isinstance(one, RefundTooHigh)]) == MANY - 2
    assert seen(lambda: Payment.objects.get().refunded_cents) == 4000


def test_a_form_sent_eight_times_at_once_makes_one_order(
    course, make_order, at_once, seen
):
    key = new_token()
    made = at_once(lambda _place: make_order(course, key=key))
    assert {order.pk for order in made} == {made[0].pk}
    assert seen(Order.objects.count) == 1
