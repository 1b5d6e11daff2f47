"""SEPA direct debit: a test IBAN says what becomes of it, days later.

The IBANs are Stripe's published test accounts; the days are ours, so that a test can move
the clock through them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulators.stripe.balance import book, fee_of
from simulators.stripe.errors import invalid_parameter

if TYPE_CHECKING:
    from simulators.stripe.store import Store

SUCCEEDS = "FR1420041010050500013M02606"
SUCCEEDS_LATE = "FR3020041010050500013M02609"
FAILS = "FR8420041010050500013M02607"
FAILS_LATE = "FR7920041010050500013M02600"
RETURNED = "FR5720041010050500013M02608"


@dataclass(frozen=True, slots=True)
class Fate:
    """What a bank answers.

    after_days   until the debit is settled or refused
    fails        the bank refuses it
    return_days  days after which the holder has it returned, or 0
    """

    after_days: int
    fails: bool = False
    return_days: int = 0


IBANS = {
    SUCCEEDS: Fate(3),
    SUCCEEDS_LATE: Fate(9),
    FAILS: Fate(3, fails=True),
    FAILS_LATE: Fate(9, fails=True),
    RETURNED: Fate(3, return_days=40),
    "DE89370400440532013000": Fate(3),
    "DE08370400440532013003": Fate(9),
    "DE62370400440532013001": Fate(3, fails=True),
    "DE35370400440532013002": Fate(3, return_days=40),
}
_REFUSED = "The customer's account has insufficient funds to cover this payment."


def is_iban(number: str) -> bool:
    """Tell an IBAN from a card's number."""
    return number.strip()[:2].isalpha()


def debit_method(
    store: Store, iban: str, *, billing: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Keep a bank account as a payment method; 400 if it is not a test IBAN."""
    compact = "".join(iban.split()).upper()
    if compact not in IBANS:
        raise invalid_parameter(
            "sepa_debit[iban]", "The IBAN is invalid.", "invalid_bank_account_iban"
        )
    method = store.add("payment_method", type="sepa_debit")
    del method["card"]
    method["sepa_debit"] = {
        "bank_code": compact[4:9],
        "branch_code": compact[9:14],
        "country": compact[:2],
        "fingerprint": f"simulated{compact[-4:]}",
        "generated_from": {"charge": None, "setup_attempt": None},
        "last4": compact[-4:],
    }
    method["billing_details"] |= billing or {}
    store.cards[method["id"]] = compact
    return method


def fate_of(store: Store, method: dict[str, Any]) -> Fate:
    """Return what the bank of a method will answer."""
    return IBANS[store.cards[method["id"]]]


def mandate_of(store: Store, method: dict[str, Any]) -> dict[str, Any]:
    """Return the mandate of a bank account, made at its first use."""
    for held in store.all("mandate"):
        if held["payment_method"] == method["id"]:
            return held
    mandate = store.add(
        "mandate",
        payment_method=method["id"],
        customer_acceptance={
            "accepted_at": store.now(),
            "online": {"ip_address": "127.0.0.1", "user_agent": "simulator"},
            "type": "online",
        },
        payment_method_details={
            "sepa_debit": {
                "reference": store.new_id("").upper()[:16],
                "url": f"{store.api_base}/mandates/{method['id']}",
            },
            "type": "sepa_debit",
        },
    )
    store.emit("mandate.updated", mandate)
    return mandate


def submit(
    store: Store,
    intent: dict[str, Any],
    charge: dict[str, Any],
) -> None:
    """Send a debit to the bank: it is under way until the bank answers."""
    charge["status"] = "pending"
    intent |= {
        "status": "processing",
        "latest_charge": charge["id"],
        "next_action": None,
        "last_payment_error": None,
    }
    fate = fate_of(store, store.objects[charge["payment_method"]])
    what = "fail_debit" if fate.fails else "settle_debit"
    store.later(fate.after_days, what, intent["id"])
    store.emit("charge.pending", charge)
    store.emit("payment_intent.processing", intent)


def settle(store: Store, key: str) -> bool:
    """Let the money of a debit arrive; False when it is no longer under way."""
    intent = store.objects[key]
    if intent["status"] != "processing":
        return False
    charge = store.objects[intent["latest_charge"]]
    booked = book(
        store, charge, amount=charge["amount"], fee=fee_of(charge), kind="payment"
    )
    charge |= {
        "paid": True,
        "captured": True,
        "amount_captured": charge["amount"],
        "status": "succeeded",
        "balance_transaction": booked["id"],
    }
    intent |= {"status": "succeeded", "amount_received": intent["amount"]}
    fate = fate_of(store, store.objects[charge["payment_method"]])
    if fate.return_days:
        store.later(fate.return_days, "return_debit", charge["id"])
    store.emit("charge.succeeded", charge)
    store.emit("payment_intent.succeeded", intent)
    return True


def fail(store: Store, key: str) -> bool:
    """Let the bank refuse a debit; False when it is no longer under way."""
    intent = store.objects[key]
    if intent["status"] != "processing":
        return False
    charge = store.objects[intent["latest_charge"]]
    method = store.objects[charge["payment_method"]]
    charge |= {
        "status": "failed",
        "failure_code": "insufficient_funds",
        "failure_message": _REFUSED,
    }
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": {
            "type": "invalid_request_error",
            "charge": charge["id"],
            "code": "payment_intent_payment_attempt_failed",
            "decline_code": "insufficient_funds",
            "message": _REFUSED,
            "payment_method": store.shown(method),
        },
    }
    store.emit("charge.failed", charge)
    store.emit("payment_intent.payment_failed", intent)
    return True
