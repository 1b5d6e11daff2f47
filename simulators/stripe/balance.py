"""The account's balance: what a charge leaves after Stripe's fee."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulators.stripe.store import Store

_PAYOUT_DELAY = 7 * 86_400
_DEBIT_FEE = 35


def fee_cents(amount: int) -> int:
    """Return Stripe's fee on a European card: 1.5 % + 25 cents, half a cent up."""
    return (amount * 15 + 500) // 1000 + 25


def fee_of(charge: dict[str, Any]) -> int:
    """Return the fee on a charge: a share of a card's, the same for every debit."""
    debit = charge["payment_method_details"]["type"] == "sepa_debit"
    return _DEBIT_FEE if debit else fee_cents(charge["amount"])


def book(
    store: Store,
    source: dict[str, Any],
    *,
    amount: int,
    fee: int,
    kind: str = "",
    category: str = "",
    at_once: bool = False,
) -> dict[str, Any]:
    """Keep a balance transaction: above zero for a charge, below for what goes out.

    kind, category  as Stripe names them; the source's own name by default
    at_once         available now and not in seven days
    """
    details = {
        "amount": fee,
        "application": None,
        "currency": source["currency"],
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }
    return store.add(
        "balance_transaction",
        amount=amount,
        fee=fee,
        fee_details=[details] if fee else [],
        net=amount - fee,
        currency=source["currency"],
        description=source.get("description"),
        source=source["id"],
        type=kind or source["object"],
        reporting_category=category or kind or source["object"],
        available_on=store.now() + (0 if at_once else _PAYOUT_DELAY),
        status="pending",
    )
