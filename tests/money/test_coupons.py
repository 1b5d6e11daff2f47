"""Coupons: what they count for, how often, and for how many payments (LA5)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from perenne.core.tokens import new_token
from perenne.money.actions.checkout.upkeep import look_after_orders, settle_order
from perenne.money.actions.offers.coupons import (
    CodeTaken,
    CouponRunsBackwards,
    FewerThanUsed,
    add_coupon,
    change_coupon,
    set_coupon_active,
)
from perenne.money.actions.renewals.renewals import charge_subscription
from perenne.money.models import Charge, Coupon, LedgerEntry, Order, Subscription
from perenne.money.queries.offers.coupons import CouponDoesNotCount, coupons_matching


@pytest.fixture
def coupon(business, now):
    """Put a coupon up: coupon("SPRING", percent_bp=2000, max_uses=1)."""

    def coupon(code="SPRING", *, offers=(), **fields):
        if "amount_cents" in fields:
            fields = {"currency": "EUR"} | fields
        else:
            fields = {"percent_bp": 2000} | fields
        return add_coupon(
            code=code,
            offers=[offer.pk for offer in offers],
            actor="owner",
            now=now,
            **fields,
        )

    return coupon


@pytest.mark.parametrize(
    ("fields", "gross", "discount"),
    [
        ({"percent_bp": 2000}, 3_920, 980),
        ({"amount_cents": 1_000}, 3_900, 1_000),
        ({"percent_bp": 3333}, 3_267, 1_633),
    ],
)
def test_a_code_takes_off_its_share_or_amount(
    course, coupon, make_order, fields, gross, discount
):
    row = coupon(**fields)
    order = make_order(course, coupon=" spring ")
    line = order.lines.get()
    row.refresh_from_db()
    assert (order.gross_cents, order.coupon) == (gross, row)
    assert (line.list_cents, line.discount_cents, line.gross_cents) == (
        4_900,
        discount,
        gross,
    )
    assert row.uses == 1


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("NONE", {}),
        ("SPRING", {"active": False}),
        ("SPRING", {"starts_in": 1}),
        ("SPRING", {"ends_in": 0}),
        ("SPRING", {"amount_cents": 500, "currency": "USD"}),
        ("SPRING", {"max_uses": 1, "uses": 1}),
        ("SPRING", {"elsewhere": True}),
    ],
)
def test_a_code_that_does_not_count_refuses_the_order(
    course, club, coupon, make_order, now, code, fields
):
    for name, field in (("starts_in", "starts_at"), ("ends_in", "ends_at")):
        if name in fields:
            fields = fields | {field: now + timedelta(days=fields[name])}
            fields.pop(name)
    offers = [club] if fields.pop("elsewhere", False) else []
    row = coupon(offers=offers, **fields)
    with pytest.raises(CouponDoesNotCount) as refusal:
        make_order(course, coupon=code)
    assert refusal.value.field == "coupon"
    assert Order.objects.count() == 0
    course.refresh_from_db()
    uses = row.uses
    row.refresh_from_db()
    assert (row.uses, course.seats_taken) == (uses, 0)


def test_a_code_for_some_offers_counts_for_them(course, coupon, make_order):
    coupon(offers=[course])
    assert make_order(course, coupon="SPRING").gross_cents == 3_920


def test_a_person_uses_a_code_as_often_as_it_says(course, coupon, make_order, buyer):
    coupon(max_per_person=1)
    make_order(course, coupon="SPRING", key=new_token())
    with pytest.raises(CouponDoesNotCount):
        make_order(course, coupon="SPRING", key=new_token())
    other = replace(buyer, email="bo@example.org")
    make_order(course, coupon="SPRING", key=new_token(), buyer=other)
    assert Coupon.objects.get().uses == 2


def test_a_use_comes_back_when_the_order_is_not_paid(
    course, coupon, make_order, account, now
):
    row = coupon(max_uses=1)
    order = make_order(course, coupon="SPRING")
    with pytest.raises(CouponDoesNotCount):
        make_order(course, coupon="SPRING", key=new_token())
    look_after_orders(now + timedelta(days=3))
    order.refresh_from_db()
    row.refresh_from_db()
    assert (order.state, row.uses) == ("expired", 0)
    again = make_order(course, coupon="SPRING", key=new_token())
    assert again.coupon_id == row.pk


def test_a_paid_use_stays(course, coupon, make_order, pay, now):
    row = coupon(max_uses=1)
    order = make_order(course, coupon="SPRING")
    pay(order)
    settle_order(order.pk, now=now)
    look_after_orders(now + timedelta(days=3))
    row.refresh_from_db()
    assert row.uses == 1
    assert LedgerEntry.objects.get(kind="sale").amount_cents == 3_920


def test_a_buyer_may_take_the_code_back_or_change_it(course, coupon, make_order):
    spring, summer = coupon("SPRING"), coupon("SUMMER", amount_cents=100)
    order = make_order(course, coupon="SPRING")
    for code, gross, uses in (
        ("SUMMER", 4_800, (0, 1)),
        ("", 4_900, (0, 0)),
        ("SPRING", 3_920, (1, 0)),
        ("SPRING", 3_920, (1, 0)),
    ):
        order = make_order(course, coupon=code)
        spring.refresh_from_db()
        summer.refresh_from_db()
        assert (order.gross_cents, (spring.uses, summer.uses)) == (gross, uses)
        assert [row.gross_cents for row in order.lines.all()] == [gross]
    assert Order.objects.count() == 1


def test_a_code_that_was_used_up_stays_good_for_the_order_that_holds_it(
    course, coupon, make_order
):
    row = coupon(max_uses=1)
    make_order(course, coupon="SPRING")
    set_coupon_active(row.pk, active=False, actor="owner", now=row.created_at)
    assert make_order(course, coupon="SPRING").gross_cents == 3_920


@pytest.mark.parametrize(
    ("periods", "charged"),
    [(1, [900, 900, 900]), (2, [450, 900, 900]), (None, [450, 450, 450])],
)
def test_a_subscription_is_cheaper_for_as_many_payments_as_the_code_says(
    club, coupon, make_order, pay, now, periods, charged
):
    coupon(percent_bp=5000, periods=periods)
    order = make_order(club, interval="month", coupon="SPRING")
    pay(order)
    settle_order(order.pk, now=now)
    row = Subscription.objects.get()
    assert (order.gross_cents, row.amount_cents) == (450, 900)
    for _month in charged:
        row.refresh_from_db()
        charge_subscription(row.pk, now=row.next_charge_at)
    paid = Charge.objects.order_by("pk").values_list("state", "gross_cents")
    assert list(paid) == [("paid", cents) for cents in charged]
    row.refresh_from_db()
    assert row.coupon_periods == (None if periods is None else 0)


def test_a_declined_charge_uses_no_payment_of_the_code_up(
    club, coupon, make_order, pay, account, now
):
    coupon(percent_bp=5000, periods=2)
    order = make_order(club, interval="month", coupon="SPRING")
    pay(order, "4000000000000341")
    settle_order(order.pk, now=now)
    row = Subscription.objects.get()
    charge_subscription(row.pk, now=row.next_charge_at)
    row.refresh_from_db()
    assert (row.state, row.coupon_periods) == ("past_due", 1)


def test_codes_are_unique_and_their_limits_hold(coupon, course, make_order, now):
    row = coupon(max_uses=3)
    with pytest.raises(CodeTaken):
        coupon("spring")
    with pytest.raises(CouponRunsBackwards):
        coupon("BACK", starts_at=now, ends_at=now)
    for _order in range(2):
        make_order(course, coupon="SPRING", key=new_token())
    with pytest.raises(FewerThanUsed):
        change_coupon(row.pk, offers=[], max_uses=1, actor="owner", now=now)
    row.refresh_from_db()
    assert (Coupon.objects.count(), row.max_uses, row.uses) == (1, 3, 2)


def test_codes_are_found_by_their_beginning_and_state(coupon, now):
    coupon("OPEN", note="for friends")
    coupon("ENDED", ends_at=now)
    coupon("USED", max_uses=1, uses=1)
    coupon("OFF", active=False)
    coupon("LEFT", max_uses=2, uses=1)

    def found(text="", state=""):
        return {row.code for row in coupons_matching(text, state, now)}

    assert found(state="open") == {"OPEN", "LEFT"}
    assert found(state="over") == {"ENDED", "USED", "OFF"}
    assert found("o") == {"OPEN", "OFF"}
    assert found("for fr") == {"OPEN"}
