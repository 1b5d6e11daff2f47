"""A provider is a folder: a third one needs no change to anything but the registry."""

from datetime import timedelta

import pytest

from perenne.money.actions.checkout.payment_pages import open_payment_page
from perenne.money.actions.checkout.upkeep import look_after_orders
from perenne.money.actions.inbox.reconcile import reconcile, reconcile_all
from perenne.money.actions.payments.refunds import refund_payment, send_refund
from perenne.money.actions.renewals.methods import open_method_page, settle_open_pages
from perenne.money.actions.renewals.renewals import charge_subscription
from perenne.money.gateways import providers as registry
from perenne.money.gateways.protocol import GivenBack, Progress
from perenne.money.models import (
    LedgerEntry,
    Order,
    Payment,
    Payout,
    ProviderEvent,
    Refund,
    Subscription,
)
from tests.money.coffer import WORD, Coffer


@pytest.fixture
def coffer(monkeypatch, now):
    """The third provider, registered beside the two that are shipped."""
    service = Coffer(now=now)
    entries = dict(registry.providers._entries)
    monkeypatch.setattr(registry.providers, "_entries", entries)
    registry.providers.register("coffer", service)
    return service


@pytest.fixture
def hook(client, coffer):
    """Send the shop an event: hook(body, word)."""

    def hook(body, word=WORD):
        answer = client.post(
            "/hooks/coffer/",
            data=body,
            content_type="application/json",
            headers={"X-Coffer-Word": word},
        )
        return answer.status_code

    return hook


def _handle(now):
    from perenne.money.actions.inbox.events import handle_event

    return [handle_event(row.pk, now=now) for row in ProviderEvent.objects.all()]


def test_it_is_offered_at_the_checkout(client, coffer, course):
    from perenne.money.queries.offers.offers import current_prices

    price = current_prices(course.pk, coffer.now + timedelta(days=300))[0]
    page = client.get(f"/checkout/{course.slug}/?price={price.pk}").content.decode()
    assert "From the coffer" in page


def test_it_is_paid_and_renewed_and_refunded(
    coffer, hook, club, make_order, shelf, now
):
    order = make_order(club, interval="month", method="coffer")
    assert open_payment_page(order.pk, now=now).startswith("http://coffer.example/")
    order.refresh_from_db()
    event = coffer.pay(order.provider_ref)
    assert [hook(*event), hook(*event), hook(event[0], "let me in")] == [200, 200, 400]
    assert _handle(now) == ["paid"]
    row = Subscription.objects.get()
    assert (row.provider, row.state, len(shelf.open)) == ("coffer", "active", 1)

    due = row.current_period_end
    coffer.now = due
    charge_subscription(row.pk, now=due)
    charge_subscription(row.pk, now=due)
    row.refresh_from_db()
    assert (row.current_period_start, len(coffer.paid)) == (due, 2)

    refund = refund_payment(
        Payment.objects.latest("pk").pk,
        key="form-1",
        amount_cents=900,
        reason="",
        end_access=True,
        actor="owner",
        now=due,
    )
    send_refund(refund.pk, now=due)
    refund.refresh_from_db()
    assert (refund.state, refund.provider_ref, shelf.open) == ("done", "back-0", {})
    fees = LedgerEntry.objects.filter(kind="fee", counterparty="coffer")
    assert list(fees.values_list("amount_cents", flat=True)) == [-7, -7]


def test_what_it_holds_is_compared_too(coffer, course, make_order, shelf, now):
    order = make_order(course, method="coffer")
    open_payment_page(order.pk, now=now)
    order.refresh_from_db()
    coffer.pay(order.provider_ref)  # and nobody tells us
    (ref,) = coffer.paid
    coffer.refunds.append(
        GivenBack("back-9", ref, 4900, "EUR", Progress.DONE, made_at=now)
    )
    coffer.pay_out()
    report = reconcile(coffer, now=now)

    assert [row["did"] for row in report.mended] == ["recorded", "refunded", "paid out"]
    assert report.differences == []
    assert Order.objects.get().state == "refunded"
    assert (Refund.objects.get().state, Payout.objects.get().state) == ("done", "done")
    assert shelf.open == {}
    days = LedgerEntry.objects.values_list("paid_out_on", flat=True)
    assert {day.isoformat() for day in days} == {"2026-09-20"}
    assert [row.provider for row in reconcile_all(now=now)] == ["coffer"]


def test_it_keeps_a_method(coffer, club, make_order, now):
    order = make_order(club, interval="month", method="coffer")
    open_payment_page(order.pk, now=now)
    order.refresh_from_db()
    coffer.pay(order.provider_ref)
    look_after_orders(now + timedelta(minutes=11))
    row = Subscription.objects.get()
    open_method_page(row.pk, back="/me/", now=now)
    assert settle_open_pages(now=now) == 1


def test_an_unpaid_order_expires_by_its_provider(coffer, course, make_order, now):
    make_order(course, method="coffer")
    look_after_orders(now + timedelta(days=2, hours=23))
    assert Order.objects.get().state == "pending"
    look_after_orders(now + timedelta(days=3))
    assert Order.objects.get().state == "expired"


def test_a_hook_of_nobody_is_not_found(client, business, coffer):
    assert client.post("/hooks/nobody/").status_code == 404
