"""Changes of plan, to the cent, now or with the next renewal (MB10, R128)."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.core.tokens import new_token
from perenne.mail.models import Message
from perenne.money.actions.checkout.paying import open_charge_page
from perenne.money.actions.offers.offers import set_grants
from perenne.money.actions.payments.payments import record_payment
from perenne.money.actions.renewals.plan_changes import (
    CannotChange,
    DifferenceHasMoved,
    PlanNotOffered,
    charge_change,
    drop_plan_change,
    plan_change,
    tend_plan_changes,
)
from perenne.money.actions.renewals.renewals import charge_subscription
from perenne.money.actions.subscriptions.subscriptions import stop_renewal
from perenne.money.domain.subscriptions.proration import Running, difference
from perenne.money.gateways.protocol import Paid
from perenne.money.models import Charge, Payment, PlanChange, PlanGroup
from perenne.money.queries.subscriptions.plans import plans_for, quote_plan

DAY = timedelta(days=1)
ASKS_EVERY_TIME = "4000002760003184"
cents = st.integers(0, 1_000_000)


@given(
    paid=cents,
    older=cents,
    price=cents,
    total=st.integers(1, 800),
    used=st.integers(-5, 900),
)
def test_no_cent_is_lost_or_made_mb10(paid, older, price, total, used):
    running = Running(paid, used, total)
    cost = difference(running, older_cents=older, price_cents=price)
    days = min(max(used, 0), total)
    kept = paid - cost.unused_cents
    # What is kept for the used days never exceeds their share by a cent.
    assert kept == paid * days // total
    assert cost.due_cents + paid + older == kept + price + cost.left_cents
    assert cost.due_cents == 0 or cost.left_cents == 0


@given(paid=cents, total=st.integers(1, 400), price=cents)
def test_changing_on_the_last_day_costs_the_whole_price(paid, total, price):
    cost = difference(Running(paid, total, total), older_cents=0, price_cents=price)
    assert (cost.unused_cents, cost.due_cents) == (0, price)


@pytest.fixture
def member(subscribe):
    return subscribe()


@pytest.fixture
def yearly(member, now):
    return next(p for p in plans_for(member, now) if p.interval == "year")


@pytest.fixture
def better(make_offer, add_price, club, now):
    """A dearer offer in the same group: it opens room 1 and room 2."""
    offer = make_offer(
        "atelier",
        title="The big club",
        nature="recurring",
        legal_nature="digital_service",
    )
    set_grants(offer.pk, grants=[("room", "1"), ("room", "2")], actor="owner", now=now)
    group = PlanGroup.objects.create(name="Clubs")
    group.offers.add(offer, club)
    return add_price(offer, 2000)


def change_now(row, price, now, key="k"):
    due = quote_plan(row, price, now).difference.due_cents
    return plan_change(
        row.pk,
        price_id=price.pk,
        key=key,
        shown_due_cents=due,
        actor="person:1",
        now=now,
    )


def test_the_own_rhythms_and_grouped_offers_are_on_offer(member, yearly, better, now):
    assert [(p.offer.slug, p.interval) for p in plans_for(member, now)] == [
        ("club", "year"),
        ("atelier", "month"),
    ]


def test_an_upgrade_now_charges_the_difference_at_once_mb10(
    member, yearly, account, now, shelf, person
):
    at = now + 15 * DAY  # 30 September of a period from 15 September to 15 October
    change = change_now(member, yearly, at)
    assert (change.unused_cents, change.credit_cents, change.due_cents) == (
        450,
        450,
        8550,
    )
    assert charge_change(change.pk, now=at) is None
    member.refresh_from_db()
    change.refresh_from_db()
    assert change.state == "done"
    assert (member.price_id, member.amount_cents) == (yearly.pk, 9000)
    assert (member.state, member.current_period_start) == ("active", at)
    assert member.current_period_end == at.replace(year=2027)
    assert member.next_charge_at == member.current_period_end
    assert member.credit_cents == 0
    assert [p.amount_cents for p in Payment.objects.order_by("pk")] == [900, 8550]
    assert list(shelf.open.values()) == [member.current_period_end + DAY]
    charge_subscription(member.pk, now=member.current_period_end)
    assert Payment.objects.latest("pk").amount_cents == 9000


def test_a_downgrade_now_keeps_the_credit_for_the_next_charges_mb10(
    subscribe, club, now, member
):
    row = subscribe(interval="year")
    monthly = next(p for p in plans_for(row, now) if p.interval == "month")
    at = now + 65 * DAY
    quoted = quote_plan(row, monthly, at).difference
    assert (quoted.unused_cents, quoted.due_cents) == (9000 - 9000 * 65 // 365, 0)
    change = change_now(row, monthly, at)
    row.refresh_from_db()
    assert (change.state, row.price_id) == ("done", monthly.pk)
    left = quoted.unused_cents - 900
    assert row.credit_cents == left
    count = Payment.objects.count()
    for number in range(1, 4):
        charge_subscription(row.pk, now=row.current_period_end)
        row.refresh_from_db()
        assert row.credit_cents == left - number * 900
    assert Payment.objects.count() == count
    # The charge that outgrows the credit takes what is left of it.
    row.credit_cents = 250
    row.save(update_fields=["credit_cents"])
    charge_subscription(row.pk, now=row.current_period_end)
    row.refresh_from_db()
    assert row.credit_cents == 0
    assert Payment.objects.latest("pk").amount_cents == 650


def test_passes_switch_at_the_instant_of_the_change(member, better, now, shelf, person):
    at = now + 10 * DAY
    change = change_now(member, better, at)
    assert {key for _who, key, _source in shelf.open} == {"1"}
    charge_change(change.pk, now=at)
    member.refresh_from_db()
    source, until = f"subscription:{member.pk}", member.current_period_end + DAY
    assert shelf.open == {
        (person.pk, "1", source): until,
        (person.pk, "2", source): until,
    }
    assert member.offer_id == better.offer_id


def test_back_to_the_smaller_plan_shuts_only_what_it_does_not_give(
    member, better, club, now, shelf, person
):
    charge_change(change_now(member, better, now + DAY, key="a").pk, now=now + DAY)
    member.refresh_from_db()
    monthly = next(p for p in plans_for(member, now + DAY) if p.interval == "month")
    change_now(member, monthly, now + 2 * DAY, key="b")
    member.refresh_from_db()
    assert member.offer_id == club.pk
    assert {key for _who, key, _source in shelf.open} == {"1"}


def test_a_planned_change_comes_with_the_renewal_and_costs_nothing_before(
    member, better, now, shelf
):
    change = plan_change(
        member.pk, price_id=better.pk, key="k", actor="person:1", now=now + DAY
    )
    assert (change.state, change.due_cents, change.charge) == ("waiting", 0, None)
    mail = Message.objects.get(ref=f"plan-change:{change.pk}")
    assert change.mandate in mail.text
    due = member.current_period_end
    charge_subscription(member.pk, now=due)
    member.refresh_from_db()
    change.refresh_from_db()
    assert (change.state, member.offer_id) == ("done", better.offer_id)
    assert Payment.objects.latest("pk").amount_cents == 2000
    assert {key for _who, key, _source in shelf.open} == {"1", "2"}


def test_a_planned_change_is_changeable_until_then(member, better, yearly, now):
    first = plan_change(member.pk, price_id=better.pk, key="a", actor="p", now=now)
    second = plan_change(member.pk, price_id=yearly.pk, key="b", actor="p", now=now)
    first.refresh_from_db()
    assert (first.state, second.state) == ("dropped", "waiting")
    drop_plan_change(second.pk, actor="p", now=now)
    charge_subscription(member.pk, now=member.current_period_end)
    assert Payment.objects.latest("pk").amount_cents == 900


def test_a_form_sent_twice_changes_once(member, yearly, account, now):
    at = now + DAY
    for _ in range(2):
        change = change_now(member, yearly, at)
        charge_change(change.pk, now=at)
    assert (PlanChange.objects.count(), Payment.objects.count()) == (1, 2)


def test_a_bank_that_asks_leaves_the_plan_until_the_person_pays_r127(
    subscribe, club, account, now
):
    row = subscribe(ASKS_EVERY_TIME)
    yearly = next(p for p in plans_for(row, now) if p.interval == "year")
    change = change_now(row, yearly, now + DAY)
    charge = charge_change(change.pk, now=now + DAY)
    row.refresh_from_db()
    assert (row.state, row.price.interval) == ("active", "month")
    assert open_charge_page(charge.key, now=now + DAY).startswith("http")
    row.refresh_from_db()
    assert (row.state, row.next_charge_at) == ("active", row.current_period_end)
    paid = Paid("pi_page", charge.gross_cents, "EUR", "card", now + DAY)
    record_payment(
        paid, via="stripe", charge_id=charge.pk, actor="stripe", now=now + DAY
    )
    row.refresh_from_db()
    assert (row.price_id, row.current_period_start) == (yearly.pk, now + DAY)


@pytest.mark.parametrize("end", ["renewed", "stopped", "dropped", "old"])
def test_a_difference_paid_after_the_change_was_given_up_is_kept_aside(
    subscribe, club, account, now, end
):
    row = subscribe(ASKS_EVERY_TIME)
    yearly = next(p for p in plans_for(row, now) if p.interval == "year")
    change = change_now(row, yearly, now + DAY)
    charge = charge_change(change.pk, now=now + DAY)
    if end == "renewed":
        charge_subscription(row.pk, now=row.current_period_end)
    elif end == "stopped":
        stop_renewal(row.pk, actor="p", now=now + DAY)
    elif end == "dropped":
        drop_plan_change(change.pk, actor="p", now=now + DAY)
    else:
        from perenne.core import clock

        with clock.frozen(now + 4 * DAY):
            tend_plan_changes.call()
    row.refresh_from_db()
    stood = (row.state, row.price_id, row.current_period_end)
    paid = Paid("pi_page", charge.gross_cents, "EUR", "card", now + DAY)
    record_payment(
        paid, via="stripe", charge_id=charge.pk, actor="stripe", now=now + DAY
    )
    row.refresh_from_db()
    change.refresh_from_db()
    assert change.state == "dropped"
    assert (row.state, row.price_id, row.current_period_end) == stood
    assert Payment.objects.get(provider_ref="pi_page").surplus is True


def test_what_was_shown_is_what_is_charged(member, yearly, now):
    shown = quote_plan(member, yearly, now + DAY).difference.due_cents
    with pytest.raises(DifferenceHasMoved):
        plan_change(
            member.pk,
            price_id=yearly.pk,
            key="k",
            shown_due_cents=shown,
            actor="p",
            now=now + 4 * DAY,
        )
    assert (PlanChange.objects.count(), Charge.objects.count()) == (0, 0)


def test_only_what_is_offered_is_changed_to(member, better, now):
    PlanGroup.objects.all().delete()
    with pytest.raises(PlanNotOffered):
        plan_change(member.pk, price_id=better.pk, key="k", actor="p", now=now)
    assert PlanChange.objects.count() == 0


@pytest.mark.parametrize("state", ["past_due", "cancelling"])
def test_a_late_or_stopped_one_does_not_change(member, yearly, now, state):
    if state == "cancelling":
        stop_renewal(member.pk, actor="p", now=now)
    else:
        type(member).objects.update(state="past_due")
    with pytest.raises(CannotChange):
        plan_change(member.pk, price_id=yearly.pk, key=new_token(), actor="p", now=now)
    assert PlanChange.objects.count() == 0
