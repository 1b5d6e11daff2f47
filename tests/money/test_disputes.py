"""Disputes: told in time, answered with what we hold, booked when lost (R130)."""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from perenne.core import log
from perenne.mail.models import Delivery, Message
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.inbox.events import handle_event, receive_event
from perenne.money.actions.payments.refunds import PaymentIsDisputed, refund_payment
from perenne.money.models import Dispute, LedgerEntry, Payment, ProviderEvent, Refund
from simulators.stripe.testing import run_simulator

DAY = timedelta(days=1)


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
    """Take in every event about disputes: hear(at)."""

    def hear(at):
        outcomes = []
        for event in account.events:
            if event["type"].startswith("charge.dispute"):
                body, signature = account.signed(event)
                receive_event("stripe", body.encode(), signature, now=at)
                row = ProviderEvent.objects.get(event_id=event["id"])
                outcomes.append(handle_event(row.pk, now=at))
        return outcomes

    return hear


@pytest.fixture
def payment(course, make_order, pay, now):
    order = make_order(course)
    pay(order)
    settle_order(order.pk, now=now)
    return Payment.objects.get()


@pytest.fixture
def dispute(payment, account, hear, now):
    """An open dispute about the payment, as we know it."""
    account.dispute(payment.provider_ref)
    hear(now)
    return Dispute.objects.get()


def _booked():
    rows = LedgerEntry.objects.filter(ref__startswith="dispute:").order_by("sequence")
    return [(row.kind, row.amount_cents) for row in rows]


def test_an_opened_dispute_is_told_with_its_deadline(dispute, shelf, now):
    mail = Message.objects.get(ref=f"dispute-opened:{dispute.pk}")
    to = Delivery.objects.get(message=mail)

    assert (dispute.state, dispute.amount_cents) == ("open", 4900)
    assert abs(dispute.answer_by - now - 9 * DAY) < timedelta(minutes=1)
    assert to.address == "camille@boreal.example"
    assert f"/desk/disputes/{dispute.pk}/" in mail.text
    assert (_booked(), len(shelf.open)) == ([], 1)


def test_a_disputed_payment_is_not_given_back_as_well(dispute, payment, now):
    with pytest.raises(PaymentIsDisputed):
        refund_payment(
            payment.pk,
            key="form-1",
            amount_cents=100,
            reason="",
            end_access=False,
            actor="owner",
            now=now,
        )
    payment.refresh_from_db()
    assert (payment.refunded_cents, Refund.objects.count()) == (0, 0)


def test_a_lost_dispute_is_booked_on_the_day_the_money_left(
    dispute, account, hear, shelf, now
):
    account.advance(30 * 86_400)
    account.end_dispute(dispute.provider_ref, won=False)
    at = now + 30 * DAY
    hear(at)
    hear(at)
    dispute.refresh_from_db()

    assert (dispute.state, dispute.closed_at) == ("lost", at)
    assert _booked() == [("refund", -4900), ("fee", -2000)]
    row = LedgerEntry.objects.get(ref=f"dispute:{dispute.pk}")
    assert row.received_on == now.date()
    assert (dispute.access_ended, shelf.open) == (True, {})
    assert Message.objects.filter(ref=f"dispute-lost:{dispute.pk}").count() == 1


def test_a_won_dispute_leaves_the_books_alone(dispute, account, hear, shelf, now):
    account.end_dispute(dispute.provider_ref, won=True)
    hear(now + DAY)
    dispute.refresh_from_db()

    assert (dispute.state, _booked(), len(shelf.open)) == ("won", [], 1)
    assert Message.objects.filter(ref=f"dispute-won:{dispute.pk}").count() == 1


def test_a_part_that_is_lost_leaves_the_access(payment, account, hear, shelf, now):
    found = account.dispute(payment.provider_ref, amount=900)
    account.end_dispute(found["id"], won=False)
    hear(now)

    assert _booked() == [("refund", -900), ("fee", -2000)]
    assert len(shelf.open) == 1


def test_an_inquiry_moves_nothing(payment, account, hear, now):
    account.dispute(payment.provider_ref, inquiry=True)
    hear(now)
    dispute = Dispute.objects.get()
    mail = Message.objects.get(ref=f"dispute-opened:{dispute.pk}")

    assert (dispute.inquiry, dispute.returned_at) == (True, None)
    assert "l’argent n’a pas bougé" in mail.text


def test_events_of_a_dispute_in_any_order_book_it_once(payment, account, now):
    found = account.dispute(payment.provider_ref)
    account.end_dispute(found["id"], won=False)
    events = [e for e in account.events if e["type"].startswith("charge.dispute")]
    for event in [*events[::-1], *events]:
        body, signature = account.signed(event)
        receive_event("stripe", body.encode(), signature, now=now)
        handle_event(ProviderEvent.objects.get(event_id=event["id"]).pk, now=now)

    assert _booked() == [("refund", -4900), ("fee", -2000)]


def test_the_file_holds_what_answers_a_bank(owner_client, dispute, payment, now):
    order = payment.order
    log.record("courses.lesson_opened", actor=f"person:{order.person_id}", at=now + DAY)
    mail = Message.objects.get(ref=f"order-confirmed:{order.pk}")
    Delivery.objects.filter(message=mail).update(
        status="sent", sent_at=now, smtp_code=250, smtp_reply="queued"
    )
    text = owner_client.get(f"/desk/disputes/{dispute.pk}/evidence.txt")
    said = text.content.decode()

    assert text["Content-Disposition"].startswith("attachment")
    for part in (
        order.number,
        "Ana Silva",
        "ana@example.org",
        dispute.provider_ref,
        payment.provider_ref,
        order.consents[0]["wording"],
        order.consents[0]["at"],
        "courses.lesson_opened",
        mail.subject,
        "250 queued",
        order.terms.digest,
        order.terms.text.splitlines()[0],
    ):
        assert part in said


def test_the_file_is_a_pdf_too(owner_client, dispute, payment):
    answer = owner_client.get(f"/desk/disputes/{dispute.pk}/evidence.pdf")
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = "".join(page.extract_text() for page in pages)

    assert answer["Content-Type"] == "application/pdf"
    assert payment.order.number in text
    assert "Ana Silva" in text


def test_the_desk_lists_and_shows_disputes(
    owner_client, dispute, payment, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        page = owner_client.get("/desk/disputes/").content.decode()
    assert payment.order.number in page
    found = owner_client.get("/desk/disputes/?q=nobody@example.org").content.decode()
    assert payment.order.number not in found
    one = owner_client.get(f"/desk/disputes/{dispute.pk}/").content.decode()
    assert "jusqu’au" in one
    assert owner_client.get("/desk/disputes/999/").status_code == 404
