"""SEPA direct debits settle or fail days later, on the account's own clock."""

import pytest
import stripe

from simulators.stripe import debits

DAY = 86_400


@pytest.fixture
def debit_session(new_session):
    return new_session(
        customer_email="ana@example.org",
        customer_creation="always",
        payment_method_types=["card", "sepa_debit"],
        payment_intent_data={"setup_future_usage": "off_session"},
    )


def _session(client, session):
    return client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge"]}
    )


def test_a_debit_is_under_way_until_the_bank_answers(client, account, debit_session):
    back = account.complete_checkout(debit_session.id, card=debits.SUCCEEDS)
    waiting = _session(client, debit_session)
    account.advance(3 * DAY)
    paid = _session(client, debit_session)

    assert back == f"http://shop.example/done?s={debit_session.id}"
    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert waiting.payment_intent.status == "processing"
    assert waiting.payment_intent.latest_charge.status == "pending"
    assert (paid.payment_status, paid.payment_intent.status) == ("paid", "succeeded")
    assert paid.payment_intent.latest_charge.balance_transaction is not None
    assert [event["type"] for event in account.events][-3:] == [
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]


def test_a_debit_the_bank_refuses_leaves_nothing(client, account, debit_session):
    account.complete_checkout(debit_session.id, card=debits.FAILS)
    account.advance(3 * DAY)
    found = _session(client, debit_session)

    assert (found.payment_status, found.payment_intent.status) == (
        "unpaid",
        "requires_payment_method",
    )
    assert found.payment_intent.last_payment_error.decline_code == "insufficient_funds"
    assert account.objects("balance_transaction") == []
    assert account.events[-1]["type"] == "checkout.session.async_payment_failed"


def test_an_account_once_debited_is_debited_again(client, account, debit_session):
    account.complete_checkout(debit_session.id, card=debits.SUCCEEDS)
    first = _session(client, debit_session)
    again = client.v1.payment_intents.create(
        {
            "amount": 1200,
            "currency": "eur",
            "customer": first.customer,
            "payment_method": first.payment_intent.payment_method,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "off_session": True,
            "confirm": True,
        }
    )
    account.advance(3 * DAY)

    assert again.status == "processing"
    assert client.v1.payment_intents.retrieve(again.id).status == "succeeded"
    assert len(account.objects("mandate")) == 1


def test_a_page_that_takes_cards_only_refuses_an_account(account, new_session):
    session = new_session(customer_email="ana@example.org")

    with pytest.raises(Exception, match="cards only"):
        account.complete_checkout(session.id, card=debits.SUCCEEDS)


def test_a_setup_keeps_an_account(client, account, new_session):
    session = new_session(
        mode="setup",
        currency="eur",
        payment_method_types=["sepa_debit"],
        customer_email="ana@example.org",
    )
    account.complete_checkout(session.id, card=debits.SUCCEEDS)
    found = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["setup_intent.payment_method"]}
    )

    assert found.setup_intent.payment_method.type == "sepa_debit"
    assert found.setup_intent.payment_method.customer == found.customer
    assert found.setup_intent.mandate is not None


def test_a_returned_debit_is_a_dispute_lost_at_once(client, account, debit_session):
    account.complete_checkout(debit_session.id, card=debits.RETURNED)
    account.advance(43 * DAY)

    (dispute,) = client.v1.disputes.list().data

    assert (dispute.status, dispute.amount) == ("lost", 1200)
    (booked,) = dispute.balance_transactions
    assert (booked.amount, booked.fee, booked.reporting_category) == (
        -1200,
        750,
        "dispute",
    )


def test_an_account_number_that_is_no_test_account_is_refused(client):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_methods.create(
            {
                "type": "sepa_debit",
                "sepa_debit": {"iban": "FR7630006000011234567890189"},
            }
        )

    assert refused.value.code == "invalid_bank_account_iban"
