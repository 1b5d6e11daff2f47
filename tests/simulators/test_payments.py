"""Off-session charges, declines, refunds and repeated requests."""

import pytest
import stripe


@pytest.fixture
def make_card(client):
    """Keep a card with a customer: returns (customer id, payment method id)."""

    def make(number="4242424242424242"):
        customer = client.v1.customers.create({"email": "ana@example.org"})
        method = client.v1.payment_methods.create(
            {"type": "card", "card": {"number": number, "cvc": "123"}}
        )
        client.v1.payment_methods.attach(method.id, {"customer": customer.id})
        return customer.id, method.id

    return make


def charge(client, card, amount=1900, key=None, **params):
    return client.v1.payment_intents.create(
        {
            "amount": amount,
            "currency": "eur",
            "customer": card[0],
            "payment_method": card[1],
            "off_session": True,
            "confirm": True,
            **params,
        },
        {"idempotency_key": key} if key else {},
    )


def test_a_kept_card_is_charged_without_its_holder(client, make_card):
    intent = charge(client, make_card(), expand=["latest_charge.balance_transaction"])

    assert (intent.status, intent.amount_received) == ("succeeded", 1900)
    assert intent.latest_charge.balance_transaction.fee == 54  # 28.5 → 29, + 25


@pytest.mark.parametrize(
    ("number", "code", "decline_code"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000341", "card_declined", "generic_decline"),
        ("4000000000000069", "expired_card", "expired_card"),
        (
            "4000002760003184",
            "authentication_required",
            "authentication_required",
        ),
        (
            "4000002500003155",
            "authentication_required",
            "authentication_required",
        ),
    ],
)
def test_a_declined_card_is_a_card_error(
    client, account, make_card, number, code, decline_code
):
    with pytest.raises(stripe.CardError) as refused:
        charge(client, make_card(number))

    error = refused.value
    assert (error.http_status, error.code) == (402, code)
    assert error.error.decline_code == decline_code
    intent = client.v1.payment_intents.retrieve(error.error.payment_intent.id)
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.decline_code == decline_code
    assert account.events[-1]["type"] == "payment_intent.payment_failed"


def test_a_card_set_up_with_its_holder_is_charged_later(client, account, new_session):
    session = new_session(
        customer_email="ana@example.org",
        payment_intent_data={"setup_future_usage": "off_session"},
    )
    account.complete_checkout(session.id, card="4000002500003155")
    paid = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent"]}
    )

    card = (paid.customer, paid.payment_intent.payment_method)

    assert charge(client, card).status == "succeeded"


def test_a_card_that_only_pays_with_its_holder_present_fails_at_renewal(
    client, account, new_session
):
    session = new_session(
        customer_email="ana@example.org",
        payment_intent_data={"setup_future_usage": "off_session"},
    )
    account.complete_checkout(session.id, card="4000000000000341")
    paid = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent"]}
    )
    assert paid.payment_status == "paid"

    with pytest.raises(stripe.CardError):
        charge(client, (paid.customer, paid.payment_intent.payment_method))


def test_somebody_elses_card_is_refused(client, make_card):
    mine, theirs = make_card(), make_card()

    with pytest.raises(stripe.InvalidRequestError) as refused:
        charge(client, (mine[0], theirs[1]))

    assert refused.value.param == "customer"


def test_the_same_key_gives_the_same_charge(client, account, make_card):
    card = make_card()

    first = charge(client, card, key="renewal-1")
    again = charge(client, card, key="renewal-1")

    assert again.id == first.id
    assert len(account.objects("charge")) == 1


def test_the_same_key_with_another_body_is_refused(client, account, make_card):
    card = make_card()
    charge(client, card, key="renewal-1")

    with pytest.raises(stripe.IdempotencyError) as refused:
        charge(client, card, amount=2000, key="renewal-1")

    assert refused.value.http_status == 400
    assert len(account.objects("charge")) == 1


def test_a_decline_is_repeated_under_its_key(client, account, make_card):
    card = make_card("4000000000000002")
    for _ in range(2):
        with pytest.raises(stripe.CardError):
            charge(client, card, key="renewal-1")

    assert len(account.objects("charge")) == 1


def test_a_connection_lost_after_the_charge_is_mended_by_the_key(
    patient, account, make_card
):
    card = make_card()
    account.fail_next(timeout_after_charge=True)

    with pytest.raises(stripe.APIConnectionError):
        charge(patient, card, key="renewal-1")

    assert charge(patient, card, key="renewal-1").status == "succeeded"
    assert len(account.objects("charge")) == 1


def test_a_server_error_charges_nothing(patient, account, make_card):
    card = make_card()
    account.fail_next(server_error=True)

    with pytest.raises(stripe.APIError):
        charge(patient, card, key="renewal-1")

    assert account.objects("charge") == []


def test_an_intent_can_be_cancelled_until_it_is_paid(client, make_card):
    card = make_card()
    intent = client.v1.payment_intents.create({"amount": 500, "currency": "eur"})
    assert client.v1.payment_intents.cancel(intent.id).status == "canceled"

    paid = charge(client, card)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.payment_intents.cancel(paid.id)
    assert refused.value.code == "payment_intent_unexpected_state"


def test_refunds_add_up_to_the_charge_and_no_further(client, make_card):
    intent = charge(client, make_card())

    part = client.v1.refunds.create({"payment_intent": intent.id, "amount": 900})
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent.id, "amount": 1001})
    rest = client.v1.refunds.create(
        {"payment_intent": intent.id, "expand": ["balance_transaction"]}
    )
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.refunds.create({"payment_intent": intent.id})

    assert (part.amount, rest.amount) == (900, 1000)
    assert refused.value.param == "amount"
    assert again.value.code == "charge_already_refunded"
    balance = rest.balance_transaction
    assert (balance.amount, balance.fee, balance.net) == (-1000, 0, -1000)
    found = client.v1.charges.retrieve(intent.latest_charge)
    assert (found.amount_refunded, found.refunded) == (1900, True)


def test_lists_page_from_the_newest(client, make_card):
    card = make_card()
    made = [charge(client, card, amount=100 + n).id for n in range(5)]

    first = client.v1.payment_intents.list({"limit": 2})
    every = [intent.id for intent in first.auto_paging_iter()]

    assert [intent.id for intent in first.data] == made[:2:-1]
    assert first.has_more is True
    assert every == made[::-1]


def test_no_key_no_answer(account):
    client = stripe.StripeClient(
        "sk_live_real", base_addresses={"api": account.api_base}
    )

    with pytest.raises(stripe.AuthenticationError):
        client.v1.customers.create({"email": "ana@example.org"})


def test_an_unknown_id_is_missing(client):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.customers.retrieve("cus_nobody")

    assert (refused.value.http_status, refused.value.code) == (404, "resource_missing")
