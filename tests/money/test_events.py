import itertools
import json
from datetime import timedelta

import pytest

from perenne.mail.models import Message
from perenne.money.actions.inbox.events import handle_event, receive_event
from perenne.money.gateways.protocol import BadSignature
from perenne.money.models import LedgerEntry, Order, Payment, ProviderEvent

KINDS = {
    "payment_intent.created",
    "charge.succeeded",
    "payment_intent.succeeded",
    "checkout.session.completed",
}


def _post(client, account, event):
    body, signature = account.signed(event)
    return client.post(
        "/hooks/stripe/",
        data=body,
        content_type="application/json",
        headers={"stripe-signature": signature},
    )


@pytest.fixture
def paid_order(course, make_order, pay, account):
    """A paid order that nobody told us about, and the events that would."""
    seen = {event["id"] for event in account.events}
    order = make_order(course)
    pay(order)
    events = [
        event
        for event in account.events
        if event["id"] not in seen and event["type"] in KINDS
    ]
    assert {event["type"] for event in events} == KINDS
    return order, events


def test_an_event_is_stored_once_and_answered(client, paid_order, account, now):
    order, events = paid_order
    done = next(e for e in events if e["type"] == "checkout.session.completed")
    assert [_post(client, account, done).status_code for _ in range(3)] == [200] * 3
    row = ProviderEvent.objects.get()
    assert (row.kind, row.purpose, row.key) == (done["type"], "order", order.key)
    assert (row.handled_at, row.page_ref) == (None, order.provider_ref)
    handle_event(row.pk, now=now)
    row.refresh_from_db()
    order.refresh_from_db()
    assert (row.outcome, row.handled_at, order.state) == ("paid", now, "paid")


@pytest.mark.parametrize("order_of_events", list(itertools.permutations(range(4))))
def test_events_in_any_order_and_twice_pay_once(
    paid_order, account, shelf, now, order_of_events
):
    order, events = paid_order
    for position in [*order_of_events, *order_of_events]:
        body, signature = account.signed(events[position])
        receive_event("stripe", body.encode(), signature, now=now)
        row = ProviderEvent.objects.get(event_id=events[position]["id"])
        handle_event(row.pk, now=now)
    order.refresh_from_db()
    assert order.state == "paid"
    assert Payment.objects.count() == 1
    assert LedgerEntry.objects.filter(kind="sale").count() == 1
    assert Message.objects.count() == 2
    assert len(shelf.open) == 1
    assert ProviderEvent.objects.filter(handled_at=None).count() == 0


def test_an_event_with_a_wrong_signature_is_refused(client, paid_order, account):
    _order, events = paid_order
    body, signature = account.signed(events[0])
    forged = json.dumps(json.loads(body) | {"type": "checkout.session.completed"})
    answer = client.post(
        "/hooks/stripe/",
        data=forged,
        content_type="application/json",
        headers={"stripe-signature": signature},
    )
    assert answer.status_code == 400
    assert client.post("/hooks/stripe/").status_code == 400
    assert ProviderEvent.objects.count() == 0


def test_without_a_secret_no_event_is_believed(paid_order, account, settings, now):
    _order, events = paid_order
    settings.STRIPE_WEBHOOK_SECRET = ""
    body, signature = account.signed(events[0])
    with pytest.raises(BadSignature):
        receive_event("stripe", body.encode(), signature, now=now)


def test_a_kind_we_do_not_use_is_kept(paid_order, account, now):
    order, events = paid_order
    created = next(e for e in events if e["type"] == "payment_intent.created")
    body, signature = account.signed(created)
    receive_event("stripe", body.encode(), signature, now=now)
    row = ProviderEvent.objects.get()
    handle_event(row.pk, now=now)
    row.refresh_from_db()
    assert row.outcome == "ignored"
    assert row.payload["data"]["object"]["object"] == "payment_intent"
    assert "client_secret" not in row.payload["data"]["object"]
    assert Order.objects.get(pk=order.pk).state == "pending"


def test_an_event_that_could_not_be_handled_waits(
    paid_order, account, settings, monkeypatch, now
):
    order, events = paid_order
    done = next(e for e in events if e["type"] == "checkout.session.completed")
    body, signature = account.signed(done)
    receive_event("stripe", body.encode(), signature, now=now)
    row = ProviderEvent.objects.get()
    monkeypatch.setattr("perenne.money.gateways.stripe.client.RETRIES", 0)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    assert handle_event(row.pk, now=now) == ""
    row.refresh_from_db()
    assert (row.handled_at, row.state, row.attempts) == (None, "waiting", 1)
    assert row.last_error == "ProviderUnavailable: APIConnectionError"
    assert row.next_try_at == now + timedelta(minutes=1)
    settings.STRIPE_API_BASE = account.api_base
    handle_event(row.pk, now=now)
    order.refresh_from_db()
    assert order.state == "paid"


def test_while_a_secret_is_changed_both_are_believed(
    paid_order, account, settings, now
):
    _order, events = paid_order
    body, signature = account.signed(events[0])
    for secrets in ("whsec_new", "whsec_new,whsec_newer"):
        settings.STRIPE_WEBHOOK_SECRET = secrets
        with pytest.raises(BadSignature):
            receive_event("stripe", body.encode(), signature, now=now)
    settings.STRIPE_WEBHOOK_SECRET = f"whsec_new,{account.webhook_secret}"
    assert receive_event("stripe", body.encode(), signature, now=now) is True


def test_an_event_signed_long_ago_is_not_believed(paid_order, account, now):
    from time import time

    from simulators.stripe.webhooks import signature as sign

    _order, events = paid_order
    body, _header = account.signed(events[0])
    old = sign(body, account.webhook_secret, at=int(time()) - 301)
    with pytest.raises(BadSignature):
        receive_event("stripe", body.encode(), old, now=now)
    fresh = sign(body, account.webhook_secret, at=int(time()) - 200)
    assert receive_event("stripe", body.encode(), fresh, now=now) is True


def test_the_body_is_kept_as_it_was_sent(paid_order, account, now):
    _order, events = paid_order
    body, signature = account.signed(events[0])
    receive_event("stripe", body.encode(), signature, now=now)
    assert ProviderEvent.objects.get().body == body


def test_tries_come_ever_later_and_others_are_not_kept_waiting(
    paid_order, account, monkeypatch, now
):
    from perenne.money.queries.inbox.events import waiting_event_ids

    order, events = paid_order
    for event in events:
        body, signature = account.signed(event)
        receive_event("stripe", body.encode(), signature, now=now)
    poison = ProviderEvent.objects.order_by("pk")[0]
    really = "perenne.money.actions.inbox.events.follow_event"
    with monkeypatch.context() as broken:
        broken.setattr(really, lambda *_a, **_o: 1 / 0)
        waits = []
        for _try in range(4):
            handle_event(poison.pk, now=now)
            poison.refresh_from_db()
            waits.append((poison.next_try_at - now).seconds // 60)
    assert (poison.state, poison.attempts, waits) == ("failing", 4, [1, 2, 4, 8])
    for pk in waiting_event_ids(now):
        handle_event(pk, now=now)
    order.refresh_from_db()
    poison.refresh_from_db()
    assert (order.state, poison.state) == ("paid", "failing")
    assert waiting_event_ids(now) == []
    later = now + timedelta(minutes=8)
    assert waiting_event_ids(later) == [poison.pk]
    handle_event(poison.pk, now=later)
    poison.refresh_from_db()
    assert (poison.state, poison.last_error) in {("handled", ""), ("kept", "")}
