"""Price ladders: they only rise, at their hour and their seat, once, for everybody."""

from datetime import timedelta

import pytest

from perenne.core.models import LogEntry
from perenne.core.tokens import new_token
from perenne.money.actions.checkout.checkout import PriceNotOnSale
from perenne.money.actions.offers.ladders import (
    StepBeyondSeats,
    StepComesTooLate,
    StepDoesNotRise,
    add_step,
    climb_ladders,
    drop_step,
    reach_steps,
)
from perenne.money.actions.offers.offers import change_offer
from perenne.money.actions.offers.prices import change_price, end_price
from perenne.money.domain.offers.ladders import Step
from perenne.money.models import Order, Price, PriceStep
from perenne.money.queries.offers.offers import current_prices


@pytest.fixture
def plan(course, now):
    """Plan a step of the course's single price: plan(5900, days=1), plan(5900, seats=2)."""

    def plan(amount_cents, *, days=None, seats=None):
        price = current_prices(course.pk, now)[0]
        starts_at = None if days is None else now + timedelta(days=days)
        step = Step(amount_cents, starts_at, seats)
        return add_step(course.pk, price.pk, step=step, actor="owner", now=now)

    return plan


def _amounts(offer, at):
    return [row.amount_cents for row in current_prices(offer.pk, at)]


def test_a_day_that_has_come_is_a_price_from_its_own_instant(course, plan, now):
    plan(5_900, days=1)
    plan(6_900, days=2)
    late = now + timedelta(days=3)
    reach_steps(course.pk, now=late)
    reach_steps(course.pk, now=late)
    at = [now, now + timedelta(days=1, seconds=-1), now + timedelta(days=1), late]
    assert [_amounts(course, instant) for instant in at] == [
        [4_900],
        [4_900],
        [5_900],
        [6_900],
    ]
    assert Price.objects.count() == 3
    assert LogEntry.objects.filter(verb="money.price_step_reached").count() == 2


def test_an_order_after_the_hour_pays_the_new_price(course, plan, make_order, now):
    plan(5_900, days=1)
    old = current_prices(course.pk, now)[0]
    with pytest.raises(PriceNotOnSale):
        make_order(course, price_id=old.pk, now=now + timedelta(days=1))
    assert Order.objects.count() == 0


def test_the_seat_that_reaches_a_step_is_the_last_at_the_old_price(
    course, plan, make_order, now
):
    plan(5_900, seats=2)
    orders = [
        make_order(course, key=new_token(), now=now + timedelta(minutes=minute))
        for minute in range(3)
    ]
    assert [order.gross_cents for order in orders] == [4_900, 4_900, 5_900]
    assert PriceStep.objects.get().reached_at == now + timedelta(minutes=1)


def test_whichever_comes_first_counts_and_no_step_lowers_a_price(
    course, plan, make_order, now
):
    plan(6_900, seats=1)
    plan(5_900, days=1)
    make_order(course, now=now + timedelta(minutes=1))
    later = now + timedelta(days=1)
    reach_steps(course.pk, now=later)
    assert _amounts(course, later) == [6_900]
    assert not PriceStep.objects.filter(reached_at=None).exists()


def test_a_price_set_by_hand_comes_after_the_steps_before_it(course, plan, now):
    plan(5_900, days=1)
    later = now + timedelta(days=2)
    change_price(
        course.pk,
        amount_cents=3_900,
        currency="EUR",
        interval="one_off",
        actor="owner",
        now=later,
    )
    assert _amounts(course, later) == [3_900]
    assert _amounts(course, now + timedelta(days=1)) == [5_900]


def test_a_step_of_a_way_to_pay_that_ended_makes_no_price(course, plan, now):
    plan(5_900, days=2)
    price = current_prices(course.pk, now)[0]
    end_price(price.pk, offer_id=course.pk, actor="owner", now=now + timedelta(days=1))
    climb_ladders.func()
    reach_steps(course.pk, now=now + timedelta(days=3))
    assert _amounts(course, now + timedelta(days=3)) == []


@pytest.mark.parametrize(
    ("step", "refusal"),
    [
        ({"amount_cents": 4_900, "days": 1}, StepDoesNotRise),
        ({"amount_cents": 5_500, "days": 3}, StepDoesNotRise),
        ({"amount_cents": 6_500, "days": 1}, StepDoesNotRise),
        ({"amount_cents": 7_000, "days": 0}, StepComesTooLate),
        ({"amount_cents": 7_000, "days": 10}, StepComesTooLate),
        ({"amount_cents": 7_000, "seats": 20}, StepBeyondSeats),
    ],
)
def test_a_step_that_cannot_be_is_refused(course, plan, now, step, refusal):
    change_offer(
        course.pk,
        seats=20,
        closes_at=now + timedelta(days=10),
        actor="owner",
        now=now,
    )
    plan(6_000, days=2)
    with pytest.raises(refusal):
        plan(**step)
    assert PriceStep.objects.count() == 1


def test_a_step_can_be_taken_out_until_it_is_reached(course, plan, now):
    row = plan(5_900, days=1)
    drop_step(row.pk, offer_id=course.pk, actor="owner", now=now)
    reach_steps(course.pk, now=now + timedelta(days=2))
    assert _amounts(course, now + timedelta(days=2)) == [4_900]
