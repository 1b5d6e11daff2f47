"""What a buyer changes while a payment page is open: one order, one page, one charge."""

from datetime import timedelta

import pytest

from perenne.core.tokens import new_token
from perenne.money.actions.checkout.checkout import (
    ChosenTooLow,
    OfferNotOpen,
    PriceNotOnSale,
)
from perenne.money.actions.checkout.payment_pages import open_payment_page
from perenne.money.actions.checkout.upkeep import look_after_orders, settle_order
from perenne.money.actions.offers.coupons import add_coupon
from perenne.money.actions.offers.offers import change_offer
from perenne.money.actions.offers.prices import PriceTerms, change_price, set_price
from perenne.money.actions.orders.reservations import TrialUsed
from perenne.money.gateways.protocol import ProviderUnavailable
from perenne.money.models import Order, Payment, Subscription, TrialUse


@pytest.fixture
def code(business, now):
    return add_coupon(
        code="TEN",
        offers=[],
        amount_cents=1_000,
        currency="EUR",
        actor="owner",
        now=now,
    ).code


def _pages(account, order):
    """Return (status, amount) of every page of an order, oldest first."""
    return [
        (page["status"], page["amount_total"])
        for page in account.objects("checkout.session")[::-1]
        if page["metadata"]["key"] == order.key
    ]


def test_a_changed_sum_closes_the_open_page_first(
    course, make_order, account, code, now
):
    order = make_order(course)
    first = open_payment_page(order.pk, now=now)
    make_order(course, coupon=code)
    assert _pages(account, order) == [("expired", 4_900)]
    second = open_payment_page(order.pk, now=now)
    make_order(course)
    third = open_payment_page(order.pk, now=now)
    assert _pages(account, order) == [
        ("expired", 4_900),
        ("expired", 3_900),
        ("open", 4_900),
    ]
    assert len({first, second, third}) == 3


def test_the_same_again_keeps_the_open_page(course, make_order, account, now):
    order = make_order(course)
    first = open_payment_page(order.pk, now=now)
    make_order(course)
    assert open_payment_page(order.pk, now=now) == first
    assert _pages(account, order) == [("open", 4_900)]


def test_a_page_that_was_paid_meanwhile_is_recorded_and_nothing_is_changed(
    course, make_order, pay, account, code, now
):
    order = make_order(course)
    pay(order)
    same = make_order(course, coupon=code)
    assert (same.pk, same.state, same.gross_cents) == (order.pk, "paid", 4_900)
    assert Payment.objects.get().amount_cents == 4_900
    assert _pages(account, order) == [("complete", 4_900)]


def test_turning_to_a_transfer_closes_the_card_page(course, make_order, account, now):
    order = make_order(course)
    open_payment_page(order.pk, now=now)
    order = make_order(course, method="transfer")
    assert (order.provider, order.provider_url) == ("transfer", "")
    assert _pages(account, order) == [("expired", 4_900)]


def test_a_provider_out_of_reach_leaves_order_and_page_as_they_were(
    course, make_order, account, code, now, settings, monkeypatch
):
    order = make_order(course)
    url = open_payment_page(order.pk, now=now)
    monkeypatch.setattr("perenne.money.gateways.stripe.client.RETRIES", 0)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(ProviderUnavailable):
        make_order(course, coupon=code)
    order.refresh_from_db()
    assert (order.gross_cents, order.provider_url) == (4_900, url)


def test_another_price_is_the_same_order(club, make_order, account, now):
    order = make_order(club, interval="month")
    open_payment_page(order.pk, now=now)
    same = make_order(club, interval="year")
    assert (same.pk, same.gross_cents) == (order.pk, 9_000)
    assert [row.price for row in same.lines.all()] == [same.price]
    assert _pages(account, order) == [("expired", 900)]


def test_another_price_must_be_on_sale_the_one_begun_with_stays(club, make_order, now):
    order = make_order(club, interval="month")
    yearly = club.prices.get(interval="year")
    change_offer(club.pk, closes_at=now + timedelta(hours=1), actor="owner", now=now)
    change_price(
        club.pk,
        amount_cents=9_900,
        currency="EUR",
        interval="year",
        actor="owner",
        now=now + timedelta(minutes=1),
    )
    with pytest.raises(PriceNotOnSale):
        make_order(
            club,
            interval="month",
            price_id=yearly.pk,
            now=now + timedelta(minutes=2),
        )
    club.refresh_from_db()
    later = now + timedelta(hours=2)
    with pytest.raises(OfferNotOpen):
        make_order(club, interval="year", now=later)
    assert make_order(club, interval="month", now=later).gross_cents == 900
    assert Order.objects.get().pk == order.pk


def test_a_page_opened_for_an_older_sum_is_closed_again(
    course, make_order, account, code, now, monkeypatch
):
    from perenne.money.gateways.stripe.provider import StripeProvider

    plain = StripeProvider.start_checkout
    order = make_order(course)

    def slow(self, request):
        page = plain(self, request)
        if request.amount_cents == 4_900:
            make_order(course, coupon=code)
        return page

    monkeypatch.setattr(StripeProvider, "start_checkout", slow)
    open_payment_page(order.pk, now=now)
    assert _pages(account, order) == [("expired", 4_900), ("open", 3_900)]


# --- What the buyer chooses --------------------------------------------------------


@pytest.fixture
def gift(course, now):
    """The course at a price that people choose, 5 € at least, 20 € suggested."""
    set_price(
        course.pk,
        PriceTerms(2_000, "EUR", "one_off", minimum_cents=500),
        actor="owner",
        now=now + timedelta(seconds=1),
    )
    return course


@pytest.mark.parametrize(
    ("chosen", "paid"), [(None, 2_000), (500, 500), (9_900, 9_900)]
)
def test_a_price_that_people_choose_is_what_they_chose(
    gift, make_order, pay, now, chosen, paid
):
    order = make_order(gift, chosen_cents=chosen, now=now + timedelta(minutes=1))
    assert (order.gross_cents, order.lines.get().list_cents) == (paid, paid)


def test_less_than_the_lowest_is_refused(gift, make_order, now):
    with pytest.raises(ChosenTooLow):
        make_order(gift, chosen_cents=499, now=now + timedelta(minutes=1))
    assert Order.objects.count() == 0


def test_a_fixed_price_cannot_be_chosen(course, make_order):
    assert make_order(course, chosen_cents=1).gross_cents == 4_900


def test_a_chosen_subscription_is_charged_what_was_chosen(club, make_order, pay, now):
    later = now + timedelta(seconds=1)
    set_price(
        club.pk,
        PriceTerms(900, "EUR", "month", minimum_cents=300),
        actor="owner",
        now=later,
    )
    order = make_order(club, interval="month", chosen_cents=1_500, now=later)
    pay(order)
    settle_order(order.pk, now=later)
    assert Subscription.objects.get().amount_cents == 1_500


# --- Instalments and trials --------------------------------------------------------


def test_instalments_begin_with_the_first_and_count_the_others(
    course, make_order, pay, now
):
    set_price(
        course.pk,
        PriceTerms(1_700, "EUR", "month", instalments=3),
        actor="owner",
        now=now,
    )
    order = make_order(course, interval="month")
    assert order.consents[1]["wording"] == (
        "I allow Atelier Boréal to charge €17.00 per month to the card I use, from "
        "Sept. 15, 2026 on, 3 times in all."
    )
    pay(order)
    settle_order(order.pk, now=now)
    row = Subscription.objects.get()
    assert (order.gross_cents, row.amount_cents, row.payments_left) == (1_700, 1_700, 2)


@pytest.fixture
def tried(club, now):
    """The club with a paid trial: 14 days for 1 €."""
    set_price(
        club.pk,
        PriceTerms(900, "EUR", "month", trial_days=14, trial_price_cents=100),
        actor="owner",
        now=now + timedelta(seconds=1),
    )
    return club


@pytest.fixture
def start(tried, make_order, now):
    """Begin the monthly checkout of the club a minute later."""

    def start(**options):
        options = {"now": now + timedelta(minutes=1), "key": new_token()} | options
        return make_order(tried, interval="month", **options)

    return start


def test_a_trial_costs_its_own_price_today_and_is_not_reduced(start, code):
    order = start(coupon=code)
    assert (order.gross_cents, order.trial_days) == (100, 14)
    assert "from Sept. 29, 2026 on" in order.consents[1]["wording"]


def test_a_trial_is_had_once(start, pay, tried, now):
    order = start()
    pay(order)
    settle_order(order.pk, now=now)
    with pytest.raises(TrialUsed):
        start()
    assert (Order.objects.count(), TrialUse.objects.get().order) == (1, order)
    without = start(with_trial=False)
    assert (without.gross_cents, without.trial_days) == (900, 0)


def test_a_trial_begun_elsewhere_and_not_paid_passes_on(start, account, now):
    first = start()
    open_payment_page(first.pk, now=now)
    second = start()
    first.refresh_from_db()
    assert (first.state, TrialUse.objects.get().order) == ("cancelled", second)
    assert _pages(account, first) == [("expired", 100)]


def test_a_trial_comes_back_when_its_order_is_not_paid(start, tried, now):
    start()
    look_after_orders(now + timedelta(days=3))
    assert TrialUse.objects.count() == 0
    tried.refresh_from_db()
    assert tried.seats_taken == 0


def test_going_on_without_the_trial_gives_it_back(start, now):
    order = start(key="k" * 43)
    start(key="k" * 43, with_trial=False)
    order.refresh_from_db()
    assert (order.gross_cents, order.trial_days) == (900, 0)
    assert TrialUse.objects.count() == 0
