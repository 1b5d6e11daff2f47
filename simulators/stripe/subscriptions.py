"""Stripe's own subscriptions, as far as somebody leaves them: listed, told to end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.stripe.errors import missing_parameter
from simulators.stripe.parameters import Parameters

if TYPE_CHECKING:
    from simulators.stripe.store import Store

_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_DAY_SECONDS = 86_400


def create_subscription(store: Store, asked: Parameters) -> dict[str, Any]:
    """Create a subscription whose first period is paid; nothing is charged for it."""
    asked.only("customer", "items", "default_payment_method", "trial_end", "metadata")
    customer = store.refer("customer", asked.required("customer"), "customer")
    method = store.refer(
        "payment_method",
        asked.text("default_payment_method"),
        "default_payment_method",
    )
    items = asked.items("items")
    if not items:
        raise missing_parameter("items")
    wanted = Parameters(items[0])
    price = store.refer("price", wanted.required("price"), "items[0][price]") or {}
    trial_end = asked.number("trial_end")
    rhythm = price["recurring"]
    length = _DAYS[rhythm["interval"]] * rhythm["interval_count"] * _DAY_SECONDS
    now = store.now()
    held = store.add(
        "subscription",
        customer=customer["id"] if customer else None,
        default_payment_method=method["id"] if method else None,
        currency=price["currency"],
        status="trialing" if trial_end else "active",
        start_date=now,
        billing_cycle_anchor=now,
        trial_start=now if trial_end else None,
        trial_end=trial_end,
        metadata=asked.metadata(),
    )
    held["items"] = _items(
        store, held, price, quantity=wanted.number("quantity", 1) or 1
    )
    for item in held["items"]["data"]:
        item["current_period_start"] = now
        item["current_period_end"] = trial_end or now + length
    store.emit("customer.subscription.created", held)
    return held


def _items(
    store: Store, held: dict[str, Any], price: dict[str, Any], *, quantity: int
) -> dict[str, Any]:
    item = {
        "id": store.new_id("si_"),
        "object": "subscription_item",
        "created": store.now(),
        "metadata": {},
        "price": price,
        "quantity": quantity,
        "subscription": held["id"],
        "tax_rates": [],
    }
    return {
        "object": "list",
        "url": f"/v1/subscription_items?subscription={held['id']}",
        "has_more": False,
        "data": [item],
    }


def update_subscription(store: Store, key: str, asked: Parameters) -> dict[str, Any]:
    """Tell a subscription to end with its period, or not to."""
    asked.only("cancel_at_period_end", "proration_behavior", "metadata")
    held = store.find("subscription", key)
    if "cancel_at_period_end" in asked.values:
        held["cancel_at_period_end"] = asked.flag("cancel_at_period_end")
        end = held["items"]["data"][0]["current_period_end"]
        held["cancel_at"] = end if held["cancel_at_period_end"] else None
        held["canceled_at"] = store.now() if held["cancel_at_period_end"] else None
    held["metadata"] = asked.metadata(held["metadata"])
    store.emit("customer.subscription.updated", held)
    return held
