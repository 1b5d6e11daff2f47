from dataclasses import replace
from datetime import timedelta

import pytest

from perenne.mail.models import Message
from perenne.money.actions.checkout.checkout import (
    ConsentMissing,
    OfferNotOpen,
    PriceNotOnSale,
)
from perenne.money.actions.checkout.payment_pages import (
    OrderIsSettled,
    open_payment_page,
)
from perenne.money.actions.checkout.upkeep import look_after_orders, settle_order
from perenne.money.actions.offers.offers import set_grants, set_offer_window
from perenne.money.actions.offers.prices import PriceTerms, change_price, set_price
from perenne.money.actions.payments.payments import (
    NotATransfer,
    mark_transfer_paid,
    record_payment,
)
from perenne.money.gateways.providers import provider
from perenne.money.models import LedgerEntry, Order, Payment, Subscription
from perenne.people.models import Person

ROOM = "1"


def test_an_order_keeps_the_exact_words_agreed_to(course, make_order, now):
    order = make_order(course)
    assert [(row["key"], row["source"]) for row in order.consents] == [
        ("terms", "C. civ. 1119, 1127-1"),
        ("digital_content_start", "C. conso L221-28 13°"),
        ("digital_content_waiver", "C. conso L221-28 13°"),
    ]
    assert order.consents[2]["wording"] == (
        "I acknowledge that I lose my right of withdrawal as soon as access is given."
    )
    assert order.terms.text.startswith("TERMS OF SALE")
    assert len(order.terms.digest) == 64
    assert (order.net_cents, order.tax_cents, order.gross_cents) == (4900, 0, 4900)


def test_a_membership_asks_for_the_words_of_services_and_the_mandate(club, make_order):
    order = make_order(club, interval="month")
    assert [row["key"] for row in order.consents] == [
        "terms",
        "mandate",
        "service_start",
        "service_loss",
    ]
    assert order.consents[1]["wording"] == (
        "I allow Atelier Boréal to charge €9.00 per month to the card I use, from "
        "Sept. 15, 2026 on, until I end the subscription, which I can do online at any "
        "time."
    )


def test_a_business_has_no_withdrawal_box(course, make_order, buyer):
    firm = replace(buyer, buyer_type="business", company="Silva SARL")
    order = make_order(course, buyer=firm, ticked=frozenset({"terms"}))
    assert [row["key"] for row in order.consents] == ["terms"]


@pytest.mark.parametrize("missing", ["terms", "digital_content_waiver"])
def test_a_box_not_ticked_refuses_the_order(course, make_order, missing):
    ticked = frozenset({"terms", "digital_content_start", "digital_content_waiver"})
    with pytest.raises(ConsentMissing) as refusal:
        make_order(course, ticked=ticked - {missing})
    assert refusal.value.field == missing
    assert Order.objects.count() == 0
    assert Person.objects.count() == 0


def test_the_same_form_gives_one_order(course, make_order, buyer):
    first = make_order(course)
    second = make_order(course, buyer=replace(buyer, name="Ana M. Silva"))
    assert second.pk == first.pk
    assert Order.objects.get().name == "Ana M. Silva"


def test_a_corrected_address_gets_the_order_and_what_it_opens(
    course, make_order, buyer, pay, shelf, now
):
    wrong = make_order(course, buyer=replace(buyer, email="ana@exmaple.org"))
    open_payment_page(wrong.pk, now=now)
    right = make_order(course)
    assert (right.pk, right.email, right.person.email) == (
        wrong.pk,
        "ana@example.org",
        "ana@example.org",
    )
    pay(right)
    settle_order(right.pk, now=now)
    assert {entry[0] for entry in shelf.open} == {right.person_id}


def test_outside_the_window_nothing_can_be_ordered(course, make_order, now):
    set_offer_window(
        course.pk,
        opens_at=now + timedelta(days=1),
        closes_at=now + timedelta(days=2),
        actor="owner",
        now=now,
    )
    course.refresh_from_db()
    for at in (now, now + timedelta(days=2)):
        with pytest.raises(OfferNotOpen):
            make_order(course, now=at)
    assert Order.objects.count() == 0


def test_an_order_begun_in_time_can_be_finished_after_closing(
    course, make_order, pay, now
):
    set_offer_window(
        course.pk,
        opens_at=None,
        closes_at=now + timedelta(hours=1),
        actor="owner",
        now=now,
    )
    course.refresh_from_db()
    order = make_order(course)
    pay(order)
    later = now + timedelta(days=3)
    Order.objects.filter(pk=order.pk).update(state="expired", closed_at=later)
    paid = provider("stripe").fetch_page(order.provider_ref).paid
    record_payment(paid, via="stripe", order_id=order.pk, actor="stripe", now=later)
    order.refresh_from_db()
    assert order.state == "paid"


def test_a_price_that_is_not_on_sale_is_refused(course, club, make_order, now):
    old = course.prices.get()
    later = now + timedelta(days=1)
    change_price(
        course.pk,
        amount_cents=5900,
        currency="EUR",
        interval="one_off",
        actor="owner",
        now=later,
    )
    with pytest.raises(PriceNotOnSale):
        make_order(course, price_id=old.pk, now=later)
    with pytest.raises(PriceNotOnSale):
        make_order(course, price_id=club.prices.first().pk)
    assert Order.objects.count() == 0


def test_a_card_payment_opens_access_and_writes_the_books(
    course, make_order, pay, shelf, now, person
):
    order = make_order(course)
    pay(order)
    assert shelf.open == {}
    assert settle_order(order.pk, now=now)
    order.refresh_from_db()
    payment = Payment.objects.get()
    assert (order.state, order.paid_at) == ("paid", now)
    assert (payment.amount_cents, payment.method, payment.surplus) == (
        4900,
        "card",
        False,
    )
    assert shelf.open == {(person.pk, ROOM, f"order:{order.number}"): None}
    amounts = LedgerEntry.objects.order_by("pk").values_list("kind", "amount_cents")
    assert list(amounts) == [("sale", 4900), ("fee", -payment.fee_cents)]
    assert sorted(Message.objects.values_list("ref", flat=True)) == [
        f"order-confirmed:{order.pk}",
        f"receipt:{payment.pk}",
    ]
    mail = Message.objects.get(ref=f"order-confirmed:{order.pk}")
    assert order.terms.text in mail.text
    for consent in order.consents:
        assert consent["wording"] in mail.text


def test_a_bundle_opens_everything_it_names(
    course, make_order, pay, shelf, now, person
):
    set_grants(course.pk, grants=[("room", "1"), ("room", "2")], actor="owner", now=now)
    order = make_order(course)
    pay(order)
    settle_order(order.pk, now=now)
    source = f"order:{order.number}"
    assert shelf.open == {
        (person.pk, "1", source): None,
        (person.pk, "2", source): None,
    }


def test_the_confirmation_says_every_payment(course, make_order, pay, shelf, now):
    """R46: what was agreed to is in the mail, not on a page."""
    terms = PriceTerms(9_000, "EUR", "month", instalments=3)
    set_price(course.pk, terms, actor="owner", now=now)
    order = make_order(course, interval="month")
    pay(order)
    settle_order(order.pk, now=now)
    mail = Message.objects.get(ref=f"order-confirmed:{order.pk}")
    assert "Then 2 payments of €90.00, per month." in mail.text
    assert "€270.00 in all, then nothing more is due." in mail.text
    assert "The subscription renews by itself." not in mail.text


def test_recording_the_same_payment_again_changes_nothing(
    course, make_order, pay, shelf, now
):
    order = make_order(course)
    pay(order)
    settle_order(order.pk, now=now)
    Order.objects.filter(pk=order.pk).update(state="pending", paid_at=None)
    counts = (LedgerEntry.objects.count(), Message.objects.count())
    settle_order(order.pk, now=now)
    assert Payment.objects.count() == 1
    assert (LedgerEntry.objects.count(), Message.objects.count()) == counts


def test_two_tabs_share_one_payment_page(course, make_order, account, now):
    order = make_order(course)
    first = open_payment_page(order.pk, now=now)
    assert open_payment_page(order.pk, now=now) == first


def test_a_page_paid_behind_our_back_is_recorded_before_another_is_opened(
    course, make_order, pay, now
):
    order = make_order(course)
    pay(order)
    with pytest.raises(OrderIsSettled):
        open_payment_page(order.pk, now=now)
    order.refresh_from_db()
    assert order.state == "paid"


def test_a_closed_tab_is_found_by_the_clock(course, make_order, pay, now):
    order = make_order(course)
    pay(order)
    look_after_orders(now + timedelta(minutes=11))
    order.refresh_from_db()
    assert order.state == "paid"


def test_orders_nobody_pays_expire(course, make_order, account, now):
    card = make_order(course)
    transfer = make_order(course, key="t" * 43, method="transfer")
    look_after_orders(now + timedelta(days=3))
    card.refresh_from_db()
    transfer.refresh_from_db()
    assert (card.state, transfer.state) == ("expired", "pending")
    look_after_orders(now + timedelta(days=31))
    transfer.refresh_from_db()
    assert transfer.state == "expired"


def test_a_transfer_counts_when_the_owner_says_so(
    course, make_order, shelf, now, person
):
    order = make_order(course, method="transfer")
    assert shelf.open == {}
    later = now + timedelta(days=40)
    look_after_orders(later)
    mark_transfer_paid(
        order.pk, paid_at=later - timedelta(days=1), actor="owner", now=later
    )
    order.refresh_from_db()
    assert order.state == "paid"
    assert list(shelf.open) == [(person.pk, ROOM, f"order:{order.number}")]
    row = LedgerEntry.objects.get()
    assert (row.kind, row.amount_cents, row.method) == ("sale", 4900, "transfer")
    with pytest.raises(NotATransfer):
        mark_transfer_paid(order.pk, paid_at=later, actor="owner", now=later)
    assert Payment.objects.count() == 1


def test_a_card_order_cannot_be_marked_as_a_transfer(course, make_order, now):
    order = make_order(course)
    with pytest.raises(NotATransfer):
        mark_transfer_paid(order.pk, paid_at=now, actor="owner", now=now)
    assert Payment.objects.count() == 0


def test_a_second_payment_of_a_paid_order_is_set_aside(
    course, make_order, pay, shelf, now
):
    order = make_order(course)
    pay(order)
    settle_order(order.pk, now=now)
    paid = provider("stripe").fetch_page(order.provider_ref).paid
    again = replace(paid, ref="pi_another")
    record_payment(again, via="stripe", order_id=order.pk, actor="stripe", now=now)
    assert Payment.objects.get(surplus=True).provider_ref == "pi_another"
    assert LedgerEntry.objects.filter(kind="sale").count() == 1
    assert len(shelf.open) == 1


def test_a_transfer_for_a_membership_ends_with_its_period(club, make_order, now, shelf):
    order = make_order(club, interval="year", method="transfer")
    mark_transfer_paid(order.pk, paid_at=now, actor="owner", now=now)
    row = Subscription.objects.get()
    assert (row.state, row.next_charge_at) == ("cancelling", None)
    assert row.current_period_end == now.replace(year=2027)
