"""Many renewals at one hour, workers that race, workers that die: none lost, none twice."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections

from perenne.mail.models import Message
from perenne.money.actions.payments import payments
from perenne.money.actions.renewals import dunning, renewals
from perenne.money.actions.renewals.plan_changes import charge_change, plan_change
from perenne.money.actions.renewals.renewals import (
    charge_due_subscriptions,
    charge_subscription,
)
from perenne.money.actions.subscriptions.pauses import resume_subscription
from perenne.money.gateways.protocol import Paid
from perenne.money.gateways.providers import providers
from perenne.money.gateways.stripe.provider import StripeProvider
from perenne.money.models import Charge, Invoice, LedgerEntry, Payment, Subscription
from perenne.money.queries.subscriptions.plans import plans_for, quote_plan

DAY = timedelta(days=1)
MANY = 300


class Till(StripeProvider):
    """A provider in memory: it counts what it was asked to charge."""

    def __init__(self):
        self.prepared, self.charged, self.lock = {}, Counter(), threading.Lock()

    def open_charge(self, *, key, amount_cents, currency, customer, title):
        with self.lock:
            return self.prepared.setdefault(key, f"pi_{len(self.prepared)}_{key[:8]}")

    def charge_off_session(self, ref, *, method, attempt):
        with self.lock:
            self.charged[ref] += 1
        return Paid(ref, 900, "EUR", "card", self.now, 38)


@pytest.fixture
def till(monkeypatch, now):
    service = Till()
    service.now = now
    monkeypatch.setitem(providers._entries, "stripe", service)
    return service


@pytest.fixture
def members(club, make_order, make_person, now):
    """Add so many members of the club whose renewal is due at one instant."""

    def make(count):
        order = make_order(club, interval="month")
        first = {
            f.attname: getattr(order, f.attname)
            for f in order._meta.concrete_fields
            if f.name not in {"id", "number", "key", "person"}
        } | {"state": "paid", "paid_at": now}
        rows = []
        for number in range(count):
            person = make_person(f"m{number}@example.org")
            held = type(order).objects.create(
                number=f"N{number}", key=f"k{number}", person=person, **first
            )
            rows.append(
                Subscription(
                    person=person,
                    order=held,
                    offer=club,
                    price=order.price,
                    amount_cents=900,
                    started_at=now - 30 * DAY,
                    current_period_start=now - 30 * DAY,
                    current_period_end=now,
                    next_charge_at=now,
                    provider="stripe",
                    provider_customer=f"cus_{number}",
                    provider_method=f"pm_{number}",
                )
            )
        return Subscription.objects.bulk_create(rows)

    return make


def test_renewals_due_at_one_hour_are_all_charged_once_mb24(members, till, now):
    members(MANY)
    due = charge_due_subscriptions(now)
    assert len(due) == len(set(due)) == MANY
    for pk in due:
        charge_subscription(pk, now=now)
        charge_subscription(pk, now=now)
    assert charge_due_subscriptions(now) == []
    assert (Payment.objects.count(), Charge.objects.filter(state="paid").count()) == (
        MANY,
        MANY,
    )
    assert set(till.charged.values()) == {1}
    assert len(till.charged) == MANY
    assert Invoice.objects.count() == MANY
    assert LedgerEntry.objects.filter(kind="sale").count() == MANY
    assert Message.objects.filter(ref__startswith="receipt:").count() == MANY


def test_one_that_fails_keeps_no_other_waiting(members, till, now, monkeypatch):
    rows = members(3)
    work = renewals.charge_subscription

    def broken(pk, *, now):
        if pk == rows[0].pk:
            raise ZeroDivisionError
        work(pk, now=now)

    monkeypatch.setattr(renewals, "charge_subscription", broken)
    with pytest.raises(ExceptionGroup):
        renewals.charge_subscriptions_task.call([row.pk for row in rows])
    assert Payment.objects.count() == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_workers_that_race_charge_each_once(members, till, now):
    rows = members(20)
    ready = threading.Barrier(4)

    def work(_number):
        ready.wait()
        for row in rows:
            charge_subscription(row.pk, now=now)
        connections.close_all()

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(work, range(4)))
    assert Payment.objects.count() == 20
    assert set(till.charged.values()) == {1}
    assert Message.objects.filter(ref__startswith="receipt:").count() == 20


STEPS = [
    (Till, "open_charge"),
    (Till, "charge_off_session"),
    (dunning, "record_payment"),
    (payments, "renew"),
    (payments, "record_receipt"),
    (payments, "record_fee"),
    (payments, "count_reduced_payment"),
]


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize(("where", "name"), STEPS)
def test_a_worker_killed_between_any_two_steps_is_followed_by_another(
    members, till, now, monkeypatch, where, name, before
):
    row = members(1)[0]
    real = getattr(where, name)

    def die(*args, **options):
        if not before:
            real(*args, **options)
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(where, name, die)
        with pytest.raises(SystemExit):
            charge_subscription(row.pk, now=now)
    later = now + timedelta(minutes=11)
    for _ in range(2):
        charge_subscription(row.pk, now=later)
    row.refresh_from_db()
    assert (row.state, row.current_period_start) == ("active", now)
    assert (Payment.objects.count(), Invoice.objects.count()) == (1, 1)
    assert len(till.charged) == 1
    assert Message.objects.filter(ref__startswith="receipt:").count() == 1


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("name", ["apply_change", "record_receipt", "record_fee"])
def test_a_change_of_plan_survives_a_worker_that_dies(
    members, till, now, monkeypatch, name, before
):
    row = members(1)[0]
    Subscription.objects.update(
        current_period_end=now + 20 * DAY, next_charge_at=now + 20 * DAY
    )
    row.refresh_from_db()
    yearly = next(p for p in plans_for(row, now) if p.interval == "year")
    due = quote_plan(row, yearly, now).difference.due_cents
    monkeypatch.setattr(
        Till,
        "charge_off_session",
        lambda self, ref, **_: Paid(ref, due, "EUR", "card", now, 38),
    )
    change = plan_change(
        row.pk, price_id=yearly.pk, key="k", shown_due_cents=due, actor="p", now=now
    )
    real = getattr(payments, name)

    def die(*args, **options):
        if not before:
            real(*args, **options)
        raise SystemExit

    with monkeypatch.context() as killed:
        killed.setattr(payments, name, die)
        with pytest.raises(SystemExit):
            charge_change(change.pk, now=now)
    row.refresh_from_db()
    assert row.price_id != yearly.pk
    for _ in range(2):
        charge_change(change.pk, now=now + timedelta(minutes=11))
    row.refresh_from_db()
    assert (row.price_id, row.current_period_start) == (yearly.pk, now)
    assert Payment.objects.count() == 1


def test_a_clock_that_stood_still_for_a_season_catches_up(members, till, now):
    row = members(1)[0]
    late = now + 100 * DAY
    till.now = late
    for _ in range(6):
        charge_subscription(row.pk, now=late)
    row.refresh_from_db()
    assert row.current_period_end > late
    assert Payment.objects.count() == 4


def test_pauses_that_end_together_all_go_on(members, till, now):
    for row in members(5):
        Subscription.objects.filter(pk=row.pk).update(
            state="paused",
            next_charge_at=None,
            paused_at=now - DAY,
            resumes_at=now,
        )
    charge_due_subscriptions(now)
    assert Subscription.objects.filter(state="active").count() == 5
    resume_subscription(Subscription.objects.first().pk, actor="p", now=now)
    assert Message.objects.filter(ref__startswith="subscription-resumed").count() == 5
