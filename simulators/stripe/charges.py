"""Charges: one try to take an intent's money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.stripe import debits, disputes
from simulators.stripe.balance import book, fee_of
from simulators.stripe.shapes import list_of
from simulators.stripe.wallet import attach

if TYPE_CHECKING:
    from simulators.stripe.cards import Card, Decline
    from simulators.stripe.store import Store

_COPIED = (
    "amount",
    "currency",
    "customer",
    "description",
    "metadata",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
)


def succeed(
    store: Store, intent: dict[str, Any], method: dict[str, Any], *, card: Card
) -> None:
    """Take the money of an intent from a card."""
    charge = _new_charge(store, intent, method)
    booked = book(
        store,
        charge,
        amount=charge["amount"],
        fee=fee_of(charge),
        at_once=card.at_once,
    )
    charge |= {
        "paid": True,
        "captured": True,
        "amount_captured": charge["amount"],
        "status": "succeeded",
        "outcome": _outcome("approved_by_network", "authorized", "Payment complete."),
        "balance_transaction": booked["id"],
    }
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "next_action": None,
        "last_payment_error": None,
    }
    _keep_method(store, intent, method)
    store.emit("charge.succeeded", charge)
    store.emit("payment_intent.succeeded", intent)
    if card.dispute:
        inquiry = card.dispute == "inquiry"
        reason = "general" if inquiry else card.dispute
        disputes.open_dispute(store, charge, reason=reason, inquiry=inquiry)


def debit(store: Store, intent: dict[str, Any], method: dict[str, Any]) -> None:
    """Send a debit to the bank; the money comes days later, or not."""
    mandate = debits.mandate_of(store, method)
    charge = _new_charge(store, intent, method)
    charge["payment_method_details"]["sepa_debit"]["mandate"] = mandate["id"]
    _keep_method(store, intent, method)
    debits.submit(store, intent, charge)


def _keep_method(store: Store, intent: dict[str, Any], method: dict[str, Any]) -> None:
    if not (intent["setup_future_usage"] and intent["customer"]):
        return
    attach(store, method, intent["customer"])
    if intent["setup_future_usage"] == "off_session":
        store.set_up.append(method["id"])


def fail(store: Store, intent: dict[str, Any], declined: Decline) -> None:
    """Keep the charge that a card declined."""
    method = store.objects[intent["payment_method"]]
    charge = _new_charge(store, intent, method)
    charge |= {
        "status": "failed",
        "failure_code": declined.code,
        "failure_message": declined.message,
        "outcome": _outcome("declined_by_network", "issuer_declined", declined.message)
        | {"reason": declined.decline_code},
    }
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "last_payment_error": {
            "type": "card_error",
            "charge": charge["id"],
            "code": declined.code,
            "decline_code": declined.decline_code,
            "message": declined.message,
            "payment_method": store.shown(method),
        },
    }
    store.emit("charge.failed", charge)
    store.emit("payment_intent.payment_failed", intent)


def _outcome(network: str, kind: str, message: str) -> dict[str, Any]:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network,
        "reason": None,
        "seller_message": message,
        "type": kind,
    }


def _new_charge(
    store: Store, intent: dict[str, Any], method: dict[str, Any]
) -> dict[str, Any]:
    charge = store.add(
        "charge",
        **{name: intent[name] for name in _COPIED},
        billing_details=method["billing_details"],
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details=_details(method),
    )
    charge["refunds"] = list_of(f"/v1/charges/{charge['id']}/refunds", [])
    charge["receipt_url"] = f"{store.api_base}/receipts/{charge['id']}"
    return charge


def _details(method: dict[str, Any]) -> dict[str, Any]:
    kind = method["type"]
    if kind == "sepa_debit":
        return {kind: {**method[kind], "mandate": None}, "type": kind}
    card = method["card"]
    more = {"three_d_secure": None, "mandate": None, "installments": None}
    return {"card": {**card, "network": card["brand"], **more}, "type": "card"}
