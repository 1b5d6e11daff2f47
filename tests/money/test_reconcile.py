"""Whatever happened to the events, after one comparison we hold what the provider holds."""

from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from perenne.core.tokens import new_token
from perenne.money.actions.checkout.payment_pages import (
    OrderIsSettled,
    open_payment_page,
)
from perenne.money.actions.inbox.events import handle_event, receive_event
from perenne.money.actions.inbox.reconcile import reconcile
from perenne.money.actions.payments.refunds import (
    PaymentIsDisputed,
    RefundTooHigh,
    refund_payment,
    send_refund,
)
from perenne.money.actions.renewals.renewals import (
    charge_due_subscriptions,
    charge_subscription,
)
from perenne.money.gateways.protocol import ProviderUnavailable
from perenne.money.gateways.providers import provider
from perenne.money.models import (
    Dispute,
    LedgerEntry,
    Order,
    Payment,
    Payout,
    ProviderEvent,
    Refund,
)
from perenne.money.queries.books.ledger import chain_breaks
from simulators.stripe import debits
from simulators.stripe.errors import ApiError
from simulators.stripe.testing import run_simulator

NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
CARDS = (
    "4242424242424242",
    "4000000000000077",
    "4000000000000259",
    "4000000000007726",
    "4000000000005126",
    "4000000000000002",
    "4000000000000341",
    debits.SUCCEEDS,
    debits.SUCCEEDS_LATE,
    debits.FAILS,
    debits.RETURNED,
)
_which = st.integers(0, 5)
STEPS = st.one_of(
    st.tuples(st.just("buy"), st.sampled_from(CARDS)),
    st.tuples(st.just("subscribe"), st.sampled_from(CARDS)),
    st.tuples(st.just("refund_there"), _which, st.integers(1, 4900)),
    st.tuples(st.just("refund_here"), _which, st.integers(1, 4900), st.booleans()),
    st.tuples(st.just("dispute"), _which),
    st.tuples(st.just("end_dispute"), _which, st.booleans()),
    st.tuples(st.just("pay_out")),
    st.tuples(st.just("fail_payout")),
    st.tuples(st.just("pass_days"), st.integers(1, 35)),
)


class World:
    """A shop, its account at the provider, and a network that loses what it likes."""

    def __init__(self, account, offers, make_order, chance):
        self.account, self.offers, self.make_order = account, offers, make_order
        self.chance = chance

    @property
    def now(self):
        return datetime.fromtimestamp(self.account.now, UTC)

    def play(self, step):
        getattr(self, step[0])(*step[1:])
        self.gossip()

    def gossip(self):
        """Deliver any of the events so far: some never, some twice, in any order."""
        heard = [
            event["id"]
            for event in self.account.events
            for _time in range(self.chance.choice((0, 0, 1, 2)))
        ]
        self.chance.shuffle(heard)
        for key in heard[:12]:
            body, signature = self.account.signed(key)
            receive_event("stripe", body.encode(), signature, now=self.now)
            for row in ProviderEvent.objects.filter(event_id=key):
                handle_event(row.pk, now=self.now)

    def buy(self, card):
        self._pay(self.make_order(self.offers[0], key=new_token(), now=self.now), card)

    def subscribe(self, card):
        order = self.make_order(
            self.offers[1], interval="month", key=new_token(), now=self.now
        )
        self._pay(order, card)

    def _pay(self, order, card):
        try:
            open_payment_page(order.pk, now=self.now)
        except OrderIsSettled:
            return
        order.refresh_from_db()
        self.account.complete_checkout(order.provider_ref, card=card)

    def _intent(self, which):
        paid = [c for c in self.account.objects("charge")[::-1] if c["paid"]]
        return paid[which % len(paid)]["payment_intent"] if paid else None

    def refund_there(self, which, amount):
        self._at_the_provider(self.account.refund, self._intent(which), amount)

    def refund_here(self, which, amount, silent):
        payments = list(Payment.objects.order_by("pk"))
        if not payments:
            return
        if silent:
            self.account.fail_next(timeout_after_charge=True, times=3)
        try:
            refund = refund_payment(
                payments[which % len(payments)].pk,
                key=new_token(),
                amount_cents=amount,
                reason="",
                end_access=False,
                actor="owner",
                now=self.now,
            )
            send_refund(refund.pk, now=self.now)
        except (RefundTooHigh, PaymentIsDisputed, ProviderUnavailable):
            pass
        self.account.simulator.faults.clear()

    def dispute(self, which):
        self._at_the_provider(self.account.dispute, self._intent(which))

    def end_dispute(self, which, won):
        still = [d for d in self.account.objects("dispute") if _is_open(d)]
        if still:
            self.account.end_dispute(still[which % len(still)]["id"], won=won)

    def pay_out(self):
        self.account.pay_out()

    def fail_payout(self):
        under_way = [
            p for p in self.account.objects("payout") if p["status"] != "failed"
        ]
        if under_way:
            self.account.fail_payout(under_way[0]["id"])

    def pass_days(self, days):
        self.account.advance(days * 86_400)
        for pk in charge_due_subscriptions(self.now):
            charge_subscription(pk, now=self.now)

    def _at_the_provider(self, act, intent, *arguments):
        try:
            if intent:
                act(intent, *arguments)
        except ApiError:
            pass  # the provider refuses it: nothing happens


def _is_open(dispute):
    return "response" in dispute["status"] or "review" in dispute["status"]


def _theirs(account):
    """Return what the provider holds, in our words."""
    charges = [c for c in account.objects("charge") if c["status"] == "succeeded"]
    states = {"succeeded": "done", "pending": "requested", "failed": "failed"}
    ends = {"won": "won", "lost": "lost", "warning_closed": "won"}
    return {
        "payments": {(c["payment_intent"], c["amount"]) for c in charges},
        "refunds": {
            (r["id"], r["amount"], states[r["status"]])
            for r in account.objects("refund")
            if r["status"] != "failed"
        },
        "disputes": {
            (d["id"], d["amount"], ends.get(d["status"], "open"))
            for d in account.objects("dispute")
        },
        "payouts": {
            (
                p["id"],
                p["amount"],
                {"paid": "done", "failed": "failed"}.get(p["status"], "under_way"),
            )
            for p in account.objects("payout")
        },
        "given_back": {
            c["payment_intent"]: c["amount_refunded"]
            for c in charges
            if c["amount_refunded"]
        },
    }


def _ours():
    given = Payment.objects.filter(refunded_cents__gt=0)
    return {
        "payments": set(Payment.objects.values_list("provider_ref", "amount_cents")),
        "refunds": set(
            Refund.objects.exclude(state="failed").values_list(
                "provider_ref", "amount_cents", "state"
            )
        ),
        "disputes": set(
            Dispute.objects.values_list("provider_ref", "amount_cents", "state")
        ),
        "payouts": set(
            Payout.objects.values_list("provider_ref", "amount_cents", "state")
        ),
        "given_back": dict(given.values_list("provider_ref", "refunded_cents")),
    }


def _balance(account):
    """Return what is left of all money at the provider, disputes not decided left out."""
    booked = {row["id"]: row for row in account.objects("balance_transaction")}
    surplus = set(
        Payment.objects.filter(surplus=True).values_list("provider_ref", flat=True)
    )
    total = 0
    for charge in account.objects("charge"):
        if charge["status"] == "succeeded" and charge["payment_intent"] not in surplus:
            total += booked[charge["balance_transaction"]]["net"]
    for refund in account.objects("refund"):
        if refund["status"] == "succeeded":
            total -= refund["amount"] * (refund["payment_intent"] not in surplus)
    for dispute in account.objects("dispute"):
        if not _is_open(dispute) and dispute["payment_intent"] not in surplus:
            total += sum(row["net"] for row in dispute["balance_transactions"])
    return total


@pytest.fixture
def shop(course, club, make_order, shelf, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_shop"
    settings.STRIPE_METHODS = ["card", "sepa_debit"]

    def open_shop(account, chance):
        settings.STRIPE_API_BASE = account.api_base
        settings.STRIPE_WEBHOOK_SECRET = account.webhook_secret
        shelf.open.clear()
        account.hold_webhooks()
        return World(account, (course, club), make_order, chance)

    return open_shop


@settings(
    max_examples=20,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
    ],
)
@given(
    steps=st.lists(STEPS, min_size=1, max_size=9),
    chance=st.randoms(use_true_random=False),
)
@pytest.mark.slow
def test_after_one_comparison_we_hold_what_the_provider_holds(shop, steps, chance):
    with run_simulator(now=NOW) as account, _undone():
        _play_and_compare(shop(account, chance), steps)


@contextmanager
def _undone():
    """Forget everything that the block writes."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _play_and_compare(world, steps):
    account = world.account
    for step in steps:
        world.play(step)
    report = reconcile(provider("stripe"), now=world.now)

    assert (report.error, report.differences) == ("", [])
    assert _ours() == _theirs(account)
    assert (LedgerEntry.objects.aggregate(s=Sum("amount_cents"))["s"] or 0) == _balance(
        account
    )
    _check_orders(account)
    _check_payouts(account)
    assert chain_breaks() == []
    rows = LedgerEntry.objects.count()
    again = reconcile(provider("stripe"), now=world.now)
    assert (again.mended, again.differences) == ([], [])
    assert LedgerEntry.objects.count() == rows


def _check_orders(account):
    """Orders are paid exactly when their money arrived, each once."""
    keys = Counter(
        c["metadata"]["key"]
        for c in account.objects("charge")
        if c["status"] == "succeeded" and c["metadata"]["purpose"] == "order"
    )
    paid = Order.objects.filter(state__in=["paid", "refunded"])
    assert set(paid.values_list("key", flat=True)) == set(keys)
    sales = LedgerEntry.objects.filter(kind="sale").count()
    assert sales == Payment.objects.filter(surplus=False).count()


def _check_payouts(account):
    """A sale bears the day of its payout exactly when it was paid out."""
    store = account.simulator.store
    done = {p["id"] for p in account.objects("payout") if p["status"] == "paid"}
    good = {
        row["source"]
        for row in account.objects("balance_transaction")
        if row["type"] == "payout_failure" and store.paid_out.get(row["id"]) in done
    }
    intents = {
        c["payment_intent"]
        for c in account.objects("charge")
        if store.paid_out.get(c["balance_transaction"]) in done | good
    }
    dated = LedgerEntry.objects.filter(kind="sale").exclude(paid_out_on=None)
    refs = {f"payment:{pk}:sale": ref for pk, ref in _payment_refs()}
    assert {refs[ref] for ref in dated.values_list("ref", flat=True)} == intents


def _payment_refs():
    return Payment.objects.filter(surplus=False).values_list("pk", "provider_ref")


@pytest.fixture
def world(shop):
    """A shop whose network loses every event."""
    with run_simulator(now=NOW) as account:
        found = shop(account, None)
        found.gossip = lambda: None
        yield found


def _compare(world):
    return reconcile(provider("stripe"), now=world.now)


def test_money_that_is_about_nothing_of_ours_is_reported(world):
    import stripe

    client = stripe.StripeClient(
        "sk_test_x", base_addresses={"api": world.account.api_base}
    )
    intent = client.v1.payment_intents.create(
        {
            "amount": 700,
            "currency": "eur",
            "payment_method": "pm_card_visa",
            "confirm": True,
        }
    )
    report = _compare(world)

    assert report.differences == [
        {"what": "payments", "ref": intent.id, "why": "unknown payment"}
    ]
    assert Payment.objects.count() == 0


def test_an_amount_that_differs_is_reported_and_left(world):
    world.play(("buy", CARDS[0]))
    _compare(world)
    Payment.objects.update(amount_cents=4800)
    report = _compare(world)

    (difference,) = report.differences
    assert (
        difference["why"],
        difference["ours_cents"],
        difference["theirs_cents"],
    ) == (
        "amount differs",
        4800,
        4900,
    )
    assert Payment.objects.get().amount_cents == 4800


def test_a_payment_the_provider_does_not_know_is_reported(world):
    world.play(("buy", CARDS[0]))
    _compare(world)
    Payment.objects.update(provider_ref="pi_elsewhere")
    world.play(("pass_days", 1))
    report = _compare(world)

    whys = {row["ref"]: row["why"] for row in report.differences}
    assert whys["pi_elsewhere"] == "not at the provider"


def test_a_provider_that_does_not_answer_breaks_it_off(world, settings, monkeypatch):
    monkeypatch.setattr("perenne.money.gateways.stripe.client.RETRIES", 0)
    _compare(world)
    base = settings.STRIPE_API_BASE
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    broken = _compare(world)
    settings.STRIPE_API_BASE = base
    world.play(("buy", CARDS[0]))
    world.account.advance(50 * 86_400)
    mended = _compare(world)

    assert (broken.finished_at, broken.error) == (
        None,
        "ProviderUnavailable: APIConnectionError",
    )
    assert mended.since == broken.since
    assert [row["did"] for row in mended.mended] == ["recorded"]


def test_an_old_dispute_is_followed_to_its_end(world):
    world.play(("buy", CARDS[0]))
    world.play(("dispute", 0))
    _compare(world)
    for _month in range(3):
        world.account.advance(30 * 86_400)
        _compare(world)
    world.play(("end_dispute", 0, False))
    report = _compare(world)

    assert [row["did"] for row in report.mended] == ["lost"]
    (back,) = LedgerEntry.objects.filter(kind="refund")
    assert back.received_on == NOW.date()  # R130: the day on which the money left


def test_a_fee_that_was_not_known_is_booked_later(world):
    world.play(("buy", CARDS[0]))
    _compare(world)
    with transaction.atomic():
        Payment.objects.update(fee_cents=0)
    report = _compare(world)

    assert [row["did"] for row in report.mended] == ["fee booked"]
    assert LedgerEntry.objects.filter(kind="fee").count() == 1


def test_what_is_available_is_dated(world):
    world.play(("buy", CARDS[0]))
    _compare(world)

    days = LedgerEntry.objects.values_list("available_on", flat=True)
    assert set(days) == {NOW.date() + timedelta(days=7)}
