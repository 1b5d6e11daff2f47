"""Refunds made at the provider, late ones, and those that come back (R133)."""

from datetime import timedelta

import pytest

from perenne.mail.models import Message
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.inbox.events import handle_event, receive_event
from perenne.money.actions.payments.refunds import refund_payment, send_refund
from perenne.money.models import Invoice, LedgerEntry, Payment, ProviderEvent, Refund
from simulators.stripe.testing import run_simulator

DAY = timedelta(days=1)
LATE, COMES_BACK = "4000000000007726", "4000000000005126"


@pytest.fixture
def account(settings, now):
    """An account of its own, whose clock may run ahead."""
    settings.STRIPE_SECRET_KEY = "sk_test_shop"
    with run_simulator(now=now) as running:
        running.hold_webhooks()
        settings.STRIPE_API_BASE = running.api_base
        settings.STRIPE_WEBHOOK_SECRET = running.webhook_secret
        yield running


@pytest.fixture
def hear(account):
    """Take in every event of a kind, whatever was heard before: hear("refund.", at)."""

    def hear(kind, at):
        outcomes = []
        for event in account.events:
            if event["type"].startswith(kind):
                body, signature = account.signed(event)
                receive_event("stripe", body.encode(), signature, now=at)
                row = ProviderEvent.objects.get(event_id=event["id"])
                outcomes.append(handle_event(row.pk, now=at))
        return outcomes

    return hear


@pytest.fixture
def paid(course, make_order, pay, now):
    """The payment of an order: paid(card="…")."""

    def paid(card="4242424242424242"):
        order = make_order(course)
        pay(order, card)
        settle_order(order.pk, now=now)
        return Payment.objects.get()

    return paid


def _refunds():
    rows = LedgerEntry.objects.filter(kind="refund").order_by("sequence")
    return list(rows.values_list("amount_cents", flat=True))


def test_a_refund_at_the_dashboard_is_taken_over_once(paid, account, hear, shelf, now):
    payment = paid()
    account.refund(payment.provider_ref, 1000)
    assert hear("charge.refunded", now) == ["refunded"]
    assert hear("refund.created", now) == ["known"]
    payment.refresh_from_db()
    refund = Refund.objects.get()

    assert (refund.state, refund.amount_cents) == ("done", 1000)
    assert refund.reason == "requested_by_customer"
    assert (payment.refunded_cents, payment.order.state) == (1000, "paid")
    assert (_refunds(), len(shelf.open)) == ([-1000], 1)
    assert Invoice.objects.filter(kind="credit_note").get().gross_cents == 1000
    assert Message.objects.filter(ref=f"refund:{refund.pk}").count() == 1


def test_a_whole_refund_at_the_dashboard_ends_the_access(
    paid, account, hear, shelf, now
):
    payment = paid()
    account.refund(payment.provider_ref, 1000)
    account.refund(payment.provider_ref)
    hear("charge.refunded", now)
    payment.refresh_from_db()

    assert (payment.refunded_cents, payment.order.state) == (4900, "refunded")
    assert (sum(_refunds()), shelf.open) == (-4900, {})


def test_a_refund_of_an_old_period_leaves_the_access(
    subscribe, account, hear, shelf, now
):
    from perenne.money.actions.renewals.renewals import charge_subscription

    row = subscribe()
    due = row.current_period_end
    charge_subscription(row.pk, now=due)
    first, second = Payment.objects.order_by("pk")
    account.refund(first.provider_ref)
    hear("charge.refunded", due)
    row.refresh_from_db()
    assert (row.state, len(shelf.open)) == ("active", 1)

    account.refund(second.provider_ref)
    hear("charge.refunded", due)
    row.refresh_from_db()
    assert (row.state, shelf.open) == ("ended", {})


def test_our_own_refund_is_not_taken_for_another(paid, account, hear, now):
    payment = paid()
    asked = _ask(payment, 1000, now)
    send_refund(asked.pk, now=now)
    hear("refund", now)

    assert Refund.objects.count() == 1
    assert _refunds() == [-1000]


def _ask(payment, amount_cents, now, key="form-1"):
    return refund_payment(
        payment.pk,
        key=f"{payment.provider_ref}-{key}",
        amount_cents=amount_cents,
        reason="",
        end_access=False,
        actor="owner",
        now=now,
    )


def test_a_refund_sent_but_not_recorded_is_recorded_by_its_event(
    paid, account, hear, monkeypatch, now
):
    payment = paid()
    asked = _ask(payment, 1000, now)

    def die(*_args, **_options):
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr("perenne.money.actions.payments.refunds.complete_refund", die)
        with pytest.raises(SystemExit):
            send_refund(asked.pk, now=now)
    asked.refresh_from_db()
    assert (asked.state, _refunds()) == ("requested", [])
    hear("refund.created", now)
    asked.refresh_from_db()
    payment.refresh_from_db()

    assert (asked.state, payment.refunded_cents, _refunds()) == ("done", 1000, [-1000])


def test_a_refund_sent_days_ago_is_not_sent_twice(paid, account, monkeypatch, now):
    """The provider forgets idempotency keys after a day."""
    payment = paid()
    asked = _ask(payment, 1000, now)

    def die(*_args, **_options):
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr("perenne.money.actions.payments.refunds.complete_refund", die)
        with pytest.raises(SystemExit):
            send_refund(asked.pk, now=now)
    account.advance(2 * 86_400)
    send_refund(asked.pk, now=now + 2 * DAY)
    asked.refresh_from_db()

    assert (asked.state, len(account.objects("refund"))) == ("done", 1)


def test_a_refund_that_is_under_way_is_booked_when_it_is_done(paid, account, hear, now):
    payment = paid(LATE)
    asked = _ask(payment, 1000, now)
    send_refund(asked.pk, now=now)
    asked.refresh_from_db()
    assert (asked.state, asked.provider_ref[:3], _refunds()) == ("requested", "re_", [])

    account.advance(3 * 86_400)
    hear("refund.updated", now + 3 * DAY)
    asked.refresh_from_db()
    assert (asked.state, asked.done_at) == ("done", now + 3 * DAY)
    assert _refunds() == [-1000]


def test_a_refund_that_comes_back_is_owed_again(paid, account, hear, now):
    payment = paid(COMES_BACK)
    asked = _ask(payment, 4900, now)
    send_refund(asked.pk, now=now)
    payment.refresh_from_db()
    assert (payment.refunded_cents, payment.order.state) == (4900, "refunded")

    account.advance(3 * 86_400)
    assert hear("refund.failed", now + 3 * DAY) == ["came back"]
    assert hear("charge.refund.updated", now + 3 * DAY) == ["known"]
    asked.refresh_from_db()
    payment = Payment.objects.get()
    assert (asked.state, payment.refunded_cents) == ("failed", 0)
    assert (payment.order.state, _refunds()) == ("paid", [-4900, 4900])
    assert Message.objects.filter(ref=f"refund-came-back:{asked.pk}").count() == 1

    for method in account.simulator.store.cards:
        account.simulator.store.cards[method] = "4242424242424242"
    again = _ask(payment, 4900, now + 4 * DAY, key="form-2")
    send_refund(again.pk, now=now + 4 * DAY)
    again.refresh_from_db()
    assert (again.state, sum(_refunds())) == ("done", -4900)
    assert Invoice.objects.filter(kind="credit_note").count() == 1


def test_a_refund_that_came_before_its_payment_is_looked_at_again(
    course, make_order, pay, account, hear, shelf, now
):
    order = make_order(course)
    pay(order)
    intent = account.objects("payment_intent")[0]["id"]
    account.refund(intent)
    assert set(hear("charge.refunded", now)) == {"unknown payment"}
    hear("payment_intent.succeeded", now)
    row = ProviderEvent.objects.get(kind="charge.refunded")
    assert (row.state, row.handled_at) == ("waiting", None)
    handle_event(row.pk, now=now)
    order.refresh_from_db()

    assert (order.state, shelf.open, _refunds()) == ("refunded", {}, [-4900])
