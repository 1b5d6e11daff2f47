"""Events on their way to the shop: signed, retried, and held or shuffled on request."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from simulators.stripe.store import Store

_WAITS = (0.2, 1.0, 5.0, 30.0)
_TIMEOUT = 20


def signature(body: str, secret: str, at: int | None = None) -> str:
    """Return the Stripe-Signature header of a body (HMAC-SHA256 of "t.body")."""
    stamp = int(time.time()) if at is None else at
    mac = hmac.new(secret.encode(), f"{stamp}.{body}".encode(), hashlib.sha256)
    return f"t={stamp},v1={mac.hexdigest()}"


class Webhooks:
    """A queue of event ids and the thread that delivers them in order."""

    def __init__(self, store: Store, url: str, secret: str) -> None:
        """Listen to the store's events; nothing is sent while `url` is empty."""
        self.store, self.url, self.secret = store, url, secret
        self.held = False
        self.attempts: list[dict[str, Any]] = []
        self._queue = [
            event["id"]
            for event in reversed(store.all("event"))
            if event["pending_webhooks"]
        ]
        self._changed = threading.Condition()
        self._stopping = False
        self._busy = False
        store.on_event = self._queue_event
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Start delivering."""
        self._thread.start()

    def stop(self) -> None:
        """Stop delivering; what waits is dropped with the simulator."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        self._thread.join(timeout=_TIMEOUT)

    def hold(self) -> None:
        """Keep events back until `release` or `deliver`."""
        with self._changed:
            self.held = True

    def release(self) -> None:
        """Deliver what was kept back, and go on delivering at once."""
        with self._changed:
            self.held = False
            self._changed.notify_all()

    def waiting(self) -> list[str]:
        """Return the ids of the events not delivered yet, oldest first."""
        with self._changed:
            return list(self._queue)

    def deliver(self, order: Iterable[str] | None = None) -> list[int]:
        """Send events now, in this thread; those that waited stop waiting.

        order    event ids in the order wanted, repeats allowed; all waiting by default
        Returns  the shop's status for each, 0 where it did not answer
        """
        wanted = self.waiting() if order is None else list(order)
        with self._changed:
            self._queue = [key for key in self._queue if key not in wanted]
        return [self._send(key) for key in wanted]

    def settle(self, seconds: float = 10) -> None:
        """Wait until nothing is on its way; TimeoutError if that takes longer."""
        with self._changed:
            if not self._changed.wait_for(self._is_idle, timeout=seconds):
                raise TimeoutError(f"{len(self._queue)} webhooks are still waiting")

    def _is_idle(self) -> bool:
        return not self._busy and (self.held or not self.url or not self._queue)

    def _queue_event(self, event: dict[str, Any]) -> None:
        with self._changed:
            self._queue.append(event["id"])
            self._changed.notify_all()

    def _ready(self) -> bool:
        return self._stopping or bool(self._queue and self.url and not self.held)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._ready)
                if self._stopping:
                    return
                key = self._queue.pop(0)
                self._busy = True
            self._try(key)
            with self._changed:
                self._busy = False
                self._changed.notify_all()

    def _try(self, key: str) -> None:
        for wait in (*_WAITS, 0):
            if 200 <= self._send(key) < 300:
                return
            with self._changed:
                if self._changed.wait_for(lambda: self._stopping, timeout=wait):
                    return

    def signed(self, key: str) -> tuple[str, str]:
        """Return an event's body and its Stripe-Signature header."""
        with self.store.lock:
            body = json.dumps(self.store.objects[key], indent=2)
        return body, signature(body, self.secret)

    def _send(self, key: str) -> int:
        body, header = self.signed(key)
        request = urllib.request.Request(  # noqa: S310 - the shop's own address
            self.url,
            data=body.encode(),
            headers={
                "Content-Type": "application/json; charset=utf-8",
                "Stripe-Signature": header,
                "User-Agent": "Stripe/1.0 (simulator)",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
                status = int(answer.status)
        except urllib.error.HTTPError as error:
            status = error.code
            error.close()
        except OSError:
            status = 0
        self.attempts.append({"event": key, "status": status})
        with self.store.lock:
            if 200 <= status < 300 and key in self.store.objects:
                self.store.objects[key]["pending_webhooks"] = 0
                self.store.save()
        return status
