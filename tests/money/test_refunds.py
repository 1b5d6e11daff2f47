import pytest

from perenne.core.models import LogEntry
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.payments.payments import mark_transfer_paid
from perenne.money.actions.payments.refunds import (
    RefundTooHigh,
    refund_payment,
    send_refund,
)
from perenne.money.gateways.protocol import ProviderUnavailable
from perenne.money.models import LedgerEntry, Payment, Refund


@pytest.fixture
def payment(course, make_order, pay, now):
    order = make_order(course)
    pay(order)
    settle_order(order.pk, now=now)
    return Payment.objects.get()


@pytest.fixture
def refund(payment, now):
    """Ask for a refund of the payment: refund(4900, key="form-1")."""

    def ask(amount_cents, key="form-1", *, end_access=False):
        return refund_payment(
            payment.pk,
            key=f"{payment.provider_ref}-{key}",
            amount_cents=amount_cents,
            reason="Changed their mind",
            end_access=end_access,
            actor="owner",
            now=now,
        )

    return ask


def test_a_full_refund_gives_back_closes_and_books(
    payment, refund, account, shelf, now
):
    asked = refund(4900, end_access=True)
    assert (asked.state, len(shelf.open)) == ("requested", 1)
    send_refund(asked.pk, now=now)
    send_refund(asked.pk, now=now)
    asked.refresh_from_db()
    payment.refresh_from_db()
    assert (asked.state, asked.done_at) == ("done", now)
    assert (payment.refunded_cents, payment.order.state) == (4900, "refunded")
    assert shelf.open == {}
    amounts = LedgerEntry.objects.filter(kind="refund")
    assert list(amounts.values_list("amount_cents", flat=True)) == [-4900]
    given = [
        r
        for r in account.objects("refund")
        if r["payment_intent"] == payment.provider_ref
    ]
    assert [row["amount"] for row in given] == [4900]


def test_part_can_be_given_back_and_access_kept(payment, refund, shelf, now):
    send_refund(refund(1000).pk, now=now)
    payment.refresh_from_db()
    assert (payment.refunded_cents, payment.order.state) == (1000, "paid")
    assert len(shelf.open) == 1


def test_refunds_together_never_exceed_the_payment(payment, refund):
    refund(4000)
    rows = LogEntry.objects.count()
    with pytest.raises(RefundTooHigh):
        refund(901, "form-2")
    payment.refresh_from_db()
    assert (payment.refunded_cents, Refund.objects.count()) == (4000, 1)
    assert LogEntry.objects.count() == rows


def test_the_same_form_gives_one_refund(payment, refund):
    assert refund(1000).pk == refund(1000).pk
    payment.refresh_from_db()
    assert payment.refunded_cents == 1000


def test_a_provider_that_falls_silent_refunds_once(
    payment, refund, account, monkeypatch, now
):
    monkeypatch.setattr("perenne.money.gateways.stripe.client.RETRIES", 0)
    asked = refund(1000)
    account.fail_next(timeout_after_charge=True)
    with pytest.raises(ProviderUnavailable):
        send_refund(asked.pk, now=now)
    send_refund(asked.pk, now=now)
    given = [
        r
        for r in account.objects("refund")
        if r["payment_intent"] == payment.provider_ref
    ]
    assert [row["amount"] for row in given] == [1000]


def test_a_refund_the_provider_refuses_frees_the_amount(payment, refund, now):
    Payment.objects.filter(pk=payment.pk).update(provider_ref="pi_unknown")
    asked = refund(1000)
    send_refund(asked.pk, now=now)
    asked.refresh_from_db()
    payment.refresh_from_db()
    assert (asked.state, payment.refunded_cents) == ("failed", 0)
    assert LedgerEntry.objects.filter(kind="refund").count() == 0


def test_a_transfer_given_back_by_hand_is_done_at_once(course, make_order, shelf, now):
    order = make_order(course, method="transfer")
    payment = mark_transfer_paid(order.pk, paid_at=now, actor="owner", now=now)
    asked = refund_payment(
        payment.pk,
        key="by-hand",
        amount_cents=4900,
        reason="",
        end_access=True,
        actor="owner",
        now=now,
    )
    assert asked.state == "done"
    assert shelf.open == {}
