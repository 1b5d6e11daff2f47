"""What the owner, a bank or time may do to the account, beside its API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.stripe import disputes, payouts, refunds
from simulators.stripe.errors import ApiError, no_such

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.stripe.store import Store


def _refund(store: Store, asked: dict[str, Any]) -> dict[str, Any]:
    key, amount = str(asked["payment_intent"]), asked.get("amount")
    return refunds.refund_at_dashboard(store, key, amount)


def _dispute(store: Store, asked: dict[str, Any]) -> dict[str, Any]:
    key = str(asked["payment_intent"])
    intent = store.find("payment_intent", key)
    charge = store.objects.get(intent["latest_charge"] or "")
    if charge is None or not charge["paid"]:
        raise no_such("charge", key)
    return disputes.open_dispute(
        store,
        charge,
        reason=asked.get("reason", "fraudulent"),
        amount=asked.get("amount"),
        inquiry=bool(asked.get("inquiry")),
    )


def _end_dispute(store: Store, asked: dict[str, Any]) -> dict[str, Any]:
    dispute = store.find("dispute", str(asked["dispute"]))
    return disputes.end_dispute(store, dispute, won=bool(asked.get("won")))


def _payout(store: Store, asked: dict[str, Any]) -> dict[str, Any]:
    return payouts.pay_out(store, asked.get("currency", "eur")) or {}


def _fail_payout(store: Store, asked: dict[str, Any]) -> dict[str, Any]:
    return payouts.fail_payout(store, str(asked["payout"]))


_ACTS: dict[str, Callable[[Store, dict[str, Any]], dict[str, Any]]] = {
    "refund": _refund,
    "dispute": _dispute,
    "end-dispute": _end_dispute,
    "payout": _payout,
    "fail-payout": _fail_payout,
}


def act(store: Store, verb: str, asked: dict[str, Any]) -> dict[str, Any]:
    """Do it and return the object it made or changed; {} when there was nothing to do."""
    if verb not in _ACTS:
        raise ApiError(404, f"No control named {verb}")
    return store.shown(found) if (found := _ACTS[verb](store, asked)) else {}
