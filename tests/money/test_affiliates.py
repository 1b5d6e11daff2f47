"""Affiliates: no cookie, held commissions, payouts that are expenses (LA12, R1)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.core import clock
from perenne.core.models import LogEntry
from perenne.money.actions.affiliates.affiliate_payouts import (
    NothingToPayOut,
    PayoutChanged,
    pay_affiliate,
)
from perenne.money.actions.affiliates.affiliates import (
    AffiliateExists,
    add_affiliate,
    change_affiliate,
)
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.payments.refunds import refund_payment, send_refund
from perenne.money.actions.renewals.renewals import charge_subscription
from perenne.money.domain.affiliates.commissions import Rule, taken_back
from perenne.money.domain.checkout.extras import Extras
from perenne.money.models import (
    Affiliate,
    AffiliatePayout,
    Commission,
    LedgerEntry,
    Order,
    Payment,
    Referral,
    Refund,
    Subscription,
)
from perenne.money.queries.affiliates.affiliate_links import affiliate_token
from perenne.money.queries.affiliates.affiliates import balances

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def affiliate(business, now):
    return add_affiliate(
        email="bo@example.org",
        name="Bo",
        code="bo",
        rule=Rule(percent_bp=3000),
        actor="owner",
        now=now,
    )


@pytest.fixture
def sold(course, affiliate, make_order, pay, now):
    """An order of 49.00 that came through Bo's link and is paid."""
    order = make_order(course, extras=Extras(via="bo"))
    pay(order)
    settle_order(order.pk, now=now)
    return order


def rows():
    found = Commission.objects.order_by("pk")
    return list(found.values_list("amount_cents", "payable_from"))


def give_back(cents, key, now):
    refund = refund_payment(
        Payment.objects.get().pk,
        key=key,
        amount_cents=cents,
        reason="",
        end_access=False,
        actor="owner",
        now=now,
    )
    send_refund(refund.pk, now=now)


def test_a_payment_earns_a_share_held_until_nobody_can_withdraw(sold, affiliate):
    """R50: 15 September + 14 days; it may be paid the day after."""
    assert rows() == [(1470, date(2026, 9, 30))]
    [held] = balances(date(2026, 9, 29), [affiliate.pk])
    assert (held.held_cents, held.due_cents) == (1470, 0)
    [due] = balances(date(2026, 9, 30), [affiliate.pk])
    assert (due.held_cents, due.due_cents) == (0, 1470)


def test_an_order_without_a_link_earns_nobody_anything(
    course, affiliate, make_order, pay, now
):
    order = make_order(course)
    pay(order)
    settle_order(order.pk, now=now)
    assert rows() == []


@pytest.mark.parametrize("code", ["nobody", "", "BO"])
def test_only_a_known_code_counts_whatever_its_capitals(
    course, affiliate, make_order, code
):
    make_order(course, extras=Extras(via=code))
    assert Referral.objects.count() == (code == "BO")


def test_nobody_refers_themselves(course, affiliate, make_order, buyer):
    own = replace(buyer, email="bo@example.org")
    make_order(course, extras=Extras(via="bo"), buyer=own)
    assert Referral.objects.count() == 0
    assert LogEntry.objects.filter(verb="money.self_referral_refused").count() == 1


def test_the_first_link_of_an_order_counts(course, affiliate, make_order, now):
    add_affiliate(
        email="cy@example.org",
        name="Cy",
        code="cy",
        rule=Rule(percent_bp=100),
        actor="owner",
        now=now,
    )
    make_order(course, extras=Extras(via="bo"))
    make_order(course, extras=Extras(via="cy"))
    assert Referral.objects.get().affiliate.code == "bo"


def test_a_closed_affiliate_gets_no_new_orders(course, affiliate, make_order, now):
    change_affiliate(
        affiliate.pk, rule=Rule(percent_bp=3000), active=False, actor="owner", now=now
    )
    make_order(course, extras=Extras(via="bo"))
    assert Referral.objects.count() == 0


def test_a_refund_takes_its_part_back_before_the_payout(sold, affiliate, now):
    give_back(2450, "half", now)
    give_back(2450, "rest", now)
    assert [amount for amount, _day in rows()] == [1470, -735, -735]
    [none] = balances(date(2026, 10, 30), [affiliate.pk])
    assert (none.held_cents, none.due_cents) == (0, 0)


def test_a_refund_after_the_payout_is_taken_off_the_next_one(sold, affiliate, now):
    later = now + timedelta(days=20)
    pay_affiliate(
        affiliate.pk,
        key="payout-1",
        amount_cents=1470,
        currency="EUR",
        paid_on=date(2026, 10, 5),
        actor="owner",
        now=later,
    )
    give_back(4900, "all", later)
    [owed] = balances(date(2026, 10, 30), [affiliate.pk])
    assert (owed.due_cents, owed.paid_cents) == (-1470, 1470)
    with pytest.raises(NothingToPayOut):
        pay_affiliate(
            affiliate.pk,
            key="payout-2",
            amount_cents=0,
            currency="EUR",
            paid_on=date(2026, 10, 30),
            actor="owner",
            now=later,
        )
    assert AffiliatePayout.objects.count() == 1


def test_a_payout_is_an_expense_of_the_stream_once(sold, course, affiliate, now):
    asked = {
        "key": "payout-1",
        "amount_cents": 1470,
        "currency": "EUR",
        "paid_on": date(2026, 10, 5),
        "actor": "owner",
        "now": now + timedelta(days=20),
    }
    first = pay_affiliate(affiliate.pk, **asked)
    assert pay_affiliate(affiliate.pk, **asked) == first
    expense = LedgerEntry.objects.get(kind="expense")
    assert (expense.amount_cents, expense.stream_id, expense.received_on) == (
        -1470,
        course.stream_id,
        date(2026, 10, 5),
    )
    assert (expense.counterparty, expense.person_id) == ("Bo", affiliate.person_id)
    with pytest.raises(NothingToPayOut):
        pay_affiliate(affiliate.pk, **asked | {"key": "payout-2"})
    assert AffiliatePayout.objects.count() == 1


def test_what_is_still_held_or_changed_meanwhile_is_not_paid(sold, affiliate, now):
    asked = {
        "key": "payout-1",
        "amount_cents": 1000,
        "currency": "EUR",
        "paid_on": date(2026, 10, 5),
        "actor": "owner",
    }
    with pytest.raises(NothingToPayOut):
        pay_affiliate(affiliate.pk, now=now, **asked)
    with pytest.raises(PayoutChanged):
        pay_affiliate(affiliate.pk, now=now + timedelta(days=20), **asked)
    assert (AffiliatePayout.objects.count(), LedgerEntry.objects.count()) == (0, 2)
    assert Commission.objects.get().payout is None


def renewed(subscription, now):
    Subscription.objects.filter(pk=subscription.pk).update(next_charge_at=now)
    charge_subscription(subscription.pk, now=now)
    subscription.refresh_from_db()


@pytest.mark.parametrize(("periods", "earned"), [(1, 1), (2, 2), (None, 3)])
def test_a_subscription_earns_for_as_many_payments_as_agreed(
    club, affiliate, make_order, pay, account, now, periods, earned
):
    rule = Rule(amount_cents=200, currency="EUR", periods=periods)
    change_affiliate(affiliate.pk, rule=rule, active=True, actor="owner", now=now)
    order = make_order(
        club, interval="month", extras=Extras(via="bo"), key=f"{periods}".ljust(43, "p")
    )
    pay(order)
    settle_order(order.pk, now=now)
    subscription = Subscription.objects.get(order=order)
    for _month in range(2):
        renewed(subscription, now)
    assert Payment.objects.count() == 3
    assert [amount for amount, _day in rows()] == [200] * earned


def test_a_code_and_a_person_are_taken_once(affiliate, now):
    for email, code in (("bo@example.org", "bo2"), ("cy@example.org", "bo")):
        with pytest.raises(AffiliateExists):
            add_affiliate(
                email=email,
                name="",
                code=code,
                rule=Rule(percent_bp=1),
                actor="owner",
                now=now,
            )
    assert Affiliate.objects.count() == 1


@given(
    earned=st.integers(1, 10**6),
    paid=st.integers(1, 10**7),
    parts=st.lists(st.integers(1, 10**6), max_size=5),
)
def test_what_refunds_take_back_never_exceeds_what_was_earned(earned, paid, parts):
    so_far, before = 0, 0
    for part in parts:
        so_far = min(paid, so_far + part)
        now_taken = taken_back(earned, refunded_cents=so_far, paid_cents=paid)
        assert before <= now_taken <= earned
        before = now_taken
    assert taken_back(earned, refunded_cents=paid, paid_cents=paid) == earned


@given(
    nets=st.lists(st.integers(0, 10**6), min_size=1, max_size=4),
    bp=st.integers(1, 10_000),
)
def test_a_share_never_exceeds_what_was_paid(nets, bp):
    assert all(
        0 <= part <= net
        for part, net in zip(Rule(percent_bp=bp).earned(nets, "EUR"), nets, strict=True)
    )


def test_an_amount_is_of_one_currency_and_never_above_the_payment():
    rule = Rule(amount_cents=500, currency="EUR")
    assert rule.earned([300, 400], "EUR") == [500, 0]
    assert rule.earned([300], "EUR") == [300]
    assert rule.earned([900], "USD") == [0]


def test_the_link_leads_to_the_offer_and_sets_nothing_on_the_device(
    client, course, affiliate, account
):
    """R1: attribution travels in addresses and in the form, with no cookie before."""
    answer = client.get("/a/bo/")
    assert (answer.status_code, answer.url) == (302, "/offers/course/?via=bo")
    page = client.get(answer.url, headers=ENGLISH)
    assert "&amp;via=bo" in page.content.decode()
    assert dict(client.cookies) == {}
    price = course.prices.get()
    checkout = client.get(f"/checkout/course/?price={price.pk}&via=bo")
    form = checkout.context["form"]
    assert 'name="via" value="bo"' in checkout.content.decode()
    client.post(
        "/checkout/course/",
        {
            "key": form.initial["key"],
            "price": price.pk,
            "shown": "4900 EUR gross",
            "via": "bo",
            "name": "Ana",
            "email": "ana@example.org",
            "buyer_type": "consumer",
            "country": "FR",
            "method": "stripe",
            "terms": "on",
            "digital_content_start": "on",
            "digital_content_waiver": "on",
        },
    )
    assert Order.objects.get().referral.affiliate == affiliate
    assert client.get("/a/nobody/").status_code == 404


def test_several_offers_are_shown_with_the_code(client, course, club, affiliate):
    page = client.get("/a/bo/", headers=ENGLISH).content.decode()
    assert "/offers/course/?via=bo" in page
    assert "/offers/club/?via=bo" in page
    assert client.get("/a/bo/?to=club").url == "/offers/club/?via=bo"


@pytest.mark.parametrize("via", ["<script>", "a b", "x" * 41])
def test_what_is_no_code_goes_no_further(client, course, via):
    page = client.get("/offers/course/", {"via": via}, headers=ENGLISH)
    assert page.context["via"] == ""


def test_an_affiliate_sees_their_own_page_and_nobody_elses(client, sold, affiliate):
    url = f"/affiliate/{affiliate_token(affiliate)}/"
    page = client.get(url, headers=ENGLISH).content.decode()
    assert "You earn 30\N{NO-BREAK SPACE}% of what is paid before VAT." in page
    assert "€14.70" in page
    assert "ana@example.org" not in page
    assert sold.number not in page
    assert client.get(f"/affiliate/{affiliate.pk}:forged/").status_code == 404


def test_the_owner_adds_pays_and_exports(owner_client, sold, affiliate, now):
    new = {"name": "=Cy", "email": "cy@example.org", "code": "cy", "percent": "10"}
    assert (
        owner_client.post("/desk/affiliates/", new | {"periods": 1}).status_code == 302
    )
    assert Affiliate.objects.get(code="cy").percent_bp == 1000
    both = owner_client.post("/desk/affiliates/", new | {"amount": "1", "code": "di"})
    assert both.context["form"].errors.keys() == {"percent"}
    url = f"/desk/affiliates/{affiliate.pk}/"
    with clock.frozen(now + timedelta(days=20)):
        csv = b"".join(owner_client.get("/desk/affiliates/due.csv").streaming_content)
        assert csv.decode("utf-8-sig").splitlines()[1] == (
            "Bo,bo@example.org,bo,14.70,EUR,1"
        )
        [(_balance, form)] = owner_client.get(url).context["balances"]
        data = form.initial | {"paid_on": "2026-10-05"}
        assert owner_client.post(f"{url}pay/", data).status_code == 302
        assert owner_client.post(f"{url}pay/", data).status_code == 302
    assert AffiliatePayout.objects.get().amount_cents == 1470
    assert Refund.objects.count() == 0


def test_names_that_look_like_formulas_are_harmless(owner_client, sold, affiliate, now):
    affiliate.person.__class__.objects.filter(pk=affiliate.person_id).update(
        name="=cmd()"
    )
    with clock.frozen(now + timedelta(days=20)):
        csv = b"".join(owner_client.get("/desk/affiliates/due.csv").streaming_content)
    assert csv.decode("utf-8-sig").splitlines()[1].startswith("'=cmd(),")


def test_the_list_asks_the_same_of_the_database_whatever_its_length(
    owner_client, affiliate, now, django_assert_max_num_queries
):
    for name in ("cy", "di"):
        add_affiliate(
            email=f"{name}@example.org",
            name=name,
            code=name,
            rule=Rule(percent_bp=100),
            actor="owner",
            now=now,
        )
    with django_assert_max_num_queries(12):
        assert owner_client.get("/desk/affiliates/").status_code == 200
