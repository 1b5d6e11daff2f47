"""Seats: sold once, given back when nobody pays, and nobody pays for one that is gone."""

from datetime import timedelta

import pytest

from perenne.core.tokens import new_token
from perenne.money.actions.checkout.checkout import ConsentMissing, PriceNotOnSale
from perenne.money.actions.checkout.closing import close_order, orders_to_close
from perenne.money.actions.checkout.payment_pages import (
    OrderIsSettled,
    open_payment_page,
)
from perenne.money.actions.checkout.upkeep import look_after_orders, settle_order
from perenne.money.actions.offers.offers import SeatsTaken, change_offer
from perenne.money.actions.orders.reservations import OfferSoldOut
from perenne.money.actions.payments.payments import mark_transfer_paid, record_payment
from perenne.money.actions.payments.refunds import refund_payment, send_refund
from perenne.money.domain.offers.windows import Sale
from perenne.money.gateways.protocol import Paid
from perenne.money.models import Offer, Order, Payment
from perenne.money.queries.offers.offers import offers_on_sale, sale_of
from simulators.stripe.testing import run_simulator


@pytest.fixture
def account(settings, now):
    """A provider whose clock no other test has moved: pages live half an hour here."""
    with run_simulator(now=now) as account:
        account.hold_webhooks()
        settings.STRIPE_API_BASE = account.api_base
        settings.STRIPE_SECRET_KEY = "sk_test_shop"
        settings.STRIPE_WEBHOOK_SECRET = account.webhook_secret
        yield account


@pytest.fixture
def two_seats(course, now):
    return change_offer(course.pk, seats=2, actor="owner", now=now)


def _taken(offer):
    return Offer.objects.values_list("seats_taken", flat=True).get(pk=offer.pk)


def test_the_last_seat_is_sold_once(two_seats, make_order, now):
    for _buyer in range(2):
        make_order(two_seats, key=new_token())
    with pytest.raises(OfferSoldOut):
        make_order(two_seats, key=new_token())
    two_seats.refresh_from_db()
    with pytest.raises(OfferSoldOut):
        make_order(two_seats, key=new_token())
    assert (Order.objects.count(), _taken(two_seats)) == (2, 2)
    assert sale_of(two_seats, now) is Sale.SOLD_OUT
    assert list(offers_on_sale(now)) == []


def test_a_refused_order_takes_no_seat(two_seats, make_order, now):
    price = two_seats.prices.get()
    with pytest.raises(ConsentMissing):
        make_order(two_seats, ticked=frozenset())
    with pytest.raises(PriceNotOnSale):
        make_order(two_seats, price_id=price.pk + 1)
    assert _taken(two_seats) == 0


def test_the_same_form_takes_one_seat(two_seats, make_order):
    for _click in range(3):
        make_order(two_seats)
    assert _taken(two_seats) == 1


def test_a_seat_comes_back_only_when_its_page_cannot_be_paid_any_more(
    two_seats, make_order, account, now
):
    order = make_order(two_seats)
    open_payment_page(order.pk, now=now)
    order.refresh_from_db()
    look_after_orders(now + timedelta(minutes=44))
    assert _taken(two_seats) == 1
    look_after_orders(now + timedelta(minutes=45))
    order.refresh_from_db()
    page = account.objects("checkout.session")[0]
    assert (order.state, page["status"], _taken(two_seats)) == ("expired", "expired", 0)
    assert Payment.objects.count() == 0


def test_a_page_of_limited_seats_lives_about_half_an_hour(
    two_seats, make_order, account, now
):
    order = make_order(two_seats)
    open_payment_page(order.pk, now=now)
    page = account.objects("checkout.session")[0]
    lives = page["expires_at"] - now.timestamp()
    assert 35 * 60 <= lives <= 40 * 60


def test_a_page_paid_in_the_last_second_is_honoured(two_seats, make_order, pay, now):
    order = make_order(two_seats)
    pay(order)
    look_after_orders(now + timedelta(minutes=45))
    order.refresh_from_db()
    assert (order.state, _taken(two_seats)) == ("paid", 1)


def test_an_order_without_a_page_gives_its_seat_back_too(two_seats, make_order, now):
    make_order(two_seats)
    look_after_orders(now + timedelta(minutes=45))
    assert (Order.objects.get().state, _taken(two_seats)) == ("expired", 0)


def test_a_page_opened_while_the_order_is_being_closed_is_closed_again(
    two_seats, make_order, account, now, monkeypatch
):
    order = make_order(two_seats)
    from perenne.money.gateways.stripe.provider import StripeProvider

    plain = StripeProvider.start_checkout

    def slow(self, request):
        page = plain(self, request)
        close_order(Order.objects.get(), state="expired", now=now)
        return page

    monkeypatch.setattr(StripeProvider, "start_checkout", slow)
    with pytest.raises(OrderIsSettled):
        open_payment_page(order.pk, now=now)
    assert [page["status"] for page in account.objects("checkout.session")] == [
        "expired"
    ]
    assert _taken(two_seats) == 0


def test_a_transfer_keeps_its_seat_for_its_month(two_seats, make_order, now):
    make_order(two_seats, method="transfer")
    assert not orders_to_close(now + timedelta(days=29)).exists()
    look_after_orders(now + timedelta(days=30))
    assert _taken(two_seats) == 0


def test_a_late_transfer_counts_while_a_seat_is_left(two_seats, make_order, now):
    late = make_order(two_seats, method="transfer", key=new_token())
    look_after_orders(now + timedelta(days=30))
    after = now + timedelta(days=31)
    mark_transfer_paid(late.pk, paid_at=after, actor="owner", now=after)
    late.refresh_from_db()
    assert (late.state, _taken(two_seats)) == ("paid", 1)


def test_a_late_transfer_for_a_seat_that_is_gone_is_not_taken(
    two_seats, make_order, now
):
    late = make_order(two_seats, method="transfer", key=new_token())
    look_after_orders(now + timedelta(days=30))
    after = now + timedelta(days=31)
    for _buyer in range(2):
        make_order(two_seats, key=new_token(), now=after)
    with pytest.raises(OfferSoldOut):
        mark_transfer_paid(late.pk, paid_at=after, actor="owner", now=after)
    paid = Paid("pi_late", late.gross_cents, "EUR", "card", after)
    record_payment(paid, via="stripe", order_id=late.pk, actor="stripe", now=after)
    late.refresh_from_db()
    assert (late.state, _taken(two_seats)) == ("expired", 2)
    assert Payment.objects.get().surplus


def test_a_seat_given_back_with_its_money_can_be_sold_again(
    two_seats, make_order, pay, now
):
    order = make_order(two_seats)
    pay(order)
    settle_order(order.pk, now=now)
    payment = Payment.objects.get()
    refund = refund_payment(
        payment.pk,
        key=new_token(),
        amount_cents=payment.amount_cents,
        reason="",
        end_access=True,
        actor="owner",
        now=now,
    )
    send_refund(refund.pk, now=now)
    order.refresh_from_db()
    assert (order.state, _taken(two_seats)) == ("refunded", 0)


def test_the_owner_cannot_take_seats_away_that_are_sold(two_seats, make_order, now):
    for _buyer in range(2):
        make_order(two_seats, key=new_token())
    with pytest.raises(SeatsTaken):
        change_offer(two_seats.pk, seats=1, actor="owner", now=now)
    change_offer(two_seats.pk, seats=3, actor="owner", now=now)
    two_seats.refresh_from_db()
    assert sale_of(two_seats, now) is Sale.OPEN
