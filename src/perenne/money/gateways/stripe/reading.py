"""Stripe's objects as our values."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from perenne.money.gateways.protocol import (
    ChargeState,
    Declined,
    GivenBack,
    Paid,
    Progress,
    SavedMethod,
    SeenDispute,
    SeenPayment,
    Verdict,
)

_REFUND = {"succeeded": Progress.DONE, "failed": Progress.FAILED}
_REFUND |= {"canceled": Progress.FAILED}
PAYOUT = {"paid": Progress.DONE, "failed": Progress.FAILED, "canceled": Progress.FAILED}
_VERDICT = {
    "needs_response": Verdict.OPEN,
    "warning_needs_response": Verdict.OPEN,
    "under_review": Verdict.REVIEW,
    "warning_under_review": Verdict.REVIEW,
    "won": Verdict.WON,
    "warning_closed": Verdict.WON,
    "prevented": Verdict.WON,
    "charge_refunded": Verdict.WON,
    "lost": Verdict.LOST,
}


def instant(seconds: int) -> datetime:
    """Return one of Stripe's times."""
    return datetime.fromtimestamp(seconds, UTC)


def outcome(intent: Any) -> Paid | Declined | None:
    """Return what a payment intent that was just confirmed says."""
    if intent.status == "succeeded":
        return paid(intent)
    if intent.status == "requires_action":
        return Declined("authentication_required", to_confirm=True)
    if intent.status == "canceled":
        return Declined("canceled", to_confirm=True)
    return None


def charge_state(intent: Any) -> ChargeState:
    """Return what became of a payment intent."""
    if intent.status == "succeeded":
        return ChargeState(paid=paid(intent))
    if intent.status == "processing":
        return ChargeState(under_way=True)
    error = intent.last_payment_error
    if intent.status != "requires_payment_method" or not error:
        return ChargeState()
    code = getattr(error, "decline_code", None) or getattr(error, "code", None)
    return ChargeState(declined=Declined(str(code or "failed")))


def paid(intent: Any) -> Paid:
    """Return the money of a payment intent whose latest charge is expanded."""
    charge = intent.latest_charge
    return Paid(
        ref=intent.id,
        amount_cents=intent.amount_received,
        currency=intent.currency.upper(),
        method=_method_of(charge),
        paid_at=instant(charge.created),
        fee_cents=fee_cents(charge),
        customer=str(intent.customer or ""),
        saved_method=str(intent.payment_method or "")
        if intent.setup_future_usage
        else "",
        available_on=available_on(charge),
        country=_country_of(charge),
    )


def _country_of(charge: Any) -> str:
    """Return where the card or the debited account is from (R123)."""
    details = charge.payment_method_details
    used = getattr(details, details.type, None) if details else None
    return str(getattr(used, "country", "") or "")


def _method_of(charge: Any) -> str:
    details = charge.payment_method_details
    return str(details.type) if details else "card"


def fee_cents(charge: Any) -> int:
    """Return the fee in the charge's own currency, half a cent up; 0 while unknown.

    An account paid out in another currency is told its fee in that one: the fee's share
    of the booked amount is taken of the charge.
    """
    booked = charge.balance_transaction
    if not booked or isinstance(booked, str):
        return 0
    if booked.currency == charge.currency or not booked.amount:
        return max(0, int(booked.fee))
    share = Decimal(booked.fee) * charge.amount / booked.amount
    return max(0, int(share.quantize(Decimal(1), ROUND_HALF_UP)))


def available_on(charge: Any) -> date | None:
    """Return from when a charge's money can be paid out."""
    booked = charge.balance_transaction
    if not booked or isinstance(booked, str):
        return None
    return instant(booked.available_on).date()


def seen_payment(charge: Any) -> SeenPayment:
    """Return a listed charge whose intent and balance transaction are expanded."""
    intent, about = charge.payment_intent, charge.metadata
    ours = about.to_dict() if about else {}
    if intent is None or isinstance(intent, str):
        usage, method, ref = None, None, intent or charge.id
    else:
        usage, method = intent.setup_future_usage, intent.payment_method
        ref = intent.id
    return SeenPayment(
        paid=Paid(
            ref=str(ref),
            amount_cents=int(charge.amount_captured),
            currency=charge.currency.upper(),
            method=_method_of(charge),
            paid_at=instant(charge.created),
            fee_cents=fee_cents(charge),
            customer=str(charge.customer or ""),
            saved_method=str(method or "") if usage else "",
            available_on=available_on(charge),
        ),
        purpose=str(ours.get("purpose", "")),
        key=str(ours.get("key", "")),
    )


def given_back(refund: Any) -> GivenBack:
    """Return a refund; "pending" and "requires_action" are under way."""
    ours = refund.metadata.to_dict() if refund.metadata else {}
    return GivenBack(
        ref=refund.id,
        payment_ref=str(refund.payment_intent or refund.charge or ""),
        amount_cents=int(refund.amount),
        currency=refund.currency.upper(),
        progress=_REFUND.get(str(refund.status), Progress.UNDER_WAY),
        made_at=instant(refund.created),
        key=str(ours.get("key", "")),
        reason=str(refund.reason or ""),
    )


def seen_dispute(dispute: Any) -> SeenDispute:
    """Return a dispute; its balance transactions say what has left the balance."""
    rows = dispute.balance_transactions or []
    taken = [row for row in rows if row.amount < 0]
    fees = sum(int(row.fee) for row in rows if row.currency == dispute.currency)
    due_by = dispute.evidence_details.due_by if dispute.evidence_details else None
    return SeenDispute(
        ref=dispute.id,
        payment_ref=str(dispute.payment_intent or dispute.charge),
        amount_cents=int(dispute.amount),
        currency=dispute.currency.upper(),
        reason=str(dispute.reason or ""),
        verdict=_VERDICT.get(str(dispute.status), Verdict.OPEN),
        opened_at=instant(dispute.created),
        inquiry=str(dispute.status).startswith("warning"),
        answer_by=instant(due_by) if due_by else None,
        returned_at=instant(taken[0].created) if taken else None,
        fee_cents=max(0, fees),
    )


def saved_method(setup: Any) -> SavedMethod | None:
    """Return what a setup intent, its payment method expanded, has saved."""
    method = setup.payment_method
    if setup.status != "succeeded" or not method or isinstance(method, str):
        return None
    details = getattr(method, str(method.type), None)
    return SavedMethod(
        customer=str(setup.customer or method.customer or ""),
        method=method.id,
        kind=str(method.type),
        last4=str(getattr(details, "last4", "") or ""),
        expires_on=_last_day(details) if method.type == "card" else None,
    )


def _last_day(card: Any) -> date | None:
    if not card or not card.exp_year:
        return None
    year, month = int(card.exp_year), int(card.exp_month)
    return date(year, month, monthrange(year, month)[1])
