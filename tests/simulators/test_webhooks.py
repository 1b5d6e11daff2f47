"""Events reach the shop signed, and as late, twice or upside down as a test wants."""

import stripe


def test_events_arrive_signed_and_in_order(client, account, shop):
    account.set_webhook_url(shop.url)
    customer = client.v1.customers.create({"email": "ana@example.org"})
    client.v1.customers.update(customer.id, {"name": "Ana"})
    account.settle()

    assert shop.types() == ["customer.created", "customer.updated"]
    body, header = shop.received[0]
    event = stripe.Webhook.construct_event(body, header, account.webhook_secret)
    assert event.data.object.id == customer.id
    assert client.v1.events.retrieve(event.id).type == "customer.created"


def test_a_refused_event_is_tried_again(client, account, shop):
    shop.answers = [500, 500]
    account.set_webhook_url(shop.url)
    client.v1.customers.create({"email": "ana@example.org"})
    account.settle()

    assert [a["status"] for a in account.attempts] == [500, 500, 200]
    assert shop.types() == ["customer.created"]


def test_held_events_come_in_any_order_and_twice(client, account, shop):
    account.set_webhook_url(shop.url)
    account.hold_webhooks()
    customer = client.v1.customers.create({"email": "ana@example.org"})
    client.v1.customers.update(customer.id, {"name": "Ana"})
    created, updated = [event["id"] for event in account.events]
    assert shop.received == []

    assert account.deliver([updated, created, updated]) == [200, 200, 200]

    assert shop.types() == ["customer.updated", "customer.created", "customer.updated"]
    assert account.deliver() == []


def test_an_event_keeps_the_state_of_its_moment(client, account):
    customer = client.v1.customers.create({"name": "Ana"})
    client.v1.customers.update(customer.id, {"name": "Bea"})

    assert [e["data"]["object"]["name"] for e in account.events] == ["Ana", "Bea"]


def test_an_event_can_be_signed_without_a_network(client, account):
    client.v1.customers.create({"name": "Ana"})

    body, header = account.signed(account.events[0])

    event = stripe.Webhook.construct_event(body, header, account.webhook_secret)
    assert event.type == "customer.created"
