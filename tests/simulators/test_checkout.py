"""Checkout Sessions as the real SDK and a buyer see them."""

import urllib.error
import urllib.parse
import urllib.request

import pytest
import stripe


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def browse(url, **form):
    """Return (status, body, location) of a page, without following redirects."""
    data = urllib.parse.urlencode(form).encode() if form else None
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(url, data, timeout=5) as answer:
            return answer.status, answer.read().decode(), None
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers["Location"]


def test_a_session_is_created_open_and_unpaid(client, account, new_session):
    session = new_session(
        customer_email="ana@example.org",
        metadata={"order": "2026-0001"},
        client_reference_id="2026-0001",
    )

    found = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["line_items"]})
    assert (found.status, found.payment_status) == ("open", "unpaid")
    assert (found.amount_total, found.currency) == (1200, "eur")
    assert found.metadata["order"] == "2026-0001"
    assert found.url == f"{account.api_base}/pay/{session.id}"
    assert [item.description for item in found.line_items.data] == ["Course"]
    assert found.payment_intent is None


def test_paying_gives_charge_fee_and_a_customer_whose_card_is_kept(
    client, account, new_session
):
    session = new_session(
        customer_email="ana@example.org",
        customer_creation="always",
        payment_intent_data={
            "setup_future_usage": "off_session",
            "metadata": {"order": "7"},
        },
    )

    back = account.complete_checkout(session.id)

    paid = client.v1.checkout.sessions.retrieve(
        session.id,
        {"expand": ["payment_intent.latest_charge.balance_transaction", "customer"]},
    )
    assert back == f"http://shop.example/done?s={session.id}"
    assert (paid.status, paid.payment_status) == ("complete", "paid")
    assert paid.customer.email == "ana@example.org"
    assert paid.payment_intent.metadata["order"] == "7"
    balance = paid.payment_intent.latest_charge.balance_transaction
    assert (balance.amount, balance.fee, balance.net) == (1200, 43, 1157)
    methods = client.v1.customers.payment_methods.list(paid.customer.id)
    assert [m.card.last4 for m in methods.data] == ["4242"]
    assert [event["type"] for event in account.events] == [
        "product.created",
        "price.created",
        "customer.created",
        "payment_intent.created",
        "payment_method.attached",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]


def test_a_setup_session_keeps_a_card_without_charging(client, account, new_session):
    customer = client.v1.customers.create({"email": "ana@example.org"})
    session = new_session(mode="setup", customer=customer.id, currency="eur")

    account.complete_checkout(session.id, card="4000002500003155")

    found = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["setup_intent.payment_method"]}
    )
    assert found.payment_status == "no_payment_required"
    assert found.setup_intent.payment_method.customer == customer.id
    assert account.objects("charge") == []


def test_the_hosted_page_takes_a_card_and_goes_back_to_the_shop(new_session):
    session = new_session(customer_email="ana@example.org")

    status, body, _ = browse(session.url)
    assert (status, "12.00 EUR" in body, "name='card'" in body) == (200, True, True)

    status, body, _ = browse(session.url, card="4000 0000 0000 9995")
    assert (status, "insufficient funds" in body) == (200, True)

    status, _, location = browse(session.url, card="4242 4242 4242 4242")
    assert (status, location) == (303, f"http://shop.example/done?s={session.id}")
    assert browse(session.url)[0] == 410


@pytest.mark.parametrize(("answer", "paid"), [("complete", "paid"), ("fail", "unpaid")])
def test_the_bank_asks_and_its_answer_decides(
    client, account, new_session, answer, paid
):
    session = new_session(customer_email="ana@example.org")
    _, _, location = browse(session.url, card="4000002760003184")

    status, body, back = browse(account.api_base + location, result=answer)

    found = client.v1.checkout.sessions.retrieve(session.id)
    assert found.payment_status == paid
    if answer == "complete":
        assert (status, back) == (303, f"http://shop.example/done?s={session.id}")
    else:
        assert (status, "could not authenticate" in body) == (200, True)
        assert found.status == "open"


def test_a_number_that_is_no_test_card_is_refused(account, new_session):
    session = new_session(customer_email="ana@example.org")

    _, body, _ = browse(session.url, card="1234")

    assert "card number is incorrect" in body
    assert account.objects("payment_intent") == []


def test_a_session_expires_by_the_simulators_clock(client, account, new_session):
    session = new_session(expires_at=account.now + 1800)

    account.advance(1801)

    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert account.events[-1]["type"] == "checkout.session.expired"
    assert browse(f"{account.api_base}/pay/{session.id}")[0] == 410


def test_the_shop_can_expire_an_open_session_once(client, new_session):
    session = new_session()

    assert client.v1.checkout.sessions.expire(session.id).status == "expired"

    with pytest.raises(stripe.InvalidRequestError):
        client.v1.checkout.sessions.expire(session.id)


@pytest.mark.parametrize("seconds", [600, 90_000])
def test_an_expiry_out_of_bounds_is_refused(account, new_session, seconds):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        new_session(expires_at=account.now + seconds)

    assert refused.value.param == "expires_at"


def test_what_is_not_simulated_is_refused_by_name(new_session):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        new_session(automatic_tax={"enabled": True})

    assert refused.value.param == "automatic_tax"
    assert refused.value.code == "parameter_unknown"
