"""Stripe's published test cards, and what each one does.

One liberty: 4000000000000341 pays while its holder is present and fails afterwards, so
that a renewal can fail without changing the card (Stripe fails it at the first charge).
"""

from __future__ import annotations

from dataclasses import dataclass

from simulators.stripe.errors import invalid_parameter


@dataclass(frozen=True, slots=True)
class Card:
    """A test card.

    decline     decline code of every charge, or ""
    off_session decline code of a charge without its holder, or ""
    challenge   "", "unless_set_up" or "always": when 3-D Secure is asked for
    dispute     reason of the dispute that follows each charge, or ""
    refund      "late": pending for days; "fails": sent back days later
    at_once     its money is available now
    """

    number: str
    brand: str = "visa"
    decline: str = ""
    off_session: str = ""
    challenge: str = ""
    dispute: str = ""
    refund: str = ""
    at_once: bool = False


CARDS = {
    card.number: card
    for card in (
        Card("4242424242424242"),
        Card("4000000000003220", challenge="always"),
        Card("4000000000000002", decline="generic_decline"),
        Card("4000000000009995", decline="insufficient_funds"),
        Card("4000000000009987", decline="lost_card"),
        Card("4000000000000069", decline="expired_card"),
        Card("4000000000000127", decline="incorrect_cvc"),
        Card("4000002500003155", challenge="unless_set_up"),
        Card("4000002760003184", challenge="always"),
        Card("4000000000000341", off_session="generic_decline"),
        Card("4000000000000259", dispute="fraudulent"),
        Card("4000000000002685", dispute="product_not_received"),
        Card("4000000000001976", dispute="inquiry"),
        Card("4000000000007726", refund="late"),
        Card("4000000000005126", refund="fails"),
        Card("4000000000000077", at_once=True),
        Card("5555555555554444", brand="mastercard"),
        Card("378282246310005", brand="amex"),
    )
}
TOKENS = {
    "visa": "4242424242424242",
    "mastercard": "5555555555554444",
    "amex": "378282246310005",
    "chargeDeclined": "4000000000000002",
    "visa_chargeDeclined": "4000000000000002",
    "visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "chargeDeclinedInsufficientFunds": "4000000000009995",
    "chargeCustomerFail": "4000000000000341",
    "authenticationRequired": "4000002760003184",
    "authenticationRequiredOnSetup": "4000002500003155",
}
_WITH_OWN_CODE = {"expired_card": "expired_card", "incorrect_cvc": "incorrect_cvc"}
_MESSAGES = {
    "insufficient_funds": "Your card has insufficient funds.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "authentication_required": (
        "Your card was declined. This transaction requires authentication."
    ),
}


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a charge failed: Stripe's error code, decline code and message."""

    code: str
    decline_code: str
    message: str


def card_named(number: str, param: str = "card[number]") -> Card:
    """Return the test card with that number, or refuse it as Stripe refuses real ones."""
    digits = "".join(character for character in number if character.isdigit())
    if digits not in CARDS:
        raise invalid_parameter(
            param, "Your card number is incorrect.", "incorrect_number"
        )
    return CARDS[digits]


def decline_of(code: str) -> Decline:
    """Return the failure for a decline code."""
    return Decline(
        _WITH_OWN_CODE.get(code)
        or (code if code == "authentication_required" else "card_declined"),
        code,
        _MESSAGES.get(code, "Your card was declined."),
    )


def needs_challenge(card: Card, *, set_up: bool, authenticated: bool) -> bool:
    """Tell whether the bank asks the holder to prove who they are."""
    if authenticated or not card.challenge:
        return False
    return card.challenge == "always" or not set_up


def decline_for(card: Card, *, off_session: bool, set_up: bool) -> Decline | None:
    """Return why a charge fails at once, or None when it passes or is challenged."""
    if card.decline:
        return decline_of(card.decline)
    if not off_session:
        return None
    if card.off_session:
        return decline_of(card.off_session)
    if needs_challenge(card, set_up=set_up, authenticated=False):
        return decline_of("authentication_required")
    return None
