"""Two at once around the checkout: one winner each, on a database with real locks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection, connections

from perenne.core.errors import Refusal
from perenne.core.tokens import new_token
from perenne.mail.models import Message
from perenne.money.actions.affiliates.affiliate_payouts import pay_affiliate
from perenne.money.actions.affiliates.affiliates import add_affiliate
from perenne.money.actions.checkout.reminding import send_reminder
from perenne.money.actions.checkout.upsells import accept_proposal
from perenne.money.actions.orders.around import Around, set_around
from perenne.money.actions.orders.gifts import deliver_gift, redeem_gift
from perenne.money.actions.orders.proposals import set_upsell
from perenne.money.actions.payments.payments import record_payment
from perenne.money.domain.affiliates.commissions import Rule
from perenne.money.domain.checkout.extras import Extras, GiftWish
from perenne.money.gateways.protocol import Paid
from perenne.money.models import (
    AffiliatePayout,
    CheckoutReminder,
    Gift,
    LedgerEntry,
    Order,
    Proposal,
)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite lets one writer in at a time"
    ),
]
BOXES = frozenset({"terms", "digital_content_start", "digital_content_waiver"})


def at_once(*calls):
    """Run the calls in threads of their own; return results, refusals among them."""

    def run(call):
        try:
            return call()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.fixture
def money_for(now):
    """Say that an order's money arrived: money_for(order)."""

    def arrive(order):
        paid = Paid(
            ref=f"pi_{order.number}",
            amount_cents=order.gross_cents,
            currency="EUR",
            method="card",
            paid_at=now,
            customer="cus_1",
            saved_method="pm_1",
        )
        return record_payment(
            paid, via="stripe", order_id=order.pk, actor="system", now=now
        )

    return arrive


def given(course, make_order, now):
    set_around(course.pk, wanted=Around(can_be_given=True), actor="owner", now=now)
    wish = GiftWish("Zoé", "zoe@example.org", "", now, "Europe/Paris")
    return make_order(course, key=new_token(), extras=Extras(gift=wish))


def test_a_gift_is_sent_once(course, make_order, money_for, now):
    order = given(course, make_order, now)
    Gift.objects.update(deliver_at=now + timedelta(days=1))
    money_for(order)
    later = now + timedelta(days=1)
    sent = at_once(*[partial(deliver_gift, order.gift.pk, now=later)] * 4)
    assert sorted(sent) == [False, False, False, True]
    assert Message.objects.filter(ref__startswith="gift:").count() == 1


def test_a_gift_is_redeemed_by_one(course, make_order, money_for, shelf, now):
    order = given(course, make_order, now)
    money_for(order)
    text = Message.objects.get(ref=f"gift:{order.gift.pk}:1").text
    token = text.split("/gift/")[1].split("/")[0]
    calls = [
        partial(
            redeem_gift,
            token,
            email=f"p{number}@example.org",
            name="",
            language="en",
            actor="visitor",
            now=now,
        )
        for number in range(4)
    ]
    won = [found for found in at_once(*calls) if isinstance(found, Gift)]
    assert (len(won), len(shelf.open)) == (1, 1)


def test_two_clicks_on_yes_make_one_order(
    course, make_offer, make_order, money_for, now
):
    album = make_offer("album", title="The album", one_off=2900)
    set_upsell(course.pk, proposed_id=album.pk, actor="owner", now=now)
    order = make_order(course, key=new_token(), extras=Extras(keep_method=True))
    money_for(order)
    yes = partial(accept_proposal, order, ticked=BOXES, actor="visitor", now=now)
    made = at_once(*[yes] * 4)
    assert {found.pk for found in made} == {Order.objects.get(after=order).pk}
    assert Proposal.objects.get().state == "charging"


def test_a_reminder_and_a_payment_never_wait_for_each_other(
    course, make_order, money_for, now
):
    set_around(course.pk, wanted=Around(remind_hours=1), actor="owner", now=now)
    later = now + timedelta(hours=1)
    for _turn in range(8):
        order = make_order(course, key=new_token(), extras=Extras(remind=True))
        reminder = CheckoutReminder.objects.get(order=order)
        at_once(
            partial(money_for, order), partial(send_reminder, reminder.pk, now=later)
        )
        order.refresh_from_db()
        reminder.refresh_from_db()
        assert (order.state, reminder.state in {"sent", "dropped"}) == ("paid", True)
        sent = Message.objects.filter(ref=f"checkout-reminder:{reminder.pk}")
        assert sent.count() == (reminder.state == "sent")


def test_what_is_due_is_paid_out_once(course, make_order, money_for, now):
    affiliate = add_affiliate(
        email="bo@example.org",
        name="Bo",
        code="bo",
        rule=Rule(percent_bp=3000),
        actor="owner",
        now=now,
    )
    money_for(make_order(course, key=new_token(), extras=Extras(via="bo")))
    calls = [
        partial(
            pay_affiliate,
            affiliate.pk,
            key=f"payout-{number}",
            amount_cents=1470,
            currency="EUR",
            paid_on=date(2026, 10, 5),
            actor="owner",
            now=now + timedelta(days=20),
        )
        for number in range(4)
    ]
    at_once(*calls)
    assert AffiliatePayout.objects.count() == 1
    expenses = LedgerEntry.objects.filter(kind="expense")
    assert [row.amount_cents for row in expenses] == [-1470]
