"""Many at once: places, codes, trials and pages are each given once (LA3, LA5, MB3)."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from perenne.core.tokens import new_token
from perenne.money.actions.checkout.checkout import PriceNotOnSale, start_checkout
from perenne.money.actions.checkout.closing import close_order
from perenne.money.actions.checkout.payment_pages import (
    OrderIsSettled,
    open_payment_page,
)
from perenne.money.actions.checkout.upkeep import look_after_orders, settle_order
from perenne.money.actions.offers.coupons import add_coupon
from perenne.money.actions.offers.ladders import add_step
from perenne.money.actions.offers.offers import change_offer
from perenne.money.actions.offers.prices import PriceTerms, set_price
from perenne.money.actions.orders.reservations import OfferSoldOut
from perenne.money.domain.offers.ladders import Step
from perenne.money.models import Coupon, Offer, Order, Payment, TrialUse
from perenne.money.queries.offers.coupons import CouponDoesNotCount
from perenne.money.queries.offers.offers import current_prices
from simulators.stripe.errors import ApiError
from simulators.stripe.testing import run_simulator
from tests.money.conftest import ALL_BOXES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(settings, now):
    """A provider of this test's own, so that every page in it is one of ours."""
    with run_simulator(now=now) as account:
        account.hold_webhooks()
        settings.STRIPE_API_BASE = account.api_base
        settings.STRIPE_SECRET_KEY = "sk_test_shop"
        settings.STRIPE_WEBHOOK_SECRET = account.webhook_secret
        yield account


@pytest.fixture
def want(buyer, now):
    """Check out as buyer number so and so; return the order, or why not."""

    def want(offer, number, *, price_id=None, key=None, at=now, **choices):
        prices = current_prices(offer.pk, at)
        try:
            return start_checkout(
                Offer.objects.get(pk=offer.pk),
                key=key or new_token(),
                price_id=price_id or prices[0].pk,
                buyer=replace(buyer, email=f"p{number}@example.org"),
                method="stripe",
                ticked=ALL_BOXES,
                actor="visitor",
                now=at,
                **choices,
            )
        except (OfferSoldOut, CouponDoesNotCount, PriceNotOnSale) as refusal:
            return type(refusal).__name__

    return want


def _tally(results):
    return Counter(
        row if isinstance(row, str) else "order" for row in results if row is not None
    )


@pytest.mark.slow
def test_fifty_places_are_sold_fifty_times_and_nobody_pays_in_vain(
    course, want, account, in_threads, now
):
    """500 want the last 50: every fifth of those who get one walks away."""
    change_offer(course.pk, seats=50, actor="owner", now=now)

    def buy(at):
        def work(number):
            order = want(course, number, at=at)
            if isinstance(order, str):
                return order
            open_payment_page(order.pk, now=at)
            if number % 5 and at == now:
                order.refresh_from_db()
                account.complete_checkout(order.provider_ref)
            elif at > now:
                order.refresh_from_db()
                account.complete_checkout(order.provider_ref)
                settle_order(order.pk, now=at)
            return order

        return work

    first = in_threads(buy(now), 500)
    assert _tally(first) == {"order": 50, "OfferSoldOut": 450}
    later = now + timedelta(minutes=50)
    in_threads(lambda _: look_after_orders(later))
    walked = sum(page["status"] == "expired" for page in _pages(account))
    second = in_threads(buy(later), 100)
    assert _tally(second) == {"order": walked, "OfferSoldOut": 100 - walked}

    def what_remains(_):
        return (
            Counter(Order.objects.values_list("state", flat=True)),
            Payment.objects.filter(surplus=False).count(),
            Payment.objects.filter(surplus=True).count(),
            Offer.objects.get(pk=course.pk).seats_taken,
        )

    assert in_threads(what_remains) == [
        (Counter(paid=50, expired=walked), 50, 0, 50),
    ]
    assert Counter(page["status"] for page in _pages(account)) == {
        "complete": 50,
        "expired": walked,
    }


def _pages(account):
    return account.objects("checkout.session")


def test_a_code_is_used_as_often_as_it_may(course, want, in_threads, now):
    add_coupon(
        code="FIVE",
        offers=[],
        percent_bp=1_000,
        max_uses=5,
        actor="owner",
        now=now,
    )
    found = in_threads(lambda number: want(course, number, coupon="FIVE"), 40)
    assert _tally(found) == {"order": 5, "CouponDoesNotCount": 35}
    assert in_threads(
        lambda _: (Coupon.objects.get().uses, Offer.objects.get().seats_taken)
    ) == [(5, 5)]


def test_a_person_uses_a_code_once_in_however_many_tabs(course, want, in_threads, now):
    add_coupon(
        code="ONCE",
        offers=[],
        percent_bp=1_000,
        max_per_person=1,
        actor="owner",
        now=now,
    )
    found = in_threads(lambda _tab: want(course, 1, coupon="ONCE"), 10)
    assert _tally(found) == {"order": 1, "CouponDoesNotCount": 9}
    assert in_threads(lambda _: Coupon.objects.get().uses) == [1]


def test_a_double_click_is_one_order_one_place_one_page(
    course, want, account, in_threads, now
):
    key, together = new_token(), Barrier(6)

    def click(_number):
        together.wait()
        order = want(course, 1, key=key)
        return open_payment_page(order.pk, now=now)

    assert len(set(in_threads(click, 6))) == 1
    assert in_threads(
        lambda _: (Order.objects.count(), Offer.objects.get().seats_taken)
    ) == [(1, 1)]
    assert [page["status"] for page in _pages(account)] == ["open"]


def test_tabs_that_disagree_leave_one_page_that_asks_for_the_orders_sum(
    course, want, account, in_threads, now
):
    for number in range(3):
        add_coupon(
            code=f"C{number}",
            offers=[],
            amount_cents=100 * (number + 1),
            currency="EUR",
            actor="owner",
            now=now,
        )
    key = new_token()

    def change(turn):
        order = want(course, 1, key=key, coupon=f"C{turn % 3}")
        try:
            open_payment_page(order.pk, now=now)
        except OrderIsSettled:
            return

    in_threads(change, 12, threads=3)
    order, uses = in_threads(
        lambda _: (Order.objects.get(), [row.uses for row in Coupon.objects.all()])
    )[0]
    still_open = [page for page in _pages(account) if page["status"] == "open"]
    assert [page["amount_total"] for page in still_open] == [order.gross_cents]
    assert [page["id"] for page in still_open] == [order.provider_ref]
    assert sum(uses) == 1


def test_the_low_price_is_given_as_often_as_the_ladder_says(
    course, want, in_threads, now
):
    price = course.prices.get()
    step = Step(5_900, after_seats=10)
    add_step(course.pk, price.pk, step=step, actor="owner", now=now)
    at = now + timedelta(minutes=1)
    found = in_threads(
        lambda number: want(course, number, price_id=price.pk, at=at), 30
    )
    assert _tally(found) == {"order": 10, "PriceNotOnSale": 20}
    assert (
        in_threads(lambda _: want(course, 99, at=at + timedelta(minutes=1)))[
            0
        ].gross_cents
        == 5_900
    )
    assert in_threads(lambda _: Offer.objects.get().seats_taken) == [11]


def test_a_person_begins_one_trial_in_however_many_tabs(
    club, want, account, in_threads, now
):
    at = now + timedelta(seconds=1)
    terms = PriceTerms(900, "EUR", "month", trial_days=14, trial_price_cents=100)
    price = set_price(club.pk, terms, actor="owner", now=at)
    found = in_threads(lambda _tab: want(club, 1, price_id=price.pk, at=at), 6, 3)
    assert _tally(found) == {"order": 6}
    pending, holder, taken = in_threads(
        lambda _: (
            list(Order.objects.filter(state="pending").values_list("pk", flat=True)),
            TrialUse.objects.get().order_id,
            Offer.objects.get(pk=club.pk).seats_taken,
        )
    )[0]
    assert (pending, taken) == ([holder], 1)


def test_paying_and_closing_at_once_is_one_or_the_other(
    course, want, account, in_threads, now
):
    change_offer(course.pk, seats=10, actor="owner", now=now)
    orders = in_threads(lambda number: want(course, number), 10)
    in_threads(lambda turn: open_payment_page(orders[turn].pk, now=now), 10)

    def pay_or_close(turn):
        order = Order.objects.get(pk=orders[turn // 2].pk)
        if turn % 2:
            close_order(order, state="expired", now=now)
            return
        with suppress(ApiError):  # the page says that it has expired
            account.complete_checkout(order.provider_ref)

    in_threads(pay_or_close, 20)
    in_threads(lambda _: look_after_orders(now + timedelta(minutes=50)))
    states, paid, taken = in_threads(
        lambda _: (
            Counter(Order.objects.values_list("state", flat=True)),
            Payment.objects.filter(surplus=False).count(),
            Offer.objects.get(pk=course.pk).seats_taken,
        )
    )[0]
    complete = sum(page["status"] == "complete" for page in _pages(account))
    assert states["paid"] == paid == taken == complete
    assert states["paid"] + states["expired"] == 10
