"""A direct debit settles, fails or is returned days later (R127, R129, R130)."""

from datetime import timedelta

import pytest

from perenne.mail.models import Message
from perenne.money.actions.checkout.paying import ChargeIsUnderWay, open_charge_page
from perenne.money.actions.checkout.payment_pages import (
    PaymentIsUnderWay,
    open_payment_page,
)
from perenne.money.actions.checkout.upkeep import look_after_orders, settle_order
from perenne.money.actions.inbox.events import handle_event, receive_event
from perenne.money.actions.renewals.renewals import (
    charge_due_subscriptions,
    charge_subscription,
)
from perenne.money.models import (
    Charge,
    Dispute,
    LedgerEntry,
    Payment,
    ProviderEvent,
    Subscription,
)
from simulators.stripe import debits
from simulators.stripe.testing import run_simulator

DAY = timedelta(days=1)


@pytest.fixture
def account(settings, now):
    """An account of its own, whose clock may run ahead."""
    settings.STRIPE_SECRET_KEY = "sk_test_shop"
    settings.STRIPE_METHODS = ["card", "sepa_debit"]
    with run_simulator(now=now) as running:
        running.hold_webhooks()
        settings.STRIPE_API_BASE = running.api_base
        settings.STRIPE_WEBHOOK_SECRET = running.webhook_secret
        yield running


@pytest.fixture
def hear(account):
    """Take every event in that the account has sent: hear(at)."""
    heard = set()

    def hear(at):
        for event in account.events:
            if event["id"] in heard:
                continue
            heard.add(event["id"])
            body, signature = account.signed(event)
            receive_event("stripe", body.encode(), signature, now=at)
            for row in ProviderEvent.objects.filter(event_id=event["id"]):
                handle_event(row.pk, now=at)

    return hear


@pytest.fixture
def debited(course, make_order, pay):
    """An order paid by debit: debited(iban)."""

    def debited(iban=debits.SUCCEEDS):
        order = make_order(course)
        pay(order, iban)
        return order

    return debited


def test_an_order_waits_for_the_bank_and_is_honoured(
    debited, account, hear, shelf, now
):
    order = debited()
    hear(now)
    order.refresh_from_db()
    assert (order.state, order.under_way_at, shelf.open) == ("pending", now, {})
    with pytest.raises(PaymentIsUnderWay):
        open_payment_page(order.pk, now=now)

    look_after_orders(now + 3 * DAY)  # two days after which an unpaid one expires
    account.advance(3 * 86_400)
    hear(now + 3 * DAY)
    order.refresh_from_db()
    assert (order.state, order.under_way_at, len(shelf.open)) == ("paid", None, 1)
    assert Payment.objects.get().method == "sepa_debit"
    assert LedgerEntry.objects.filter(kind="fee").get().amount_cents == -35


def test_a_refused_debit_frees_the_order_and_tells_the_buyer(
    debited, account, hear, shelf, now
):
    order = debited(debits.FAILS)
    hear(now)
    account.advance(3 * 86_400)
    later = now + 3 * DAY
    hear(later)
    hear(later)
    order.refresh_from_db()
    former = order.provider_ref
    assert (order.state, order.under_way_at, shelf.open) == ("pending", None, {})
    assert Message.objects.filter(ref__startswith="debit-refused").count() == 1
    assert Payment.objects.count() == 0

    look_after_orders(later + DAY)  # there is time left to pay another way
    open_payment_page(order.pk, now=later + DAY)
    order.refresh_from_db()
    account.complete_checkout(order.provider_ref)
    settle_order(order.pk, now=later + DAY)
    order.refresh_from_db()
    assert (order.state, order.provider_ref != former) == ("paid", True)


def test_a_refused_debit_that_nobody_pays_expires_later(debited, account, hear, now):
    order = debited(debits.FAILS)
    hear(now)
    account.advance(3 * 86_400)
    hear(now + 3 * DAY)
    look_after_orders(now + 6 * DAY)
    order.refresh_from_db()
    assert order.state == "expired"


def test_the_order_page_says_that_the_bank_was_asked(client, debited, hear, now):
    order = debited()
    hear(now)
    page = client.get(f"/orders/{order.key}/?back=1").content.decode()
    assert "Votre banque a été sollicitée" in page
    assert client.post(f"/orders/{order.key}/pay/").status_code == 302


def test_a_returned_debit_is_taken_back_in_the_books(
    debited, account, hear, shelf, now
):
    """R130: reversed at the day of the return, eight weeks or thirteen months later."""
    order = debited(debits.RETURNED)
    account.advance(3 * 86_400)
    hear(now + 3 * DAY)
    assert len(shelf.open) == 1
    account.advance(40 * 86_400)
    at = now + 43 * DAY
    hear(at)
    hear(at)

    dispute = Dispute.objects.get()
    rows = LedgerEntry.objects.filter(ref__startswith=f"dispute:{dispute.pk}")
    assert (dispute.state, dispute.access_ended, shelf.open) == ("lost", True, {})
    assert [(row.kind, row.amount_cents, row.received_on) for row in rows] == [
        ("refund", -4900, at.date()),
        ("fee", -750, at.date()),
    ]
    assert Message.objects.filter(ref=f"dispute-lost:{dispute.pk}").count() == 1
    assert Message.objects.filter(ref__startswith="dispute-opened").count() == 0
    order.refresh_from_db()
    assert Payment.objects.get().refunded_cents == 0


@pytest.fixture
def member(subscribe, account, hear, now):
    """A membership that is debited, its first debit settled."""

    def member(iban=debits.SUCCEEDS):
        with pytest.raises(Subscription.DoesNotExist):
            subscribe(iban)
        account.advance(9 * 86_400)
        hear(now + 9 * DAY)
        return Subscription.objects.get()

    return member


def test_a_renewal_by_debit_runs_on_while_the_bank_answers(
    member, account, hear, shelf
):
    row = member()
    due = row.current_period_end
    charge_subscription(row.pk, now=due)
    charge, access = Charge.objects.get(), list(shelf.open.values())
    row.refresh_from_db()
    assert (charge.state, charge.under_way_at) == ("due", due)
    assert (row.state, row.next_charge_at) == ("active", due + DAY)
    assert access == [due + 15 * DAY]
    with pytest.raises(ChargeIsUnderWay):
        open_charge_page(charge.key, now=due + DAY)
    charge_subscription(row.pk, now=due + DAY)  # asks again, charges nothing

    account.advance(3 * 86_400)
    hear(due + 3 * DAY)
    row.refresh_from_db()
    assert (row.state, row.current_period_start) == ("active", due)
    assert Payment.objects.count() == 2
    charges = [c for c in account.objects("charge") if c["status"] == "succeeded"]
    assert len(charges) == 2


def test_a_renewal_whose_debit_is_refused_is_tried_again(member, account, hear):
    row = member()
    due = row.current_period_end
    for method in account.simulator.store.cards:
        account.simulator.store.cards[method] = debits.FAILS
    charge_subscription(row.pk, now=due)
    account.advance(3 * 86_400)
    hear(due + 3 * DAY)
    hear(due + 3 * DAY)
    row.refresh_from_db()
    charge = Charge.objects.get()
    assert (row.state, charge.state, charge.attempts) == ("past_due", "declined", 1)
    assert (charge.under_way_at, charge.decline_code) == (None, "insufficient_funds")
    assert row.next_charge_at > due + 2 * DAY

    for method in account.simulator.store.cards:
        account.simulator.store.cards[method] = debits.SUCCEEDS
    again = row.next_charge_at
    charge_subscription(row.pk, now=again)
    account.advance(4 * 86_400)
    hear(again + 4 * DAY)
    row.refresh_from_db()
    assert (row.state, Payment.objects.count()) == ("active", 2)


def test_a_refusal_nobody_told_us_about_is_found_by_asking(member, account):
    row = member()
    due = row.current_period_end
    for method in account.simulator.store.cards:
        account.simulator.store.cards[method] = debits.FAILS
    charge_subscription(row.pk, now=due)
    account.advance(3 * 86_400)
    for days in (1, 2, 3, 4):
        for pk in charge_due_subscriptions(due + days * DAY):
            charge_subscription(pk, now=due + days * DAY)
    charge = Charge.objects.get()
    assert charge.attempts >= 1
    assert Payment.objects.count() == 1


def test_cards_alone_are_offered_in_other_currencies(account, settings):
    from perenne.money.gateways.protocol import PageRequest
    from perenne.money.gateways.providers import provider

    page = provider("stripe").start_checkout(
        PageRequest(
            purpose="order",
            key="k" * 43,
            attempt="1",
            title="Atelier",
            amount_cents=4900,
            currency="CHF",
            email="ana@example.org",
            language="fr",
            success_url="http://shop.example/",
            cancel_url="http://shop.example/",
            save_method=False,
        )
    )
    (session,) = [s for s in account.objects("checkout.session") if s["id"] == page.ref]
    assert session["payment_method_types"] == ["card"]
