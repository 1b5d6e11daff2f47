"""Stripe's events: the signature, and what they may have changed.

An event may come from any version of the API, with fields missing or of another type:
what cannot be read is left empty, and the event is kept as it is.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import stripe

from perenne.money.gateways.protocol import BadSignature, Event, NotAnEvent, Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_AGE_SECONDS = 300
# They let a browser act for the buyer or the owner: never stored but in the raw body.
_SECRET = re.compile(r"(^|_)(secret|api_key|ephemeral_key)$")
_PAYMENT = frozenset(
    {
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "payment_intent.succeeded",
        "payment_intent.processing",
        "payment_intent.payment_failed",
        "charge.succeeded",
        "charge.pending",
        "charge.failed",
    }
)
_LOST = frozenset(
    {
        "payment_method.detached",
        "customer.source.expiring",
        "customer.source.deleted",
        "mandate.updated",
    }
)
_SAVED = {
    "saved.checkout.session": Topic.PAYMENT,
    "saved.payment_intent": Topic.PAYMENT,
    "saved.charge": Topic.PAYMENT,
    "saved.refund": Topic.REFUND,
    "saved.dispute": Topic.DISPUTE,
    "saved.payout": Topic.PAYOUT,
    "saved.setup_intent": Topic.METHOD,
}
_TOPICS = (
    (re.compile(r"charge\.dispute\.\w+"), Topic.DISPUTE),
    (re.compile(r"charge\.refunded|charge\.refund\.\w+|refund\.\w+"), Topic.REFUND),
    (re.compile(r"payout\.(created|updated|paid|failed|canceled)"), Topic.PAYOUT),
    (re.compile(r"setup_intent\.(succeeded|setup_failed)"), Topic.METHOD),
)


def parse_event(body: bytes, signature: str, secrets: Sequence[str]) -> Event:
    """Return a signed event; BadSignature also when no secret is set."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadSignature("not a signed event") from error
    if not any(_is_signed(text, signature, secret.strip()) for secret in secrets):
        raise BadSignature("not a signed event")
    try:
        return read_event(body)
    except NotAnEvent as error:
        raise BadSignature("not an event") from error


def _is_signed(text: str, signature: str, secret: str) -> bool:
    if not secret:
        return False
    try:
        stripe.WebhookSignature.verify_header(text, signature, secret, MAX_AGE_SECONDS)
    except (stripe.SignatureVerificationError, ValueError):
        return False
    return True


def read_event(body: bytes) -> Event:
    """Return an event without a signature.

    Raises  NotAnEvent
    """
    try:
        payload = _clean(json.loads(body.decode("utf-8")))
    except (ValueError, RecursionError) as error:
        raise NotAnEvent("this is not JSON") from error
    if not isinstance(payload, dict):
        raise NotAnEvent("this is not an event of Stripe")
    if not _is_event(payload):
        payload = _saved_object(payload)
    about = _dict(_dict(payload.get("data")).get("object")) or _dict(
        payload.get("related_object")
    )
    kind, ours = _text(payload.get("type"), 100), _dict(about.get("metadata"))
    topic = _topic(kind, about)
    ref = _ref(topic, about)
    return Event(
        event_id=_text(payload.get("id"), 255) or _digest(payload),
        kind=kind,
        topic=topic if ref or topic is Topic.PAYMENT else Topic.OTHER,
        ref=ref,
        payment_ref=_payment_ref(about),
        purpose=_text(ours.get("purpose"), 20),
        key=_text(ours.get("key"), 64),
        page_ref=_text(about.get("id"), 255)
        if about.get("object") == "checkout.session"
        else "",
        about=f"{kind} {_text(about.get('id'), 100)}".strip(),
        payload=payload,
    )


def _is_event(payload: dict[str, Any]) -> bool:
    named = payload.get("object") in {"event", "v2.core.event"}
    return named or ("type" in payload and isinstance(payload.get("data"), dict))


def _saved_object(payload: dict[str, Any]) -> dict[str, Any]:
    """Return a saved object as an event about it.

    Raises  NotAnEvent: it is no object either
    """
    kind, ref = _text(payload.get("object"), 90), _text(payload.get("id"), 255)
    if not kind or not ref or kind == "list":
        raise NotAnEvent("this is not an event of Stripe")
    return {"type": f"saved.{kind}", "data": {"object": payload}}


def _topic(kind: str, about: dict[str, Any]) -> Topic:
    if kind.startswith("checkout.session.") and about.get("mode") == "setup":
        return Topic.METHOD if kind == "checkout.session.completed" else Topic.OTHER
    if kind.startswith("saved."):
        return _SAVED.get(kind, Topic.OTHER)
    if kind in _PAYMENT:
        return Topic.PAYMENT
    if kind in _LOST:
        return Topic.METHOD_LOST
    return next((topic for rule, topic in _TOPICS if rule.fullmatch(kind)), Topic.OTHER)


def _ref(topic: Topic, about: dict[str, Any]) -> str:
    if topic is Topic.REFUND:
        return _payment_ref(about)
    if topic is Topic.METHOD_LOST and about.get("object") == "mandate":
        gone = about.get("status") == "inactive"
        return _text(about.get("payment_method"), 255) if gone else ""
    return _text(about.get("id"), 255)


def _payment_ref(about: dict[str, Any]) -> str:
    if about.get("object") == "payment_intent":
        return _text(about.get("id"), 255)
    held = about.get("payment_intent") or about.get("charge")
    if held is None and about.get("object") == "charge":
        held = about.get("id")
    return _text(_dict(held).get("id", held), 255)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any, length: int) -> str:
    return value[:length] if isinstance(value, str) else ""


def _digest(payload: dict[str, Any]) -> str:
    text = json.dumps(payload, sort_keys=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _clean(value: Any) -> Any:
    """Return JSON that any database stores, without secrets.

    Left out: keys that end in "secret", halves of characters and characters of value 0;
    numbers that JSON does not know become null.
    """
    if isinstance(value, dict):
        return {
            _clean(key): _clean(held)
            for key, held in value.items()
            if not _SECRET.search(key)
        }
    if isinstance(value, list):
        return [_clean(held) for held in value]
    if isinstance(value, str):
        return value.encode("utf-8", "ignore").decode("utf-8").replace("\x00", "")
    if isinstance(value, float) and value - value != 0:
        return None
    return value
