"""Payment intents, their charges, fees and refunds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.stripe import charges
from simulators.stripe.cards import (
    Decline,
    card_named,
    decline_for,
    needs_challenge,
)
from simulators.stripe.errors import ApiError, invalid_parameter, missing_parameter
from simulators.stripe.wallet import method_from

if TYPE_CHECKING:
    from simulators.stripe.parameters import Parameters
    from simulators.stripe.store import Store

_CREATE = [
    "amount",
    "currency",
    "customer",
    "payment_method",
    "payment_method_types",
    "confirm",
    "off_session",
    "metadata",
    "description",
    "receipt_email",
    "setup_future_usage",
    "return_url",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "error_on_requires_action",
    "automatic_payment_methods",
    "capture_method",
    "shipping",
    "payment_method_options",
]
_CONFIRMABLE = {"requires_payment_method", "requires_confirmation", "requires_action"}


def create_intent(store: Store, asked: Parameters) -> dict[str, Any]:
    """Create a payment intent, and charge at once when `confirm` says so."""
    asked.only(*_CREATE)
    if asked.text("capture_method", "automatic") == "manual":
        raise invalid_parameter("capture_method", "Manual capture is not simulated.")
    if asked.flag("off_session") and not asked.flag("confirm"):
        raise invalid_parameter(
            "off_session",
            "You can only pass off_session when confirm is set to true.",
        )
    amount, currency = asked.amount("amount"), asked.required("currency").lower()
    customer = store.refer("customer", asked.text("customer"), "customer")
    if asked.flag("confirm") and asked.text("payment_method") is None:
        raise missing_parameter("payment_method")
    intent = new_intent(
        store,
        amount=amount,
        currency=currency,
        customer=customer["id"] if customer else None,
        metadata=asked.metadata(),
        description=asked.text("description"),
        receipt_email=asked.text("receipt_email"),
        setup_future_usage=asked.text("setup_future_usage"),
        statement_descriptor=asked.text("statement_descriptor"),
        statement_descriptor_suffix=asked.text("statement_descriptor_suffix"),
        payment_method_types=_types(asked),
    )
    if asked.text("payment_method"):
        method = method_from(store, asked.required("payment_method"), "payment_method")
        intent["payment_method"] = method["id"]
        intent["status"] = "requires_confirmation"
    if asked.flag("confirm"):
        return _confirm(store, intent, asked)
    return intent


def _types(asked: Parameters) -> list[str]:
    """Return what may pay: what was named, or all that is simulated."""
    automatic = asked.sub("automatic_payment_methods").flag("enabled")
    named = asked.items("payment_method_types")
    check_types(named)
    return named or (["card", "sepa_debit"] if automatic else ["card"])


def check_types(named: list[str]) -> None:
    """Refuse payment methods that are not simulated."""
    for kind in named:
        if kind not in {"card", "sepa_debit"}:
            raise invalid_parameter(
                "payment_method_types", f"{kind!r} is not simulated."
            )


def new_intent(store: Store, **values: Any) -> dict[str, Any]:
    """Keep a new payment intent."""
    intent = store.add("payment_intent", **values)
    intent["client_secret"] = f"{intent['id']}_secret_{store.new_id('')}"
    store.emit("payment_intent.created", intent)
    return intent


def confirm_intent(store: Store, key: str, asked: Parameters) -> dict[str, Any]:
    """Charge a payment intent."""
    asked.only("payment_method", "off_session", "return_url", "setup_future_usage")
    intent = store.find("payment_intent", key)
    if asked.text("payment_method"):
        method = method_from(store, asked.required("payment_method"), "payment_method")
        intent["payment_method"] = method["id"]
    if intent["payment_method"] is None:
        raise missing_parameter("payment_method")
    return _confirm(store, intent, asked)


def _confirm(store: Store, intent: dict[str, Any], asked: Parameters) -> dict[str, Any]:
    if intent["status"] not in _CONFIRMABLE:
        raise _unexpected(intent, "confirm")
    if asked.text("setup_future_usage"):
        intent["setup_future_usage"] = asked.text("setup_future_usage")
    method = store.objects[intent["payment_method"]]
    if method["customer"] is not None and method["customer"] != intent["customer"]:
        raise invalid_parameter(
            "customer",
            "The provided PaymentMethod belongs to another customer, or the customer "
            "is missing.",
        )
    if method["type"] not in intent["payment_method_types"]:
        raise invalid_parameter(
            "payment_method",
            f"The PaymentMethod provided ({method['type']}) is not allowed for this "
            "PaymentIntent.",
        )
    declined = pay(
        store,
        intent,
        off_session=asked.flag("off_session"),
        return_url=asked.text("return_url"),
    )
    if declined is not None:
        raise card_error(store, intent, declined)
    return intent


def card_error(store: Store, intent: dict[str, Any], declined: Decline) -> ApiError:
    """Return the 402 that tells why the card was not charged."""
    is_setup = intent["object"] == "setup_intent"
    return ApiError(
        402,
        declined.message,
        kind="card_error",
        code=declined.code,
        decline_code=declined.decline_code,
        charge=None if is_setup else intent["latest_charge"],
        **{intent["object"]: store.shown(intent)},
    )


def _unexpected(intent: dict[str, Any], verb: str) -> ApiError:
    return ApiError(
        400,
        f"This PaymentIntent's status is {intent['status']}; you cannot {verb} it.",
        code="payment_intent_unexpected_state",
        payment_intent=intent,
    )


def pay(
    store: Store,
    intent: dict[str, Any],
    *,
    off_session: bool = False,
    authenticated: bool = False,
    return_url: str | None = None,
) -> Decline | None:
    """Charge the intent's payment method, or ask its holder to authenticate.

    Returns why it was declined; None when it succeeded or waits for the holder (its
    status says which).
    """
    method = store.objects[intent["payment_method"]]
    if method["type"] == "sepa_debit":
        charges.debit(store, intent, method)
        return None
    card = card_named(store.cards[method["id"]])
    set_up = method["id"] in store.set_up
    declined = decline_for(card, off_session=off_session, set_up=set_up)
    if declined is not None:
        charges.fail(store, intent, declined)
        return declined
    if needs_challenge(card, set_up=set_up, authenticated=authenticated):
        challenge(store, intent, return_url)
        return None
    charges.succeed(store, intent, method, card=card)
    return None


def challenge(store: Store, intent: dict[str, Any], return_url: str | None) -> None:
    """Send the holder to the bank's page."""
    intent["status"] = "requires_action"
    intent["next_action"] = {
        "type": "redirect_to_url",
        "redirect_to_url": {
            "url": f"{store.api_base}/authenticate/{intent['id']}",
            "return_url": return_url,
        },
    }
    store.emit(f"{intent['object']}.requires_action", intent)


def refuse_challenge(store: Store, intent: dict[str, Any]) -> None:
    """Record that the holder failed or left the bank's page."""
    message = "The provided PaymentMethod has failed authentication."
    name = "last_payment_error"
    if intent["object"] == "setup_intent":
        name = "last_setup_error"
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "next_action": None,
        name: {
            "type": "invalid_request_error",
            "code": f"{intent['object']}_authentication_failure",
            "message": message,
        },
    }
    failed = "payment_failed" if name == "last_payment_error" else "setup_failed"
    store.emit(f"{intent['object']}.{failed}", intent)


def cancel_intent(store: Store, key: str, asked: Parameters) -> dict[str, Any]:
    """Cancel a payment intent that took no money."""
    asked.only("cancellation_reason")
    intent = store.find("payment_intent", key)
    if intent["status"] not in _CONFIRMABLE:
        raise _unexpected(intent, "cancel")
    intent |= {
        "status": "canceled",
        "canceled_at": store.now(),
        "cancellation_reason": asked.text("cancellation_reason"),
        "next_action": None,
    }
    store.emit("payment_intent.canceled", intent)
    return intent
