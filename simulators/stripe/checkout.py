"""Checkout Sessions: created by the shop, paid on the hosted page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.stripe.errors import ApiError, invalid_parameter, missing_parameter
from simulators.stripe.payments import (
    check_types,
    new_intent,
    pay,
    refuse_challenge,
)
from simulators.stripe.setups import new_setup, set_up_card
from simulators.stripe.shapes import list_of
from simulators.stripe.wallet import create_price, method_typed

if TYPE_CHECKING:
    from simulators.stripe.cards import Decline
    from simulators.stripe.parameters import Parameters
    from simulators.stripe.store import Store

_DAY, _HALF_HOUR, _SLACK = 86_400, 1_800, 60
_KEPT = (
    "cancel_url",
    "client_reference_id",
    "locale",
    "submit_type",
    "billing_address_collection",
    "customer_creation",
)
_CREATE = (
    "mode",
    "line_items",
    "customer",
    "customer_email",
    "currency",
    "metadata",
    "payment_intent_data",
    "setup_intent_data",
    "payment_method_types",
    "success_url",
    "expires_at",
    "phone_number_collection",
    *_KEPT,
)
_INTENT_DATA = (
    "setup_future_usage",
    "metadata",
    "description",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
)


def create_session(store: Store, asked: Parameters) -> dict[str, Any]:
    """Create a session of mode payment or setup."""
    asked.only(*_CREATE)
    mode = asked.required("mode")
    if mode not in {"payment", "setup"}:
        raise invalid_parameter("mode", f"Mode {mode!r} is not simulated.")
    if asked.text("customer") and asked.text("customer_email"):
        raise ApiError(
            400,
            "You may only specify one of these parameters: customer, customer_email.",
        )
    customer = store.refer("customer", asked.text("customer"), "customer")
    success_url, expires_at = asked.required("success_url"), _expiry(store, asked)
    _check_intent_data(asked)
    types = asked.items("payment_method_types") or ["card"]
    check_types(types)
    items = _line_items(store, asked) if mode == "payment" else []
    total = sum(item["amount_total"] for item in items)
    session = store.add(
        "checkout.session",
        mode=mode,
        success_url=success_url,
        expires_at=expires_at,
        customer=customer["id"] if customer else None,
        customer_email=asked.text("customer_email"),
        metadata=asked.metadata(),
        payment_method_types=types,
        amount_subtotal=total if items else None,
        amount_total=total if items else None,
        currency=items[0]["currency"] if items else asked.text("currency"),
        **{name: asked.text(name) for name in _KEPT},
    )
    if mode == "payment" and customer is None and not session["customer_creation"]:
        session["customer_creation"] = "if_required"
    if mode == "setup":
        session["payment_status"] = "no_payment_required"
    session["url"] = f"{store.api_base}/pay/{session['id']}"
    store.line_items[session["id"]] = items
    store.plans[session["id"]] = asked.mapping(f"{_intent_kind(mode)}_data")
    return session


def _intent_kind(mode: str) -> str:
    return "payment_intent" if mode == "payment" else "setup_intent"


def _check_intent_data(asked: Parameters) -> None:
    asked.sub("payment_intent_data").only(*_INTENT_DATA)
    asked.sub("setup_intent_data").only("metadata", "description")


def _expiry(store: Store, asked: Parameters) -> int:
    expires_at = asked.number("expires_at")
    if expires_at is None:
        return store.now() + _DAY
    after = expires_at - store.now()
    if not _HALF_HOUR - _SLACK <= after <= _DAY + _SLACK:
        raise invalid_parameter(
            "expires_at",
            "The `expires_at` timestamp must be at least 30 minutes and at most 24 "
            "hours from Checkout Session creation.",
        )
    return expires_at


def _line_items(store: Store, asked: Parameters) -> list[dict[str, Any]]:
    rows = asked.items("line_items")
    if not rows:
        raise missing_parameter("line_items")
    items = [_line_item(store, type(asked)(row)) for row in rows]
    if len({item["currency"] for item in items}) > 1:
        raise invalid_parameter("line_items", "All prices must use the same currency.")
    return items


def _line_item(store: Store, asked: Parameters) -> dict[str, Any]:
    asked.only("price", "price_data", "quantity")
    price = store.refer("price", asked.text("price"), "line_items[0][price]")
    if price is None:
        if not asked.mapping("price_data"):
            raise missing_parameter("line_items[0][price]")
        price = create_price(store, asked.sub("price_data"))
    quantity = asked.number("quantity", 1) or 1
    amount = quantity * price["unit_amount"]
    return {
        "id": store.new_id("li_"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": store.objects[price["product"]]["name"],
        "price": price,
        "quantity": quantity,
    }


def session_items(store: Store, key: str) -> dict[str, Any]:
    """Return the line items of a session."""
    store.find("checkout.session", key)
    url = f"/v1/checkout/sessions/{key}/line_items"
    return list_of(url, store.line_items[key])


def expire_session(store: Store, key: str) -> dict[str, Any]:
    """Close an open session."""
    session = store.find("checkout.session", key)
    if session["status"] != "open":
        raise ApiError(
            400,
            'Only Checkout Sessions with a status in ["open"] can be expired. This '
            f"session has a status of {session['status']}.",
        )
    _expire(store, session)
    return session


def expire_due(store: Store) -> None:
    """Close every session whose time is over by the simulator's clock."""
    for session in store.all("checkout.session"):
        if session["status"] == "open" and session["expires_at"] <= store.now():
            _expire(store, session)


def _expire(store: Store, session: dict[str, Any]) -> None:
    session |= {"status": "expired", "url": None}
    store.emit("checkout.session.expired", session)


def submit(
    store: Store, session: dict[str, Any], *, card: str, email: str | None, name: str
) -> Decline | None:
    """Do what the hosted page's button does.

    Returns why the card was declined; None when the session is complete or its intent
    waits for the holder (status requires_action).
    """
    if session["status"] != "open":
        raise ApiError(400, f"This session is {session['status']}.")
    address = _buyer_address(store, session, email)
    billing = {"email": address, "name": name or None}
    method = method_typed(store, session, number=card, billing=billing)
    intent = _intent_of(store, session, email=address, name=name)
    intent["payment_method"] = method["id"]
    session["customer_details"] = {
        "address": None,
        "business_name": None,
        "email": address,
        "individual_name": None,
        "name": name or None,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }
    declined = _use_card(store, session, intent, authenticated=False)
    if intent["status"] in {"succeeded", "processing"}:
        _complete(store, session, paid=intent["status"] == "succeeded")
    return declined


def answer_challenge(store: Store, session: dict[str, Any], *, passed: bool) -> None:
    """Finish or fail the bank's page for a session's intent."""
    kind = _intent_kind(session["mode"])
    intent = store.objects[session[kind]]
    if not passed:
        refuse_challenge(store, intent)
        return
    _use_card(store, session, intent, authenticated=True)
    if intent["status"] == "succeeded":
        _complete(store, session)


def _use_card(
    store: Store,
    session: dict[str, Any],
    intent: dict[str, Any],
    *,
    authenticated: bool,
) -> Decline | None:
    use = pay if session["mode"] == "payment" else set_up_card
    return use(
        store,
        intent,
        authenticated=authenticated,
        return_url=f"{store.api_base}/pay/{session['id']}",
    )


def _buyer_address(
    store: Store, session: dict[str, Any], typed: str | None
) -> str | None:
    if session["customer"]:
        return store.objects[session["customer"]]["email"] or typed
    return session["customer_email"] or typed


def _intent_of(
    store: Store, session: dict[str, Any], *, email: str | None, name: str
) -> dict[str, Any]:
    """Return the session's intent, made when its buyer first submits a card."""
    kind = _intent_kind(session["mode"])
    if session[kind] is not None:
        return store.objects[session[kind]]
    plan = store.plans[session["id"]]
    keeps_card = "setup_future_usage" in plan or session["mode"] == "setup"
    wanted = session["customer_creation"] == "always" or keeps_card
    if session["customer"] is None and wanted:
        customer = store.add("customer", email=email, name=name or None)
        store.emit("customer.created", customer)
        session["customer"] = customer["id"]
    if kind == "setup_intent":
        intent = new_setup(store, customer=session["customer"], **plan)
    else:
        intent = new_intent(
            store,
            customer=session["customer"],
            amount=session["amount_total"],
            currency=session["currency"],
            payment_method_types=session["payment_method_types"],
            **plan,
        )
    session[kind] = intent["id"]
    return intent


def _complete(store: Store, session: dict[str, Any], *, paid: bool = True) -> None:
    session |= {"status": "complete", "url": None}
    if session["mode"] == "payment" and paid:
        session["payment_status"] = "paid"
    store.emit("checkout.session.completed", session)


def _of_intent(store: Store, key: str) -> dict[str, Any] | None:
    for session in store.all("checkout.session"):
        if session["payment_intent"] == key:
            return session
    return None


def debit_settled(store: Store, key: str) -> None:
    """Let the session of a debit know that its money has arrived."""
    session = _of_intent(store, key)
    if session is not None:
        session["payment_status"] = "paid"
        store.emit("checkout.session.async_payment_succeeded", session)


def debit_failed(store: Store, key: str) -> None:
    """Let the session of a debit know that the bank refused it."""
    session = _of_intent(store, key)
    if session is not None:
        store.emit("checkout.session.async_payment_failed", session)


def return_address(session: dict[str, Any]) -> str:
    """Return the shop's success address with the session's id in it."""
    return str(session["success_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])
