"""Refunds of charges, whole or in part: done at once, later, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.stripe.balance import book
from simulators.stripe.cards import CARDS
from simulators.stripe.errors import ApiError, invalid_parameter, missing_parameter
from simulators.stripe.parameters import Parameters

if TYPE_CHECKING:
    from simulators.stripe.store import Store

_DAYS = 3


def create_refund(store: Store, asked: Parameters) -> dict[str, Any]:
    """Give back all or part of a charge; never more than was captured."""
    asked.only("charge", "payment_intent", "amount", "reason", "metadata")
    charge = _charge_to_refund(store, asked)
    left = charge["amount_captured"] - charge["amount_refunded"]
    if left == 0:
        raise ApiError(
            400,
            f"Charge {charge['id']} has already been refunded.",
            code="charge_already_refunded",
        )
    amount = left if asked.text("amount") is None else asked.amount("amount")
    if amount > left:
        raise invalid_parameter(
            "amount",
            f"Refund amount ({amount}) is greater than unrefunded amount on charge "
            f"({left})",
        )
    refund = store.add(
        "refund",
        amount=amount,
        currency=charge["currency"],
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        reason=asked.text("reason"),
        metadata=asked.metadata(),
    )
    _send(store, refund, charge)
    _count(store, charge)
    store.emit("refund.created", refund)
    store.emit("charge.refunded", charge)
    return refund


def _charge_to_refund(store: Store, asked: Parameters) -> dict[str, Any]:
    charge = store.refer("charge", asked.text("charge"), "charge")
    if charge is None:
        key = asked.text("payment_intent")
        intent = store.refer("payment_intent", key, "payment_intent")
        if intent is None:
            raise missing_parameter("charge")
        charge = store.refer("charge", intent["latest_charge"], "payment_intent")
    if charge is None or not charge["paid"]:
        raise ApiError(
            400, "This PaymentIntent does not have a successful charge to refund."
        )
    if _is_held(store, charge):
        raise ApiError(
            400,
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
        )
    return charge


def _is_held(store: Store, charge: dict[str, Any]) -> bool:
    return any(
        held["charge"] == charge["id"]
        and held["status"] in {"needs_response", "under_review", "lost"}
        for held in store.all("dispute")
    )


def _send(store: Store, refund: dict[str, Any], charge: dict[str, Any]) -> None:
    """Let the refund leave: a debit takes days, two test cards do so too."""
    debit = charge["payment_method_details"]["type"] == "sepa_debit"
    refund["destination_details"] = {
        ("sepa_bank_transfer" if debit else "card"): {"type": "refund"},
        "type": "sepa_bank_transfer" if debit else "card",
    }
    card = CARDS.get(store.cards[charge["payment_method"]])
    booked = book(
        store,
        refund,
        amount=-refund["amount"],
        fee=0,
        kind="payment_refund" if debit else "refund",
        category="refund",
        at_once=True,
    )
    refund["balance_transaction"] = booked["id"]
    if debit or (card is not None and card.refund == "late"):
        refund["status"] = "pending"
        store.later(_DAYS, "settle_refund", refund["id"])
    elif card is not None and card.refund == "fails":
        store.later(_DAYS, "fail_refund", refund["id"])


def _count(store: Store, charge: dict[str, Any]) -> None:
    """Write what a charge has given back, without refunds that failed."""
    given = [
        held
        for held in store.all("refund")
        if held["charge"] == charge["id"]
        and held["status"] not in {"failed", "canceled"}
    ]
    charge["amount_refunded"] = sum(held["amount"] for held in given)
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    charge["refunds"]["data"] = [store.shown(held) for held in given]


def settle(store: Store, key: str) -> None:
    """Let a refund that was pending arrive."""
    refund = store.objects[key]
    if refund["status"] == "pending":
        refund["status"] = "succeeded"
        store.emit("refund.updated", refund)


def fail(store: Store, key: str) -> None:
    """Let the buyer's bank send a refund back."""
    refund = store.objects[key]
    if refund["status"] in {"failed", "canceled"}:
        return
    refund |= {"status": "failed"}
    book(
        store,
        refund,
        amount=refund["amount"],
        fee=0,
        kind="refund_failure",
        at_once=True,
    )
    charge = store.objects[refund["charge"]]
    _count(store, charge)
    store.emit("refund.failed", refund)
    store.emit("charge.refund.updated", refund)


def refund_at_dashboard(
    store: Store, payment_intent: str, amount: int | None = None
) -> dict[str, Any]:
    """Refund as the owner does on the provider's own screens."""
    asked = {"payment_intent": payment_intent, "reason": "requested_by_customer"}
    if amount is not None:
        asked["amount"] = str(amount)
    return create_refund(store, Parameters(asked))
