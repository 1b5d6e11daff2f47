"""A subscription that another system bills, read from what it says of it (OP3). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_LIVE = frozenset({"active", "trialing"})
_RHYTHMS = frozenset({"day", "week", "month", "year"})


class CannotBeTakenOver(Exception):
    """Why a subscription stays where it is; code names the sentence."""

    def __init__(self, code: str, detail: str = "") -> None:
        """Keep the reason."""
        self.code, self.detail = code, detail
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Billed:
    """A live subscription as its present system bills it.

    price_ref      the price there: the owner says which offer and price it is here
    amount_cents   what is charged each time, kept as agreed
    anchor         day and time of day come back in every period
    ends           it was told to end with the running period
    """

    ref: str
    customer: str
    method: str
    email: str
    name: str
    price_ref: str
    amount_cents: int
    currency: str
    interval: str
    interval_count: int
    anchor: datetime
    period_start: datetime
    period_end: datetime
    ends: bool
    trial: bool


def read_billed(row: Any) -> Billed:
    """Return one of Stripe's subscription objects as we need it.

    Both shapes are read: the period on the subscription (API before 2025-03-31) or on
    its item; the customer as an id or expanded.

    Raises  CannotBeTakenOver
    """
    if not isinstance(row, dict) or row.get("object") != "subscription":
        raise CannotBeTakenOver("not_a_subscription")
    _check_state(row)
    item = _only_item(row)
    price = item.get("price") or item.get("plan") or {}
    rhythm = price.get("recurring") or price
    customer = row.get("customer")
    who = customer if isinstance(customer, dict) else {"id": customer}
    if not who.get("id"):
        raise CannotBeTakenOver("no_customer")
    start, end = _instant(row, item, "start"), _instant(row, item, "end")
    amount = price.get("unit_amount", price.get("amount"))
    if not isinstance(amount, int) or rhythm.get("interval") not in _RHYTHMS:
        raise CannotBeTakenOver("price_unreadable")
    return Billed(
        ref=str(row.get("id", "")),
        customer=str(who["id"]),
        method=_method(row, who),
        email=str(who.get("email") or ""),
        name=str(who.get("name") or ""),
        price_ref=str(price.get("id", "")),
        amount_cents=amount,
        currency=str(price.get("currency") or row.get("currency") or "").upper(),
        interval=str(rhythm["interval"]),
        interval_count=int(rhythm.get("interval_count") or 1),
        anchor=min(_anchor(row, start), start),
        period_start=start,
        period_end=end,
        ends=bool(row.get("cancel_at_period_end")),
        trial=row.get("status") == "trialing",
    )


def _check_state(row: dict[str, Any]) -> None:
    """Refuse what our clock could not bill as it was billed."""
    status = str(row.get("status"))
    if status not in _LIVE:
        raise CannotBeTakenOver("not_live", status)
    if row.get("pause_collection"):
        raise CannotBeTakenOver("paused")
    if row.get("collection_method") == "send_invoice":
        raise CannotBeTakenOver("by_invoice")
    if row.get("discount") or row.get("discounts"):
        raise CannotBeTakenOver("discount")
    if row.get("default_tax_rates") or (row.get("automatic_tax") or {}).get("enabled"):
        raise CannotBeTakenOver("tax_on_top")


def _only_item(row: dict[str, Any]) -> dict[str, Any]:
    items = (row.get("items") or {}).get("data") or []
    if len(items) != 1 or not isinstance(items[0], dict):
        raise CannotBeTakenOver("several_things")
    item: dict[str, Any] = items[0]
    if item.get("quantity", 1) not in {1, None}:
        raise CannotBeTakenOver("several_things")
    return item


def _instant(row: dict[str, Any], item: dict[str, Any], which: str) -> datetime:
    name = f"current_period_{which}"
    value = row.get(name, item.get(name))
    if not isinstance(value, int):
        raise CannotBeTakenOver("period_unreadable")
    return datetime.fromtimestamp(value, UTC)


def _anchor(row: dict[str, Any], start: datetime) -> datetime:
    value = row.get("billing_cycle_anchor")
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) else start


def _method(row: dict[str, Any], customer: dict[str, Any]) -> str:
    """Return what is charged: the subscription's own method, else the customer's."""
    settings = customer.get("invoice_settings") or {}
    for held in (
        row.get("default_payment_method"),
        row.get("default_source"),
        settings.get("default_payment_method"),
        customer.get("default_source"),
    ):
        found = held.get("id") if isinstance(held, dict) else held
        if found:
            return str(found)
    return ""


def check_billed(row: Billed, *, now: datetime) -> None:
    """Refuse what cannot be charged or written to.

    Raises  CannotBeTakenOver
    """
    if not row.email:
        raise CannotBeTakenOver("no_email")
    if not row.method and not row.ends:
        raise CannotBeTakenOver("no_method")
    if row.period_end <= now:
        raise CannotBeTakenOver("period_over")
    if row.period_start >= row.period_end:
        raise CannotBeTakenOver("period_unreadable")


@dataclass(frozen=True, slots=True)
class Target:
    """An offer's price here, to which a price there is mapped."""

    offer_id: int
    price_id: int
    currency: str
    interval: str
    interval_count: int


def check_target(row: Billed, target: Target) -> None:
    """Refuse a price that does not charge in the same currency and rhythm.

    Raises  CannotBeTakenOver
    """
    if row.currency != target.currency:
        raise CannotBeTakenOver("currency", row.currency)
    rhythm = (row.interval, row.interval_count)
    if rhythm != (target.interval, target.interval_count):
        raise CannotBeTakenOver("rhythm")
