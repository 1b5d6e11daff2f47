"""The API's addresses: who asks, what for, and the same answer to the same key."""

from __future__ import annotations

import json
import operator
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulators.stripe import (
    checkout,
    disputes,
    payments,
    payouts,
    refunds,
    setups,
    subscriptions,
    wallet,
)
from simulators.stripe.errors import ApiError, invalid_parameter
from simulators.stripe.later import run_due
from simulators.stripe.parameters import Parameters, decode
from simulators.stripe.shapes import list_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulators.stripe.store import Store

    Handler = Callable[[Store, str, Parameters], dict[str, Any]]

_KEY_LIFETIME = 86_400
# Path of each collection -> its kind, and the fields its list can be filtered by.
_COLLECTIONS = {
    "customers": ("customer", ["email"]),
    "products": ("product", ["active"]),
    "prices": ("price", ["product", "active", "currency"]),
    "checkout/sessions": (
        "checkout.session",
        ["customer", "payment_intent", "status"],
    ),
    "payment_intents": ("payment_intent", ["customer"]),
    "setup_intents": ("setup_intent", ["customer", "payment_method"]),
    "payment_methods": ("payment_method", ["customer", "type"]),
    "charges": ("charge", ["customer", "payment_intent"]),
    "refunds": ("refund", ["charge", "payment_intent"]),
    "balance_transactions": ("balance_transaction", ["source", "type", "currency"]),
    "disputes": ("dispute", ["charge", "payment_intent"]),
    "payouts": ("payout", ["status"]),
    "mandates": ("mandate", []),
    "events": ("event", ["type"]),
    "subscriptions": ("subscription", ["customer", "status"]),
}
_CREATE: dict[str, Callable[[Store, Parameters], dict[str, Any]]] = {
    "customers": wallet.create_customer,
    "products": wallet.create_product,
    "prices": wallet.create_price,
    "checkout/sessions": checkout.create_session,
    "payment_intents": payments.create_intent,
    "setup_intents": setups.create_setup,
    "payment_methods": wallet.create_method,
    "refunds": refunds.create_refund,
    "payouts": payouts.create_payout,
    "subscriptions": subscriptions.create_subscription,
}
_UPDATE: dict[str, Handler] = {
    "customers": wallet.update_customer,
    "disputes": disputes.update_dispute,
    "subscriptions": subscriptions.update_subscription,
}
_VERBS: dict[tuple[str, str], Handler] = {
    ("checkout/sessions", "expire"): lambda store, key, _asked: checkout.expire_session(
        store, key
    ),
    ("payment_intents", "confirm"): payments.confirm_intent,
    ("payment_intents", "cancel"): payments.cancel_intent,
    ("setup_intents", "confirm"): setups.confirm_setup,
    ("setup_intents", "cancel"): setups.cancel_setup,
    ("disputes", "close"): disputes.close_dispute,
    ("payment_methods", "attach"): wallet.attach_method,
    ("payment_methods", "detach"): lambda store, key, _asked: wallet.detach_method(
        store, key
    ),
}
_PATH = re.compile(
    rf"/v1/(?P<collection>{'|'.join(_COLLECTIONS)})(?:/(?P<key>[^/]+))?(?:/(?P<verb>\w+))?"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One call: method, path, query and body as sent, headers in lower case."""

    method: str
    path: str
    query: str = ""
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, JSON body and extra headers."""

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


def answer(store: Store, request: Request) -> Answer:
    """Answer one API call; errors come back in Stripe's shape."""
    with store.lock:
        request_id = store.new_id("req_")
        try:
            _authenticate(request)
            store.api_version = request.headers.get("stripe-version", store.api_version)
            run_due(store)
            found = _once(store, request, request_id)
        except ApiError as error:
            found = Answer(error.status, error.body())
        finally:
            store.request = {"id": None, "idempotency_key": None}
            store.save()
    return Answer(found.status, found.body, {**found.headers, "Request-Id": request_id})


def _authenticate(request: Request) -> None:
    key = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
    if not key:
        raise ApiError(401, "You did not provide an API key.")
    if not key.startswith(("sk_test_", "rk_test_")):
        raise ApiError(401, f"Invalid API Key provided: {key[:8]}****")


def _once(store: Store, request: Request, request_id: str) -> Answer:
    """Answer a repeated idempotency key as the first time."""
    key = request.headers.get("idempotency-key", "")
    store.request = {"id": request_id, "idempotency_key": key or None}
    if request.method != "POST" or not key:
        return Answer(200, _dispatch(store, request))
    asked = json.dumps([request.path, decode(request.body)], sort_keys=True)
    held = store.answers.get(key)
    if held is not None and held["at"] > store.now() - _KEY_LIFETIME:
        if held["asked"] != asked:
            raise ApiError(
                400,
                "Keys for idempotent requests can only be used with the same "
                "parameters they were first used with. Try using a key other than "
                f"'{key}' if you meant to execute a different request.",
                kind="idempotency_error",
            )
        return Answer(held["status"], held["body"], {"Idempotent-Replayed": "true"})
    try:
        found = Answer(200, _dispatch(store, request))
    except ApiError as error:
        if error.status != 402:  # nothing was executed: the key stays free
            raise
        found = Answer(402, error.body())
    store.answers[key] = {
        "asked": asked,
        "at": store.now(),
        "status": found.status,
        "body": json.loads(json.dumps(found.body)),
    }
    return found


def _dispatch(store: Store, request: Request) -> dict[str, Any]:
    text = request.body if request.method == "POST" else request.query
    asked = Parameters(decode(text))
    found = _resource(store, request, asked)
    return store.expanded(found, asked.items("expand"))


def _unknown(request: Request) -> ApiError:
    return ApiError(
        404, f"Unrecognized request URL ({request.method}: {request.path})."
    )


def _resource(store: Store, request: Request, asked: Parameters) -> dict[str, Any]:
    match = _PATH.fullmatch(request.path.rstrip("/"))
    if match is None:
        raise _unknown(request)
    if request.method == "GET":
        return _read(store, request, asked)
    collection, key, verb = match["collection"], match["key"], match["verb"]
    if request.method == "DELETE" and collection == "customers" and key and not verb:
        return wallet.delete_customer(store, key)
    if request.method == "POST" and verb and (collection, verb) in _VERBS:
        return _VERBS[collection, verb](store, key, asked)
    if request.method == "POST" and not key and collection in _CREATE:
        return _CREATE[collection](store, asked)
    if request.method == "POST" and collection in _UPDATE and not verb:
        return _UPDATE[collection](store, key, asked)
    raise _unknown(request)


def _read(store: Store, request: Request, asked: Parameters) -> dict[str, Any]:
    match = _PATH.fullmatch(request.path.rstrip("/"))
    if match is None:
        raise _unknown(request)
    collection, key, verb = match["collection"], match["key"], match["verb"]
    kind, filters = _COLLECTIONS[collection]
    if key is None:
        rows = [store.shown(row) for row in _all(store, kind, asked)]
        return _page(_filtered(rows, asked, filters), asked, request.path)
    if verb is None:
        asked.only()
        return store.find(kind, key)
    if (collection, verb) == ("checkout/sessions", "line_items"):
        return checkout.session_items(store, key)
    if (collection, verb) == ("customers", "payment_methods"):
        store.find("customer", key)
        owned = [m for m in store.all("payment_method") if m["customer"] == key]
        return _page(_filtered(owned, asked, ["type"]), asked, request.path)
    raise _unknown(request)


def _all(store: Store, kind: str, asked: Parameters) -> list[dict[str, Any]]:
    payout = asked.text("payout") if kind == "balance_transaction" else None
    return payouts.of_payout(store, payout) if payout else store.all(kind)


def _filtered(
    rows: list[dict[str, Any]], asked: Parameters, names: list[str]
) -> list[dict[str, Any]]:
    paging = ["limit", "starting_after", "ending_before", "created", "types"]
    asked.only(*names, *paging, *(["payout"] if "source" in names else []))
    for name in names:
        wanted = asked.text(name)
        if wanted not in {None, "all"}:
            values = {"true": True, "false": False}
            rows = [row for row in rows if row[name] == values.get(wanted, wanted)]
    types = asked.items("types")
    if types:
        rows = [row for row in rows if row["type"] in types]
    return _created(rows, asked)


def _created(rows: list[dict[str, Any]], asked: Parameters) -> list[dict[str, Any]]:
    bounds = asked.sub("created")
    bounds.only("gt", "gte", "lt", "lte")
    tests = {
        "gt": operator.gt,
        "gte": operator.ge,
        "lt": operator.lt,
        "lte": operator.le,
    }
    for name, test in tests.items():
        bound = bounds.number(name)
        if bound is not None:
            rows = [row for row in rows if test(row["created"], bound)]
    return rows


def _page(rows: list[dict[str, Any]], asked: Parameters, url: str) -> dict[str, Any]:
    limit = asked.number("limit", 10) or 0
    if not 1 <= limit <= 100:
        raise invalid_parameter("limit", "Limit must be between 1 and 100.")
    keys = [row["id"] for row in rows]
    start, stop = 0, len(rows)
    after, before = asked.text("starting_after"), asked.text("ending_before")
    if after in keys:
        start = keys.index(after) + 1
    if before in keys:
        stop = keys.index(before)
        start = max(start, stop - limit)
    page = rows[start : min(stop, start + limit)]
    more = start > 0 if before else stop - start > limit
    return list_of(url, page, has_more=more)
