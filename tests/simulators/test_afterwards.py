"""What comes after a payment: disputes, late refunds, payouts."""

import pytest
import stripe

DAY = 86_400


@pytest.fixture
def pay(client):
    """Charge a card and return its payment intent: pay("4242…", 1900)."""

    def pay(number="4242424242424242", amount=1900):
        method = client.v1.payment_methods.create(
            {"type": "card", "card": {"number": number}}
        )
        return client.v1.payment_intents.create(
            {
                "amount": amount,
                "currency": "eur",
                "payment_method": method.id,
                "confirm": True,
            }
        )

    return pay


def _types(account, count):
    return [event["type"] for event in account.events][-count:]


def test_a_disputed_card_takes_the_money_back_at_once(client, account, pay):
    intent = pay("4000000000000259")
    (dispute,) = client.v1.disputes.list({"payment_intent": intent.id}).data

    assert (dispute.status, dispute.reason) == ("needs_response", "fraudulent")
    assert dispute.evidence_details.due_by == dispute.created + 9 * DAY
    assert [row.net for row in dispute.balance_transactions] == [-3900]
    assert _types(account, 2) == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]


@pytest.mark.parametrize(
    ("text", "status", "net"),
    [("winning_evidence", "won", 0), ("losing_evidence", "lost", -3900)],
)
def test_evidence_decides_a_dispute(client, account, pay, text, status, net):
    intent = pay()
    dispute = account.dispute(intent.id)
    sent = client.v1.disputes.update(
        dispute["id"], {"evidence": {"uncategorized_text": text}, "submit": True}
    )
    account.advance(2 * DAY)
    found = client.v1.disputes.retrieve(dispute["id"])

    assert (sent.status, found.status) == ("under_review", status)
    assert sum(row.net for row in found.balance_transactions) == net
    assert account.events[-1]["type"] == "charge.dispute.closed"


def test_a_disputed_charge_is_not_refunded(client, account, pay):
    intent = pay()
    account.dispute(intent.id)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent.id})

    assert refused.value.code == "charge_disputed"


def test_an_inquiry_moves_no_money(client, account, pay):
    intent = pay("4000000000001976")
    (dispute,) = client.v1.disputes.list({"payment_intent": intent.id}).data

    assert dispute.status == "warning_needs_response"
    assert dispute.balance_transactions == []
    assert client.v1.disputes.close(dispute.id).status == "warning_closed"


def test_a_refund_may_arrive_late(client, account, pay):
    intent = pay("4000000000007726")
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 500})
    account.advance(3 * DAY)

    assert refund.status == "pending"
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refund_may_come_back(client, account, pay):
    intent = pay("4000000000005126")
    refund = client.v1.refunds.create({"payment_intent": intent.id, "amount": 500})
    account.advance(3 * DAY)
    charge = client.v1.charges.retrieve(intent.latest_charge)

    assert refund.status == "succeeded"
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert (charge.amount_refunded, charge.refunded) == (0, False)
    assert _types(account, 2) == ["refund.failed", "charge.refund.updated"]


def test_a_refund_at_the_dashboard_is_seen(client, account, pay):
    intent = pay()
    account.refund(intent.id, 700)

    (refund,) = client.v1.refunds.list({"payment_intent": intent.id}).data

    assert (refund.amount, refund.metadata.to_dict()) == (700, {})


def test_a_payout_takes_what_is_available_and_nothing_twice(client, account, pay):
    pay()
    assert account.pay_out() is None
    account.advance(7 * DAY)
    pay(amount=5000)  # not available yet
    payout = account.pay_out()
    rows = client.v1.balance_transactions.list({"payout": payout["id"]}).data

    assert payout["amount"] == 1900 - 54
    assert [(row.type, row.net) for row in rows] == [
        ("payout", -1846),
        ("charge", 1846),
    ]
    assert account.pay_out() is None
    account.advance(2 * DAY)
    assert client.v1.payouts.retrieve(payout["id"]).status == "paid"
    assert account.events[-1]["type"] == "payout.paid"


def test_a_payout_the_bank_sends_back_waits_for_the_next_one(client, account, pay):
    pay("4000000000000077")
    first = account.pay_out()
    account.fail_payout(first["id"])
    second = account.pay_out()
    rows = client.v1.balance_transactions.list({"payout": second["id"]}).data

    assert second["amount"] == first["amount"]
    assert [(row.type, row.source) for row in rows][1:] == [
        ("payout_failure", first["id"])
    ]


def test_time_passes_through_every_day(client, account, pay):
    """What falls due on the way happens at its own instant."""
    intent = pay("4000000000007726")
    client.v1.refunds.create({"payment_intent": intent.id})
    asked = account.now
    account.advance(30 * DAY)

    done = next(e for e in account.events if e["type"] == "refund.updated")
    assert abs(done["created"] - (asked + 3 * DAY)) <= 2
