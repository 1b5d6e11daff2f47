"""All the simulator knows: objects by id, its own clock, and a file to survive in."""

from __future__ import annotations

import json
import secrets
import string
import threading
import time
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from simulators.stripe.errors import invalid_parameter, no_such
from simulators.stripe.shapes import PREFIXES, new_object

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_LETTERS = string.ascii_letters + string.digits
_KEPT = (
    "objects",
    "cards",
    "set_up",
    "line_items",
    "plans",
    "answers",
    "offset",
    "agenda",
    "paid_out",
)


class Store:
    """The state of one simulated account; every access holds `lock`.

    objects     id -> object as the API shows it, oldest first
    cards       payment method id -> full number of its test card or test IBAN (never
                shown)
    set_up      payment methods whose holder agreed to later charges
    line_items  session id -> its line items
    plans       session id -> payment_intent_data or setup_intent_data, as asked
    answers     idempotency key -> what was asked and answered
    offset      seconds between this clock and the machine's
    agenda      [instant, what, id] of everything that happens later
    paid_out    balance transaction id -> the payout that took it to the bank
    """

    def __init__(self, path: Path | None = None, now: int | None = None) -> None:
        """Open the file if there is one; `now` moves the clock of a new account."""
        self.lock = threading.RLock()
        self.path = path
        self.api_base = ""
        self.api_version = "2026-10-28.endive"
        self.on_event: Callable[[dict[str, Any]], None] | None = None
        self.request: dict[str, Any] = {"id": None, "idempotency_key": None}
        self.objects: dict[str, dict[str, Any]] = {}
        self.cards: dict[str, str] = {}
        self.set_up: list[str] = []
        self.line_items: dict[str, list[dict[str, Any]]] = {}
        self.plans: dict[str, dict[str, Any]] = {}
        self.answers: dict[str, dict[str, Any]] = {}
        self.agenda: list[list[Any]] = []
        self.paid_out: dict[str, str] = {}
        self.offset = 0 if now is None else now - int(time.time())
        if path is not None and path.exists():
            for name, value in json.loads(path.read_text("utf-8")).items():
                setattr(self, name, value)

    def now(self) -> int:
        """Return the simulator's own time, seconds since 1970."""
        return int(time.time()) + self.offset

    def later(self, days: int, what: str, key: str) -> None:
        """Note what happens to an object some days from now."""
        self.agenda.append([self.now() + days * 86_400, what, key])

    def save(self) -> None:
        """Write everything to the file at once, or nothing."""
        if self.path is None:
            return
        state = {name: getattr(self, name) for name in _KEPT}
        draft = self.path.with_suffix(self.path.suffix + ".new")
        draft.write_text(json.dumps(state), "utf-8")
        draft.replace(self.path)

    def new_id(self, prefix: str) -> str:
        """Return an id such as Stripe gives."""
        length = 58 if prefix.startswith("cs_") else 24
        return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))

    def add(self, kind: str, **values: Any) -> dict[str, Any]:
        """Keep and return a new object."""
        key = self.new_id(PREFIXES[kind])
        self.objects[key] = new_object(kind, key, self.now(), **values)
        return self.objects[key]

    def find(self, kind: str, key: str) -> dict[str, Any]:
        """Return the object named in a path; 404 if there is none of that kind."""
        found = self.objects.get(key)
        if found is None or found["object"] != kind or found.get("deleted"):
            raise no_such(kind, key)
        return found

    def refer(self, kind: str, key: str | None, param: str) -> dict[str, Any] | None:
        """Return the object named in a parameter, None for none; 400 if it is unknown."""
        if not key:
            return None
        found = self.objects.get(key)
        if found is None or found["object"] != kind or found.get("deleted"):
            raise no_such(kind, key, param=param, status=400)
        return found

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Return the objects of a kind, newest first."""
        return [
            held
            for held in reversed(self.objects.values())
            if held["object"] == kind and not held.get("deleted")
        ]

    def emit(self, kind: str, about: dict[str, Any]) -> dict[str, Any]:
        """Keep an event with a snapshot of its object, and hand it to the webhooks."""
        event = self.add(
            "event",
            type=kind,
            api_version=self.api_version,
            data={"object": self.shown(about)},
            request=dict(self.request),
        )
        if self.on_event is not None:
            self.on_event(event)
        return event

    def shown(self, held: dict[str, Any]) -> dict[str, Any]:
        """Return a copy as the API shows it now."""
        copy = deepcopy(held)
        if held["object"] == "balance_transaction":
            ready = held["available_on"] <= self.now()
            copy["status"] = "available" if ready else "pending"
        return copy

    def expanded(self, value: dict[str, Any], paths: list[str]) -> dict[str, Any]:
        """Return the object with the ids at the dotted paths replaced by objects."""
        shown = self.shown(value) if value.get("object") != "list" else deepcopy(value)
        for path in paths:
            self._expand(shown, path.split("."), path)
        return shown

    def _expand(self, node: Any, steps: list[str], path: str) -> None:
        if isinstance(node, list):
            for row in node:
                self._expand(row, steps, path)
            return
        step, rest = steps[0], steps[1:]
        if step == "line_items" and node.get("object") == "checkout.session":
            rows = deepcopy(self.line_items[node["id"]])
            url = f"/v1/checkout/sessions/{node['id']}/line_items"
            node[step] = {"object": "list", "url": url, "has_more": False, "data": rows}
        if step not in node:
            raise invalid_parameter(
                "expand[0]", f"This property cannot be expanded ({path})."
            )
        held = node[step]
        if isinstance(held, str):
            if held not in self.objects:
                raise invalid_parameter(
                    "expand[0]", f"This property cannot be expanded ({path})."
                )
            node[step] = held = self.shown(self.objects[held])
        if rest and held is not None:
            self._expand(held, rest, path)
