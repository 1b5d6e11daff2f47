"""The account survives a restart, and its clock is its own."""

from datetime import UTC, datetime

import stripe

from simulators.stripe.testing import run_simulator


def _client(account):
    return stripe.StripeClient("sk_test_x", base_addresses={"api": account.api_base})


def test_the_file_keeps_the_account(tmp_path):
    path = tmp_path / "account.json"
    with run_simulator(path=path) as first:
        customer = _client(first).v1.customers.create({"email": "ana@example.org"})
        first.advance(86_400)
        later = first.now

    with run_simulator(path=path) as second:
        found = _client(second).v1.customers.retrieve(customer.id)

        assert found.email == "ana@example.org"
        assert second.now - later < 5
        assert [event["type"] for event in second.events] == ["customer.created"]
        assert second.simulator.webhooks.waiting() == [second.events[0]["id"]]


def test_the_clock_starts_where_the_test_says():
    instant = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
    with run_simulator(now=instant) as account:
        customer = _client(account).v1.customers.create({})

    assert 0 <= customer.created - instant.timestamp() < 5
