from datetime import timedelta

import pytest

from perenne.mail.models import Message
from perenne.money.actions.checkout.paying import open_charge_page
from perenne.money.actions.inbox.events import handle_event, receive_event
from perenne.money.actions.offers.prices import change_price
from perenne.money.actions.renewals import dunning
from perenne.money.actions.renewals.renewals import (
    charge_due_subscriptions,
    charge_subscription,
)
from perenne.money.actions.subscriptions.subscriptions import stop_renewal
from perenne.money.models import Charge, LedgerEntry, Payment, ProviderEvent

FAILS_LATER = "4000000000000341"
ASKS_EVERY_TIME = "4000002760003184"
DAY = timedelta(days=1)


def _charges(account, row):
    """Return the succeeded charges of the subscription's customer at the provider."""
    return [
        charge
        for charge in account.objects("charge")
        if charge["customer"] == row.provider_customer and charge["paid"]
    ]


def _charge_and_die(monkeypatch, row, at):
    """Charge at the provider, then die before anything is recorded."""

    def die(*_args, **_options):
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr("perenne.money.actions.renewals.dunning.record_payment", die)
        with pytest.raises(SystemExit):
            charge_subscription(row.pk, now=at)


@pytest.fixture
def member(subscribe):
    return subscribe()


def test_a_membership_starts_with_its_first_payment(member, shelf, now, person):
    assert (member.state, member.price.amount_cents) == ("active", 900)
    end = member.current_period_end
    assert 29 <= (end - now).days <= 31
    assert member.next_charge_at == end
    assert member.provider_method.startswith("pm_")
    assert shelf.open == {(person.pk, "1", f"subscription:{member.pk}"): end + DAY}


def test_nothing_is_charged_before_its_time(member, account, now):
    assert charge_due_subscriptions(now) == []
    charge_subscription(member.pk, now=now)
    assert Charge.objects.count() == 0
    assert len(_charges(account, member)) == 1


def test_a_due_membership_is_charged_and_runs_on(member, account, shelf, person):
    due = member.current_period_end
    assert charge_due_subscriptions(due) == [member.pk]
    charge_subscription(member.pk, now=due)
    member.refresh_from_db()
    charge = Charge.objects.get()
    assert (charge.state, charge.period_start) == ("paid", due)
    assert member.current_period_start == due
    assert member.current_period_end == charge.period_end > due
    assert member.next_charge_at == charge.period_end
    assert shelf.open == {
        (person.pk, "1", f"subscription:{member.pk}"): charge.period_end + DAY
    }
    assert LedgerEntry.objects.filter(kind="sale").count() == 2
    assert len(_charges(account, member)) == 2


def test_charging_again_charges_nothing(member, account):
    due = member.current_period_end
    for _ in range(3):
        charge_subscription(member.pk, now=due)
    assert len(_charges(account, member)) == 2
    assert Payment.objects.count() == 2


@pytest.mark.parametrize("fault", ["timeout_after_charge", "server_error"])
def test_a_provider_that_falls_silent_charges_once(member, account, monkeypatch, fault):
    due = member.current_period_end
    monkeypatch.setattr("perenne.money.gateways.stripe.client.RETRIES", 0)
    account.fail_next(**{fault: True}, times=2)
    for minutes in (0, 11, 22, 33):
        charge_subscription(member.pk, now=due + timedelta(minutes=minutes))
    member.refresh_from_db()
    assert member.current_period_start == due
    assert len(_charges(account, member)) == 2
    assert Payment.objects.count() == 2


def test_a_worker_that_dies_after_the_charge_is_followed_by_another(
    member, account, monkeypatch
):
    due = member.current_period_end
    _charge_and_die(monkeypatch, member, due)
    assert (len(_charges(account, member)), Payment.objects.count()) == (2, 1)
    charge_subscription(member.pk, now=due + timedelta(minutes=1))  # still claimed
    assert Payment.objects.count() == 1
    charge_subscription(member.pk, now=due + timedelta(days=2))
    assert (len(_charges(account, member)), Payment.objects.count()) == (2, 2)


def test_the_event_of_a_renewal_pays_it_when_the_worker_died(
    member, account, monkeypatch
):
    due = member.current_period_end
    _charge_and_die(monkeypatch, member, due)
    event = next(e for e in account.events[::-1] if e["type"].endswith("nt.succeeded"))
    body, signature = account.signed(event)
    receive_event("stripe", body.encode(), signature, now=due)
    handle_event(ProviderEvent.objects.get().pk, now=due)
    member.refresh_from_db()
    assert member.current_period_start == due
    charge_subscription(member.pk, now=due + DAY)
    assert (len(_charges(account, member)), Payment.objects.count()) == (2, 2)


def test_the_price_agreed_on_is_kept(member, club, now):
    change_price(
        club.pk,
        amount_cents=1500,
        currency="EUR",
        interval="month",
        actor="owner",
        now=now + DAY,
    )
    charge_subscription(member.pk, now=member.current_period_end)
    assert Payment.objects.latest("pk").amount_cents == 900


def test_a_declined_charge_is_tried_again_then_given_up(subscribe, account, shelf):
    member = subscribe(FAILS_LATER)
    due = member.current_period_end
    days = []
    for _ in range(4):
        member.refresh_from_db()
        at = member.next_charge_at
        days.append((at - due).days)
        charge_subscription(member.pk, now=at)
        charge_subscription(member.pk, now=at)
    member.refresh_from_db()
    assert days == [0, 1, 3, 5]
    assert (member.state, member.next_charge_at) == ("ended", None)
    assert Charge.objects.get().state == "dropped"
    assert Charge.objects.get().attempts == 4
    assert list(shelf.open.values()) == [due + 7 * DAY]
    assert Payment.objects.count() == 1
    refs = Message.objects.filter(ref__contains="declined").count()
    assert (refs, Message.objects.filter(ref=f"lapsed:{member.pk}").count()) == (3, 1)
    charge_subscription(member.pk, now=due + 30 * DAY)
    assert Charge.objects.get().attempts == 4


def test_a_bank_that_asks_is_answered_by_the_person(subscribe, account, now):
    member = subscribe(ASKS_EVERY_TIME)
    due = member.current_period_end
    charge_subscription(member.pk, now=due)
    charge = Charge.objects.get()
    member.refresh_from_db()
    assert (charge.state, charge.attempts) == ("to_confirm", 1)
    assert (member.state, member.next_charge_at) == ("past_due", due + 5 * DAY)
    mail = Message.objects.get(ref=f"charge-declined:{charge.pk}:1")
    assert f"/pay/{charge.key}/" in mail.text
    charge_subscription(member.pk, now=due + DAY)
    assert Charge.objects.get().attempts == 1
    page = open_charge_page(charge.key, now=due + DAY)
    assert open_charge_page(charge.key, now=due + DAY) == page
    charge.refresh_from_db()
    account.complete_checkout(charge.page_ref, card=ASKS_EVERY_TIME)
    charge_subscription(member.pk, now=due + 5 * DAY)
    member.refresh_from_db()
    assert (member.state, member.current_period_start) == ("active", due)
    assert Payment.objects.count() == 2


def test_a_payment_that_nobody_confirms_ends_the_membership(subscribe):
    member = subscribe(ASKS_EVERY_TIME)
    due = member.current_period_end
    charge_subscription(member.pk, now=due)
    charge_subscription(member.pk, now=due + 5 * DAY)
    member.refresh_from_db()
    assert member.state == "ended"
    assert Payment.objects.count() == 1


def test_stopping_keeps_the_paid_period_and_charges_nothing_more(
    member, shelf, now, account
):
    until = list(shelf.open.values())
    stop_renewal(member.pk, actor="person:1", now=now)
    stop_renewal(member.pk, actor="person:1", now=now + DAY)
    member.refresh_from_db()
    assert (member.state, member.next_charge_at) == ("cancelling", None)
    assert Message.objects.filter(ref__startswith="subscription-stopped").count() == 1
    assert charge_due_subscriptions(member.current_period_end) == []
    member.refresh_from_db()
    assert member.state == "ended"
    assert list(shelf.open.values()) == until
    assert len(_charges(account, member)) == 1


def test_a_stop_while_the_charge_is_under_way_keeps_what_was_paid(member, monkeypatch):
    due = member.current_period_end
    record = dunning.record_payment

    def stop_first(paid, **options):
        stop_renewal(member.pk, actor="person:1", now=due)
        return record(paid, **options)

    monkeypatch.setattr(dunning, "record_payment", stop_first)
    charge_subscription(member.pk, now=due)
    member.refresh_from_db()
    assert (member.state, member.current_period_start) == ("cancelling", due)
    assert (member.next_charge_at, Payment.objects.count()) == (None, 2)
