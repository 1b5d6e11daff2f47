"""Disputes: opened by the buyer's bank, answered with evidence, won or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.stripe.balance import book
from simulators.stripe.errors import ApiError, invalid_parameter

if TYPE_CHECKING:
    from simulators.stripe.parameters import Parameters
    from simulators.stripe.store import Store

_DAY = 86_400
_DAYS_TO_ANSWER = 9
_DAYS_TO_DECIDE = 2
_FEE = 2_000
_WINNING = "winning_evidence"
_OPEN = {"needs_response", "warning_needs_response"}


def open_dispute(
    store: Store,
    charge: dict[str, Any],
    *,
    reason: str = "fraudulent",
    amount: int | None = None,
    inquiry: bool = False,
) -> dict[str, Any]:
    """Open a dispute; the money leaves the balance at once, unless it is an inquiry."""
    if charge["disputed"]:
        raise ApiError(400, f"Charge {charge['id']} is already disputed.")
    details = charge["payment_method_details"]
    dispute = store.add(
        "dispute",
        amount=amount or charge["amount"],
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        currency=charge["currency"],
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
        is_charge_refundable=inquiry,
        payment_method_details={
            "card": {
                "brand": details["card"]["brand"],
                "case_type": "inquiry" if inquiry else "chargeback",
                "network": details["card"]["brand"],
                "network_reason_code": "10.4",
            },
            "type": "card",
        }
        if details["type"] == "card"
        else {"type": details["type"]},
    )
    dispute["evidence_details"]["due_by"] = store.now() + _DAYS_TO_ANSWER * _DAY
    charge["disputed"] = True
    if not inquiry:
        _withdraw(store, dispute, fee=_FEE)
    store.emit("charge.dispute.created", dispute)
    if not inquiry:
        store.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _withdraw(store: Store, dispute: dict[str, Any], *, fee: int) -> None:
    booked = book(
        store,
        dispute,
        amount=-dispute["amount"],
        fee=fee,
        kind="adjustment",
        category="dispute",
        at_once=True,
    )
    dispute["balance_transactions"].append(store.shown(booked))


def return_debit(store: Store, key: str) -> None:
    """Let the holder of an account have a debit returned: lost as soon as it is known."""
    charge = store.objects[key]
    if charge["disputed"]:
        return
    dispute = store.add(
        "dispute",
        amount=charge["amount"],
        charge=charge["id"],
        payment_intent=charge["payment_intent"],
        currency=charge["currency"],
        reason="debit_not_authorized",
        status="lost",
        payment_method_details={"type": "sepa_debit"},
    )
    charge["disputed"] = True
    _withdraw(store, dispute, fee=750)
    for kind in ("created", "funds_withdrawn", "closed"):
        store.emit(f"charge.dispute.{kind}", dispute)


def update_dispute(store: Store, key: str, asked: Parameters) -> dict[str, Any]:
    """Add evidence to a dispute; `submit` sends it to the bank."""
    asked.only("evidence", "submit", "metadata")
    dispute = store.find("dispute", key)
    _still_open(dispute)
    for name, value in asked.mapping("evidence").items():
        if name not in dispute["evidence"]:
            raise invalid_parameter(
                f"evidence[{name}]", f"Received unknown parameter: {name}"
            )
        dispute["evidence"][name] = value
    dispute["metadata"] = asked.metadata(dispute["metadata"])
    dispute["evidence_details"]["has_evidence"] = True
    if asked.flag("submit"):
        dispute["evidence_details"]["submission_count"] += 1
        warned = dispute["status"].startswith("warning")
        dispute["status"] = "warning_under_review" if warned else "under_review"
        store.later(_DAYS_TO_DECIDE, "decide_dispute", key)
    store.emit("charge.dispute.updated", dispute)
    return dispute


def close_dispute(store: Store, key: str, asked: Parameters) -> dict[str, Any]:
    """Give a dispute up: the merchant accepts that it is lost."""
    asked.only()
    dispute = store.find("dispute", key)
    _still_open(dispute)
    return end_dispute(store, dispute, won=False)


def _still_open(dispute: dict[str, Any]) -> None:
    if dispute["status"] not in _OPEN:
        raise ApiError(400, "This dispute is already closed or under review.")


def decide(store: Store, key: str) -> None:
    """Let the bank decide on the evidence it was sent."""
    dispute = store.objects[key]
    if "under_review" in dispute["status"]:
        won = dispute["evidence"]["uncategorized_text"] == _WINNING
        end_dispute(store, dispute, won=won)


def end_dispute(store: Store, dispute: dict[str, Any], *, won: bool) -> dict[str, Any]:
    """Close a dispute; one that is won brings the money and its fee back."""
    inquiry = dispute["status"].startswith("warning")
    dispute["status"] = "warning_closed" if inquiry else ("won" if won else "lost")
    if won and not inquiry:
        booked = book(
            store,
            dispute,
            amount=dispute["amount"],
            fee=-_FEE,
            kind="adjustment",
            category="dispute_reversal",
            at_once=True,
        )
        dispute["balance_transactions"].append(store.shown(booked))
        store.emit("charge.dispute.funds_reinstated", dispute)
    store.emit("charge.dispute.closed", dispute)
    return dispute
