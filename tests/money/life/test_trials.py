"""Trials: told at the start, told before the first charge, one per person (MB3, R66)."""

from datetime import timedelta

import pytest

from perenne.mail.models import Message
from perenne.money.actions.checkout.payment_pages import open_payment_page
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.renewals.renewals import (
    charge_due_subscriptions,
    charge_subscription,
)
from perenne.money.actions.subscriptions.subscriptions import (
    keep_subscription,
    stop_renewal,
)
from perenne.money.models import Charge, Invoice, Order, Payment, Subscription

DAY = timedelta(days=1)
FAILS_LATER = "4000000000000341"


@pytest.fixture
def free(trial_offer, add_price):
    return add_price(trial_offer, trial_days=14)


@pytest.fixture
def paid(trial_offer, add_price):
    return add_price(trial_offer, trial_days=14, trial_price_cents=100)


def test_a_free_trial_begins_with_a_saved_card_and_no_charge_r66(
    subscribe_to, free, account, shelf, now, person
):
    before = len(account.objects("charge"))
    row = subscribe_to(free)
    assert (row.state, row.current_period_end) == ("trialing", now + 14 * DAY)
    assert (row.next_charge_at, row.trial_ends_at) == (now + 14 * DAY, now + 14 * DAY)
    assert (row.method_kind, row.method_last4) == ("card", "4242")
    assert row.method_expires_on is not None
    assert len(account.objects("charge")) == before
    assert (Payment.objects.count(), Invoice.objects.count()) == (0, 0)
    order = Order.objects.get()
    assert (order.state, order.gross_cents, order.trial_days) == ("paid", 0, 14)
    assert Message.objects.filter(ref=f"order-confirmed:{order.pk}").count() == 1
    assert list(shelf.open.values()) == [now + 15 * DAY]


def test_the_first_charge_comes_when_the_trial_ends_by_our_clock_r66(
    subscribe_to, free, shelf, now
):
    row = subscribe_to(free)
    charge_subscription(row.pk, now=now + 14 * DAY - timedelta(seconds=1))
    assert Payment.objects.count() == 0
    assert charge_due_subscriptions(now + 14 * DAY) == [row.pk]
    charge_subscription(row.pk, now=now + 14 * DAY)
    row.refresh_from_db()
    assert (row.state, row.current_period_start) == ("active", now + 14 * DAY)
    assert Payment.objects.get().amount_cents == 900
    # Periods are anchored on the end of the trial: 29 September, 29 October.
    assert row.current_period_end.day == (now + 14 * DAY).day
    assert row.next_charge_at == row.current_period_end


def test_settling_twice_or_late_begins_one_trial(subscribe_to, free, now):
    row = subscribe_to(free)
    settle_order(row.order_id, now=now + DAY)
    assert Subscription.objects.count() == 1
    assert Message.objects.filter(ref__startswith="order-confirmed").count() == 1


def test_an_open_page_of_a_free_trial_is_used_again(free, order_of, account, now):
    order = order_of(free)
    page = open_payment_page(order.pk, now=now)
    assert open_payment_page(order.pk, now=now + DAY / 24) == page
    assert Subscription.objects.count() == 0


def test_a_trial_ended_by_the_member_is_never_charged_r66(
    subscribe_to, free, shelf, now, account
):
    row = subscribe_to(free)
    stop_renewal(row.pk, actor="person:1", now=now + 3 * DAY)
    row.refresh_from_db()
    assert (row.state, row.next_charge_at) == ("cancelling", None)
    assert row.ended_reason == "voluntary"
    assert charge_due_subscriptions(now + 14 * DAY) == []
    row.refresh_from_db()
    assert (row.state, row.ended_reason) == ("ended", "voluntary")
    assert (Payment.objects.count(), Charge.objects.count()) == (0, 0)
    assert list(shelf.open.values()) == [now + 15 * DAY]


def test_who_stopped_and_comes_back_in_time_is_in_trial_again(subscribe_to, free, now):
    row = subscribe_to(free)
    stop_renewal(row.pk, actor="person:1", now=now + 3 * DAY)
    keep_subscription(row.pk, actor="person:1", now=now + 4 * DAY)
    row.refresh_from_db()
    assert (row.state, row.next_charge_at) == ("trialing", now + 14 * DAY)
    assert (row.cancelled_at, row.ended_reason) == (None, "")


def test_a_card_that_fails_after_the_trial_is_asked_for_in_grace(
    subscribe_to, free, shelf, now
):
    row = subscribe_to(free, card=FAILS_LATER)
    charge_subscription(row.pk, now=now + 14 * DAY)
    row.refresh_from_db()
    assert (row.state, row.next_charge_at) == ("past_due", now + 15 * DAY)
    assert list(shelf.open.values()) == [now + 21 * DAY]


def test_a_paid_trial_is_paid_on_the_page_and_renews_at_the_full_price_r66(
    subscribe_to, paid, now
):
    row = subscribe_to(paid)
    assert Payment.objects.get().amount_cents == 100
    assert (row.state, row.amount_cents) == ("trialing", 900)
    charge_subscription(row.pk, now=row.current_period_end)
    assert [p.amount_cents for p in Payment.objects.order_by("pk")] == [100, 900]
