"""Gifts: paid by one, sent on the day, redeemed once by another (MB8)."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from perenne.core import clock
from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.core.tokens import new_token
from perenne.mail.models import Delivery, Message
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.orders.around import Around, set_around
from perenne.money.actions.orders.gifts import (
    GiftIsRedeemed,
    GiftNotOffered,
    change_recipient,
    deliver_due_gifts,
    deliver_gift,
    redeem_gift,
    send_again,
)
from perenne.money.actions.payments.refunds import refund_payment, send_refund
from perenne.money.domain.checkout.extras import Extras, GiftWish
from perenne.money.models import Gift, Order, Payment, Refund, Subscription
from perenne.money.queries.exits.exits import withdrawal_of
from perenne.people.api import personal_data
from perenne.people.models import Person

ENGLISH = {"accept-language": "en"}
LINK = re.compile(r"/gift/([\w-]+)/")


@pytest.fixture
def givable(course, club, now):
    for offer in (course, club):
        wanted = Around(can_be_given=True)
        set_around(offer.pk, wanted=wanted, actor="owner", now=now)


@pytest.fixture
def wish(now):
    return GiftWish(
        recipient_name="Zoé",
        recipient_email="zoe@example.org",
        message="Happy birthday!",
        deliver_at=now,
        zone="Europe/Paris",
    )


@pytest.fixture
def give(givable, make_order, pay, wish, now):
    """Buy a gift and pay it: give(course, deliver_at=…)."""

    def give(offer, *, interval="one_off", **changes):
        key = new_token()
        extras = Extras(gift=replace(wish, **changes))
        order = make_order(offer, interval=interval, key=key, extras=extras)
        pay(order)
        settle_order(order.pk, now=now)
        order.refresh_from_db()
        return order.gift

    return give


def token_of(gift):
    """Return the link's token in the newest mail of a gift."""
    return LINK.search(Message.objects.get(ref=f"gift:{gift.pk}:{gift.mails}").text)[1]


def test_a_gift_opens_nothing_for_its_buyer_and_leaves_at_once(
    course, give, shelf, now
):
    gift = give(course)
    assert (gift.state, gift.delivered_at, shelf.open) == ("delivered", now, {})
    mail = Message.objects.get(ref=f"gift:{gift.pk}:1")
    assert Delivery.objects.get(message=mail).address == "zoe@example.org"
    assert "Ana Silva gives you “The course”." in mail.text
    assert "Happy birthday!" in mail.text
    assert len(gift.token_hash) == 64
    assert gift.token_hash not in mail.text
    confirmed = Message.objects.get(ref=f"order-confirmed:{gift.order_id}").text
    assert "It is a gift for Zoé (zoe@example.org)" in confirmed
    assert "Room 1" not in confirmed


def test_the_buyer_keeps_the_right_to_withdraw_whole(course, give, now):
    """R54, R55: nothing begins for the buyer, so no box is asked for and none is lost."""
    gift = give(course)
    assert [row["key"] for row in gift.order.consents] == ["terms"]
    found = withdrawal_of(gift.order, declared_at=now)
    assert (found.proposal.due, found.proposal.refund_cents) == ("full", 4900)


def test_a_gift_waits_for_its_day(course, give, now):
    gift = give(course, deliver_at=now + timedelta(days=3))
    assert (gift.state, gift.token_hash) == ("pending", None)
    assert not deliver_gift(gift.pk, now=now + timedelta(days=2))
    with clock.frozen(now + timedelta(days=3)):
        deliver_due_gifts.func()
        deliver_due_gifts.func()
    gift.refresh_from_db()
    assert (gift.state, gift.mails) == ("delivered", 1)
    assert Message.objects.filter(ref__startswith="gift:").count() == 1


def test_an_unpaid_gift_is_never_sent(course, givable, make_order, wish, now):
    order = make_order(course, extras=Extras(gift=wish))
    with clock.frozen(now + timedelta(days=9)):
        deliver_due_gifts.func()
    assert order.gift.state == "unpaid"
    assert not Message.objects.filter(ref__startswith="gift:").exists()


def test_the_recipient_redeems_it_to_their_account_once(course, give, shelf, now):
    gift = give(course)
    token, later = token_of(gift), now + timedelta(days=40)
    who = {"name": "Zoé L.", "language": "fr", "actor": "visitor"}
    redeemed = redeem_gift(token, email="zoe@example.org", now=later, **who)
    zoe = Person.objects.get(email="zoe@example.org")
    assert (redeemed.state, redeemed.person, redeemed.redeemed_at) == (
        "redeemed",
        zoe,
        later,
    )
    assert shelf.open == {(zoe.pk, "1", f"order:{gift.order.number}"): None}
    rows = LogEntry.objects.count()
    with pytest.raises(GiftIsRedeemed):
        redeem_gift(token, email="bob@example.org", now=later, **who)
    assert len(shelf.open) == 1
    assert LogEntry.objects.count() == rows
    assert not Person.objects.filter(email="bob@example.org").exists()
    with pytest.raises(NotFound):
        redeem_gift("x" * 43, email="bob@example.org", now=later, **who)


def test_a_subscription_is_given_for_one_period_and_never_renews(
    club, give, shelf, account, now
):
    gift = give(club, interval="year")
    assert [row["key"] for row in gift.order.consents] == ["terms"]
    assert (gift.order.gross_cents, Subscription.objects.count()) == (9000, 0)
    page = account.objects("checkout.session")[0]
    intent = next(
        row
        for row in account.objects("payment_intent")
        if row["id"] == page["payment_intent"]
    )
    assert intent["setup_future_usage"] is None
    at = datetime(2026, 12, 24, 18, 0, tzinfo=UTC)
    redeem_gift(
        token_of(gift),
        email="zoe@example.org",
        name="",
        language="en",
        actor="visitor",
        now=at,
    )
    gift.refresh_from_db()
    assert gift.ends_at == datetime(2027, 12, 24, 18, 0, tzinfo=UTC)
    assert list(shelf.open.values()) == [gift.ends_at]


def test_the_recipient_can_be_changed_until_it_is_redeemed(course, give, now):
    gift = give(course)
    former = token_of(gift)
    change = {"name": "Bo", "message": "", "actor": "visitor", "now": now}
    gift = change_recipient(gift.pk, email="bo@example.org", **change)
    assert (gift.recipient_email, gift.mails) == ("bo@example.org", 2)
    who = {"name": "", "language": "en", "actor": "visitor", "now": now}
    with pytest.raises(NotFound):
        redeem_gift(former, email="zoe@example.org", **who)
    redeem_gift(token_of(gift), email="bo@example.org", **who)
    with pytest.raises(GiftIsRedeemed):
        change_recipient(gift.pk, email="cy@example.org", **change)
    gift.refresh_from_db()
    assert gift.recipient_email == "bo@example.org"


def test_before_its_day_a_change_sends_nothing(course, give, now):
    gift = give(course, deliver_at=now + timedelta(days=3))
    change_recipient(
        gift.pk, name="Bo", email="bo@example.org", message="", actor="x", now=now
    )
    assert not Message.objects.filter(ref__startswith="gift:").exists()
    with pytest.raises(GiftIsRedeemed):
        send_again(gift.pk, actor="owner", now=now)


@pytest.mark.parametrize("redeemed", [False, True])
def test_a_refund_takes_the_gift_back(course, give, shelf, now, redeemed):
    gift = give(course)
    token = token_of(gift)
    who = {"name": "", "language": "en", "actor": "visitor", "now": now}
    if redeemed:
        redeem_gift(token, email="zoe@example.org", **who)
    refund_payment(
        Payment.objects.get().pk,
        key=f"back-{redeemed}",
        amount_cents=4900,
        reason="",
        end_access=False,
        actor="owner",
        now=now,
    )
    send_refund(Refund.objects.get().pk, now=now)
    gift.refresh_from_db()
    assert (gift.state, gift.token_hash, shelf.open) == ("refunded", None, {})
    with pytest.raises(NotFound):
        redeem_gift(token, email="zoe@example.org", **who)


def test_only_what_the_owner_allows_can_be_given(course, club, make_order, wish):
    with pytest.raises(GiftNotOffered):
        make_order(course, extras=Extras(gift=wish))
    assert (Order.objects.count(), Gift.objects.count()) == (0, 0)


def test_an_order_that_is_no_gift_any_more_opens_for_its_buyer(
    course, givable, make_order, pay, wish, shelf, now
):
    make_order(course, extras=Extras(gift=wish))
    order = make_order(course)
    pay(order)
    settle_order(order.pk, now=now)
    assert Gift.objects.count() == 0
    assert list(shelf.open) == [(order.person_id, "1", f"order:{order.number}")]


def test_the_checkout_asks_for_whom_and_says_it_is_paid_once(
    client, club, givable, account
):
    monthly = club.prices.get(interval="month")
    offer = client.get("/offers/club/", headers=ENGLISH).content.decode()
    assert f"?price={monthly.pk}&amp;gift=1" in offer
    url = f"/checkout/club/?price={monthly.pk}&gift=1"
    page = client.get(url, headers=ENGLISH)
    text = page.content.decode()
    assert "For whom it is" in text
    assert "Pay €9.00 incl. tax" in text
    assert "A single payment; nothing renews." in text
    data = {
        "key": page.context["form"].initial["key"],
        "price": monthly.pk,
        "gift": "1",
        "shown": "900 EUR gross",
        "name": "Ana",
        "email": "ana@example.org",
        "buyer_type": "consumer",
        "country": "FR",
        "method": "stripe",
        "terms": "on",
        "recipient_name": "Zoé",
        "recipient_email": "no address",
        "gift_on": "2026-12-24",
    }
    answer = client.post("/checkout/club/", data, headers=ENGLISH)
    assert (answer.status_code, Order.objects.count()) == (422, 0)
    data["recipient_email"] = "Zoe@Example.org"
    assert client.post("/checkout/club/", data, headers=ENGLISH).status_code == 302
    gift = Gift.objects.get()
    assert (gift.recipient_email, gift.zone) == ("zoe@example.org", "Europe/Paris")
    assert gift.deliver_at == datetime(2026, 12, 24, 8, 0, tzinfo=UTC)


def test_what_cannot_be_given_has_no_gift_checkout(client, course, account):
    assert client.get("/checkout/course/?gift=1").status_code == 404


def test_the_link_shows_the_gift_and_opens_it_by_one_button(client, course, give):
    gift = give(course)
    url = f"/gift/{token_of(gift)}/"
    page = client.get(url, headers=ENGLISH)
    assert "A gift from Ana Silva" in page.content.decode()
    assert Gift.objects.get().state == "delivered"  # looking redeems nothing
    answer = client.post(url, {"email": "zoe@example.org", "name": "Zoé"})
    assert (answer.status_code, answer.url) == (302, url)
    again = client.post(url, {"email": "bob@example.org", "name": "Bob"})
    assert "zoe@example.org" in again.content.decode()
    assert Gift.objects.get().person.email == "zoe@example.org"
    assert client.get("/gift/unknown/").status_code == 404


def test_the_buyer_sees_the_gift_on_the_orders_page(client, course, give):
    gift = give(course)
    page = client.get(f"/orders/{gift.order.key}/", headers=ENGLISH).content.decode()
    assert "It was sent to Zoé (zoe@example.org)" in page
    url = f"/orders/{gift.order.key}/recipient/"
    assert client.get(url).status_code == 200
    new = {"recipient_name": "Bo", "recipient_email": "bo@example.org", "message": ""}
    assert client.post(url, new).status_code == 302
    gift.refresh_from_db()
    assert (gift.recipient_email, gift.mails) == ("bo@example.org", 2)


def test_the_desk_lists_what_is_not_redeemed(owner_client, course, give, now):
    gift = give(course)
    url = "/desk/gifts/?state=delivered"
    assert owner_client.get(url).context["page"].rows == [gift]
    assert owner_client.post(f"/desk/gifts/{gift.pk}/send/").status_code == 302
    gift.refresh_from_db()
    assert gift.mails == 2
    assert owner_client.get("/desk/gifts/?state=redeemed").context["page"].rows == []


def test_a_person_gets_their_gifts_and_is_forgotten(course, give, now):
    gift = give(course)
    redeem_gift(
        token_of(gift),
        email="zoe@example.org",
        name="Zoé",
        language="en",
        actor="visitor",
        now=now,
    )
    handler = personal_data.get("money.gifts")
    zoe = Person.objects.get(email="zoe@example.org")
    assert [row["role"] for row in handler.export(zoe.pk)["gifts"]] == ["recipient"]
    handler.erase(zoe.pk, now=now)
    gift.refresh_from_db()
    assert (gift.recipient_name, gift.recipient_email, gift.message) == ("", "", "")
