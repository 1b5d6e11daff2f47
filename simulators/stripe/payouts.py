"""Payouts: what is available in the balance goes to the owner's bank account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.stripe.balance import book
from simulators.stripe.errors import ApiError

if TYPE_CHECKING:
    from simulators.stripe.parameters import Parameters
    from simulators.stripe.store import Store

_DAYS_TO_ARRIVE = 2
_DAY = 86_400


def create_payout(store: Store, asked: Parameters) -> dict[str, Any]:
    """Pay out by hand, as the API allows: everything that is available."""
    asked.only("amount", "currency", "description", "metadata", "statement_descriptor")
    amount, currency = asked.amount("amount"), asked.required("currency").lower()
    held = _available(store, currency)
    if amount != sum(row["net"] for row in held):
        raise ApiError(
            400,
            "The simulator pays out all that is available or nothing.",
            code="balance_insufficient",
            param="amount",
        )
    return _pay(store, held, currency, automatic=False)


def pay_out(store: Store, currency: str = "eur") -> dict[str, Any] | None:
    """Do what happens by itself each day; None when there is nothing to pay out."""
    held = _available(store, currency)
    if sum(row["net"] for row in held) <= 0:
        return None
    return _pay(store, held, currency, automatic=True)


def _available(store: Store, currency: str) -> list[dict[str, Any]]:
    return [
        row
        for row in store.all("balance_transaction")
        if row["currency"] == currency
        and row["type"] != "payout"
        and row["available_on"] <= store.now()
        and row["id"] not in store.paid_out
    ]


def _pay(
    store: Store, held: list[dict[str, Any]], currency: str, *, automatic: bool
) -> dict[str, Any]:
    amount = sum(row["net"] for row in held)
    payout = store.add(
        "payout",
        amount=amount,
        currency=currency,
        automatic=automatic,
        arrival_date=(store.now() // _DAY + _DAYS_TO_ARRIVE) * _DAY,
        destination="ba_simulated",
    )
    booked = book(store, payout, amount=-amount, fee=0, at_once=True)
    payout["balance_transaction"] = booked["id"]
    store.paid_out |= {row["id"]: payout["id"] for row in [*held, booked]}
    store.later(_DAYS_TO_ARRIVE, "pay_payout", payout["id"])
    store.emit("payout.created", payout)
    return payout


def arrive(store: Store, key: str) -> None:
    """Let a payout reach the bank."""
    payout = store.objects[key]
    if payout["status"] == "in_transit":
        payout["status"] = "paid"
        store.emit("payout.paid", payout)


def fail_payout(store: Store, key: str) -> dict[str, Any]:
    """Let the bank send a payout back: its money waits for the next one."""
    payout = store.find("payout", key)
    booked = book(
        store,
        payout,
        amount=payout["amount"],
        fee=0,
        kind="payout_failure",
        at_once=True,
    )
    payout |= {
        "status": "failed",
        "failure_code": "account_closed",
        "failure_message": "The bank account has been closed.",
        "failure_balance_transaction": booked["id"],
    }
    store.emit("payout.failed", payout)
    return payout


def of_payout(store: Store, key: str) -> list[dict[str, Any]]:
    """Return the balance transactions a payout took, its own included, newest first."""
    return [
        row
        for row in store.all("balance_transaction")
        if store.paid_out.get(row["id"]) == key
    ]
