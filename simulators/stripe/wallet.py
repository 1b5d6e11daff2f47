"""Customers, payment methods, products and prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulators.stripe.cards import TOKENS, card_named
from simulators.stripe.debits import debit_method, is_iban
from simulators.stripe.errors import ApiError, invalid_parameter, missing_parameter

if TYPE_CHECKING:
    from simulators.stripe.parameters import Parameters
    from simulators.stripe.store import Store

_CUSTOMER_TEXT = ("email", "name", "phone", "description")


def create_customer(store: Store, asked: Parameters) -> dict[str, Any]:
    """Create a customer."""
    customer = store.add("customer", invoice_prefix=store.new_id("")[:8].upper())
    _fill_customer(store, customer, asked)
    store.emit("customer.created", customer)
    return customer


def update_customer(store: Store, key: str, asked: Parameters) -> dict[str, Any]:
    """Change a customer."""
    customer = store.find("customer", key)
    _fill_customer(store, customer, asked)
    store.emit("customer.updated", customer)
    return customer


def _fill_customer(store: Store, customer: dict[str, Any], asked: Parameters) -> None:
    asked.only(
        *_CUSTOMER_TEXT, "address", "metadata", "preferred_locales", "invoice_settings"
    )
    for name in _CUSTOMER_TEXT:
        if name in asked.values:
            customer[name] = asked.text(name)
    if "address" in asked.values:
        customer["address"] = asked.mapping("address")
    if "preferred_locales" in asked.values:
        customer["preferred_locales"] = asked.items("preferred_locales")
    settings = asked.sub("invoice_settings")
    settings.only("default_payment_method")
    if "default_payment_method" in settings.values:
        name = "invoice_settings[default_payment_method]"
        method = store.refer(
            "payment_method", settings.text("default_payment_method"), name
        )
        if method is not None and method["customer"] != customer["id"]:
            raise invalid_parameter(
                name, "The customer does not have this payment method.", None
            )
        customer["invoice_settings"]["default_payment_method"] = (
            method["id"] if method else None
        )
    customer["metadata"] = asked.metadata(customer["metadata"])


def delete_customer(store: Store, key: str) -> dict[str, Any]:
    """Delete a customer and detach their payment methods."""
    customer = store.find("customer", key)
    for method in store.all("payment_method"):
        if method["customer"] == key:
            method["customer"] = None
    store.emit("customer.deleted", customer)
    gone = {"id": key, "object": "customer", "deleted": True}
    store.objects[key] = gone
    return gone


def create_method(store: Store, asked: Parameters) -> dict[str, Any]:
    """Create a payment method from a test card's number or token, or a test IBAN."""
    asked.only(
        "type", "card", "sepa_debit", "billing_details", "metadata", "allow_redisplay"
    )
    kind, billing = asked.required("type"), asked.mapping("billing_details")
    if kind == "sepa_debit":
        account = asked.sub("sepa_debit")
        account.only("iban")
        method = debit_method(store, account.required("iban"), billing=billing)
    elif kind == "card":
        method = card_method(store, _number(asked.sub("card")), billing=billing)
    else:
        raise invalid_parameter("type", f"{kind!r} is not simulated.")
    method["metadata"] = asked.metadata()
    return method


def _number(card: Parameters) -> str:
    card.only("number", "exp_month", "exp_year", "cvc", "token")
    token = card.text("token")
    if token is not None:
        return TOKENS.get(token.removeprefix("tok_"), "")
    return card.required("number")


def method_typed(
    store: Store, session: dict[str, Any], *, number: str, billing: dict[str, Any]
) -> dict[str, Any]:
    """Keep what a buyer typed on a session's page: a card, or an IBAN if it takes one."""
    if not is_iban(number):
        return card_method(store, number, billing=billing)
    if "sepa_debit" not in session["payment_method_types"]:
        raise invalid_parameter("payment_method", "This page takes cards only.")
    return debit_method(store, number, billing=billing)


def card_method(
    store: Store, number: str, *, billing: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Keep a card as a payment method; 400 if it is not a test card."""
    card = card_named(number)
    last4 = card.number[-4:]
    method = store.add(
        "payment_method",
        card={
            "brand": card.brand,
            "checks": {
                "address_line1_check": None,
                "address_postal_code_check": None,
                "cvc_check": "pass",
            },
            "country": "FR",
            "display_brand": card.brand,
            "exp_month": 12,
            "exp_year": 2034,
            "fingerprint": f"simulated{last4}",
            "funding": "credit",
            "generated_from": None,
            "last4": last4,
            "networks": {"available": [card.brand], "preferred": None},
            "regulated_status": None,
            "three_d_secure_usage": {"supported": True},
            "wallet": None,
        },
    )
    method["billing_details"] |= billing or {}
    store.cards[method["id"]] = card.number
    return method


def method_from(store: Store, key: str, param: str) -> dict[str, Any]:
    """Return a payment method by id; `pm_card_visa` and its like make a new one."""
    if key.startswith("pm_card_") and key not in store.objects:
        number = TOKENS.get(key.removeprefix("pm_card_"), "")
        if number:
            return card_method(store, number)
    method = store.refer("payment_method", key, param)
    if method is None:
        raise missing_parameter(param)
    return method


def attach_method(store: Store, key: str, asked: Parameters) -> dict[str, Any]:
    """Attach a payment method to a customer."""
    asked.only("customer")
    method = method_from(store, key, "payment_method")
    customer = store.refer("customer", asked.required("customer"), "customer")
    if customer is not None:
        attach(store, method, customer["id"])
    return method


def attach(store: Store, method: dict[str, Any], customer: str) -> None:
    """Give a method to a customer; 400 if it is someone else's."""
    if method["customer"] == customer:
        return
    if method["customer"] is not None:
        raise ApiError(
            400,
            "The payment method you provided has already been attached to a customer.",
        )
    method["customer"] = customer
    store.emit("payment_method.attached", method)


def detach_method(store: Store, key: str) -> dict[str, Any]:
    """Detach a payment method; it cannot be used again."""
    method = store.find("payment_method", key)
    if method["customer"] is None:
        raise ApiError(
            400,
            "The payment method you provided is not attached to a customer so "
            "detachment is impossible.",
        )
    method["customer"] = None
    store.emit("payment_method.detached", method)
    return method


def create_product(store: Store, asked: Parameters) -> dict[str, Any]:
    """Create a product."""
    asked.only("name", "description", "metadata", "active", "images", "tax_code")
    product = store.add(
        "product",
        name=asked.required("name"),
        description=asked.text("description"),
        images=asked.items("images"),
        tax_code=asked.text("tax_code"),
        metadata=asked.metadata(),
        updated=store.now(),
    )
    store.emit("product.created", product)
    return product


def create_price(store: Store, asked: Parameters) -> dict[str, Any]:
    """Create a price; nothing is charged by a recurring one: we charge ourselves."""
    asked.only(
        "recurring",
        "currency",
        "unit_amount",
        "product",
        "product_data",
        "metadata",
        "nickname",
        "tax_behavior",
        "lookup_key",
    )
    product = asked.text("product")
    if product is None:
        product = create_product(store, asked.sub("product_data"))["id"]
    store.refer("product", product, "product")
    amount = asked.number("unit_amount")
    if amount is None:
        raise missing_parameter("unit_amount")
    recurring = asked.sub("recurring")
    recurring.only("interval", "interval_count")
    rhythm = None
    if "interval" in recurring.values:
        rhythm = {
            "interval": recurring.required("interval"),
            "interval_count": recurring.number("interval_count", 1),
            "meter": None,
            "trial_period_days": None,
            "usage_type": "licensed",
        }
    price = store.add(
        "price",
        recurring=rhythm,
        type="recurring" if rhythm else "one_time",
        currency=asked.required("currency").lower(),
        unit_amount=amount,
        unit_amount_decimal=str(amount),
        product=product,
        nickname=asked.text("nickname"),
        lookup_key=asked.text("lookup_key"),
        tax_behavior=asked.text("tax_behavior", "unspecified"),
        metadata=asked.metadata(),
    )
    store.emit("price.created", price)
    return price
