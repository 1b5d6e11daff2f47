"""Setup intents: a card kept for later charges, without charging it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.stripe.cards import Decline, card_named, decline_of
from simulators.stripe.debits import mandate_of
from simulators.stripe.errors import ApiError, missing_parameter
from simulators.stripe.payments import card_error, challenge
from simulators.stripe.wallet import attach, method_from

if TYPE_CHECKING:
    from simulators.stripe.parameters import Parameters
    from simulators.stripe.store import Store


def create_setup(store: Store, asked: Parameters) -> dict[str, Any]:
    """Create a setup intent, and keep the card at once when `confirm` says so."""
    asked.only(
        "customer",
        "payment_method",
        "payment_method_types",
        "usage",
        "confirm",
        "metadata",
        "description",
        "return_url",
        "automatic_payment_methods",
    )
    customer = store.refer("customer", asked.text("customer"), "customer")
    setup = new_setup(
        store,
        customer=customer["id"] if customer else None,
        usage=asked.text("usage", "off_session"),
        description=asked.text("description"),
        metadata=asked.metadata(),
    )
    if asked.text("payment_method"):
        method = method_from(store, asked.required("payment_method"), "payment_method")
        setup |= {"payment_method": method["id"], "status": "requires_confirmation"}
    return _confirm(store, setup, asked) if asked.flag("confirm") else setup


def new_setup(store: Store, **values: Any) -> dict[str, Any]:
    """Keep a new setup intent."""
    setup = store.add("setup_intent", **values)
    setup["client_secret"] = f"{setup['id']}_secret_{store.new_id('')}"
    store.emit("setup_intent.created", setup)
    return setup


def confirm_setup(store: Store, key: str, asked: Parameters) -> dict[str, Any]:
    """Keep the card of a setup intent."""
    asked.only("payment_method", "return_url")
    setup = store.find("setup_intent", key)
    if asked.text("payment_method"):
        method = method_from(store, asked.required("payment_method"), "payment_method")
        setup["payment_method"] = method["id"]
    return _confirm(store, setup, asked)


def _confirm(store: Store, setup: dict[str, Any], asked: Parameters) -> dict[str, Any]:
    if setup["payment_method"] is None:
        raise missing_parameter("payment_method")
    if setup["status"] in {"succeeded", "canceled"}:
        raise ApiError(
            400,
            f"This SetupIntent's status is {setup['status']}; you cannot confirm it.",
            code="setup_intent_unexpected_state",
        )
    declined = set_up_card(store, setup, return_url=asked.text("return_url"))
    if declined is not None:
        raise card_error(store, setup, declined)
    return setup


def set_up_card(
    store: Store,
    setup: dict[str, Any],
    *,
    authenticated: bool = False,
    return_url: str | None = None,
) -> Decline | None:
    """Keep the setup intent's card, or ask its holder to authenticate.

    Returns why it was declined; None when it succeeded or waits for the holder.
    """
    method = store.objects[setup["payment_method"]]
    if method["type"] == "sepa_debit":
        setup["mandate"] = mandate_of(store, method)["id"]
        _keep(store, setup, method)
        return None
    card = card_named(store.cards[method["id"]])
    if card.decline:
        declined = decline_of(card.decline)
        setup |= {
            "status": "requires_payment_method",
            "payment_method": None,
            "last_setup_error": {
                "type": "card_error",
                "code": declined.code,
                "decline_code": declined.decline_code,
                "message": declined.message,
            },
        }
        store.emit("setup_intent.setup_failed", setup)
        return declined
    if card.challenge and not authenticated:
        challenge(store, setup, return_url)
        return None
    _keep(store, setup, method)
    return None


def _keep(store: Store, setup: dict[str, Any], method: dict[str, Any]) -> None:
    setup |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    if setup["customer"]:
        attach(store, method, setup["customer"])
    if setup["usage"] == "off_session":
        store.set_up.append(method["id"])
    store.emit("setup_intent.succeeded", setup)


def cancel_setup(store: Store, key: str, asked: Parameters) -> dict[str, Any]:
    """Cancel a setup intent that kept no card."""
    asked.only("cancellation_reason")
    setup = store.find("setup_intent", key)
    if setup["status"] in {"succeeded", "canceled"}:
        raise ApiError(
            400,
            f"This SetupIntent's status is {setup['status']}; you cannot cancel it.",
            code="setup_intent_unexpected_state",
        )
    setup |= {
        "status": "canceled",
        "cancellation_reason": asked.text("cancellation_reason"),
    }
    store.emit("setup_intent.canceled", setup)
    return setup
