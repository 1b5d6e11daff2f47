"""Payment in instalments: N in all, owed to the last one (MB4)."""

from datetime import timedelta

import pytest

from perenne.mail.models import Message
from perenne.money.actions.checkout.paying import open_charge_page
from perenne.money.actions.exits.exits import answer_declaration, declare
from perenne.money.actions.payments.payments import record_payment
from perenne.money.actions.renewals.renewals import (
    charge_due_subscriptions,
    charge_subscription,
)
from perenne.money.actions.subscriptions.instalments import (
    NothingIsOwed,
    waive_instalments,
)
from perenne.money.actions.subscriptions.subscriptions import stop_renewal
from perenne.money.gateways.protocol import Paid
from perenne.money.models import Charge, DeclarationCase, Payment
from perenne.money.queries.subscriptions.subscriptions import unpaid_charge

DAY = timedelta(days=1)
FAILS_LATER = "4000000000000341"


@pytest.fixture
def suspends(trial_offer, add_price):
    return add_price(trial_offer, 10_000, instalments=3)


@pytest.fixture
def keeps(trial_offer, add_price):
    return add_price(trial_offer, 10_000, instalments=3, access_on_default="keep")


def give_up(row):
    """Try the charge until nobody tries any more; return the last day."""
    at = row.next_charge_at
    while row.next_charge_at is not None:
        at = row.next_charge_at
        charge_subscription(row.pk, now=at)
        row.refresh_from_db()
    return at


def test_three_payments_in_all_then_nothing_is_due_and_access_stays_mb4(
    subscribe_to, suspends, shelf
):
    row = subscribe_to(suspends)
    assert (row.state, row.payments_left) == ("active", 2)
    for left in (1, 0):
        charge_subscription(row.pk, now=row.current_period_end)
        row.refresh_from_db()
        assert row.payments_left == left
    assert (row.state, row.ended_reason, row.next_charge_at) == (
        "ended",
        "finished",
        None,
    )
    assert list(shelf.open.values()) == [None]
    assert charge_due_subscriptions(row.current_period_end + 400 * DAY) == []
    assert [p.amount_cents for p in Payment.objects.all()] == [10_000] * 3


def test_a_default_shuts_the_access_and_paying_late_opens_it_again_mb4(
    subscribe_to, suspends, shelf
):
    row = subscribe_to(suspends, card=FAILS_LATER)
    due = row.current_period_end
    give_up(row)
    assert (row.state, row.payments_left) == ("past_due", 2)
    assert list(shelf.open.values()) == [due + 7 * DAY]
    charge = Charge.objects.get()
    assert charge.state == "declined"
    assert unpaid_charge(row.person_id) == charge
    mail = Message.objects.get(ref__startswith="instalment-unpaid")
    assert f"/pay/{charge.key}/" in mail.text
    assert charge_due_subscriptions(due + 60 * DAY) == []
    late = due + 60 * DAY
    pay_late(charge, at=late)
    row.refresh_from_db()
    assert (row.state, row.payments_left) == ("active", 1)
    # The debt is the same; the last instalment follows from the day of this one.
    assert 27 <= (row.current_period_end - late).days <= 31
    assert row.next_charge_at == row.current_period_end
    assert list(shelf.open.values()) == [row.current_period_end + DAY]


def pay_late(charge, *, at, ref="pi_late"):
    """Pay what was given up on its page, as the event reports it."""
    paid = Paid(ref, charge.gross_cents, "EUR", "card", at, 0, "cus_1", "pm_new")
    record_payment(paid, via="stripe", charge_id=charge.pk, actor="stripe", now=at)


def test_a_default_that_keeps_the_access_leaves_it_open_mb4(subscribe_to, keeps, shelf):
    row = subscribe_to(keeps, card=FAILS_LATER)
    give_up(row)
    assert (row.state, row.next_charge_at) == ("past_due", None)
    assert list(shelf.open.values()) == [None]


def test_the_late_page_is_asked_for_and_no_deadline_ends_the_debt(
    subscribe_to, suspends, now
):
    row = subscribe_to(suspends, card=FAILS_LATER)
    last = give_up(row)
    charge = Charge.objects.get()
    assert open_charge_page(charge.key, now=last + DAY).startswith("http")
    row.refresh_from_db()
    assert (row.state, row.next_charge_at) == ("past_due", None)
    assert charge_due_subscriptions(last + 300 * DAY) == []


def test_instalments_are_owed_a_stop_changes_nothing_mb4(subscribe_to, suspends, now):
    row = subscribe_to(suspends)
    stop_renewal(row.pk, actor="person:1", now=now)
    row.refresh_from_db()
    assert (row.state, row.cancelled_at) == ("active", None)
    assert Message.objects.filter(ref__startswith="subscription-stopped").count() == 0


def test_a_termination_of_instalments_is_for_the_owner_to_answer_r60(
    subscribe_to, suspends, now
):
    row = subscribe_to(suspends)
    declared = declare(
        "termination",
        key="k",
        name="Ana",
        email="ana@example.org",
        reference="",
        wanted_on=None,
        language="en",
        now=now,
    )
    answer_declaration(declared.pk, now=now)
    row.refresh_from_db()
    assert DeclarationCase.objects.get().state == "open"
    assert row.state == "active"


@pytest.mark.parametrize("stays", [True, False])
def test_the_owner_may_waive_what_is_left_mb4(
    subscribe_to, suspends, shelf, now, stays
):
    row = subscribe_to(suspends)
    waive_instalments(row.pk, access_stays=stays, actor="owner", now=now + DAY)
    row.refresh_from_db()
    assert (row.state, row.next_charge_at) == ("ended", None)
    assert row.ended_reason == ("finished" if stays else "voluntary")
    assert list(shelf.open.values()) == ([None] if stays else [])
    with pytest.raises(NothingIsOwed):
        waive_instalments(row.pk, access_stays=stays, actor="owner", now=now + DAY)
    assert Message.objects.filter(ref__startswith="instalments-waived").count() == 1


def test_money_for_a_waived_instalment_is_kept_aside(subscribe_to, suspends, now):
    row = subscribe_to(suspends, card=FAILS_LATER)
    last = give_up(row)
    charge = Charge.objects.get()
    waive_instalments(row.pk, access_stays=True, actor="owner", now=last)
    pay_late(charge, at=last + DAY)
    assert Payment.objects.get(provider_ref="pi_late").surplus is True
