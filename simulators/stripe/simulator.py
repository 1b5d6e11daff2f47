"""One running simulator: its state, its webhooks, its faults, and its web server."""

from __future__ import annotations

import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from simulators.stripe import controls, pages
from simulators.stripe.api import Answer, Request, answer
from simulators.stripe.checkout import answer_challenge as answer_session
from simulators.stripe.checkout import return_address, submit
from simulators.stripe.errors import ApiError
from simulators.stripe.later import run_due
from simulators.stripe.store import Store
from simulators.stripe.webhooks import Webhooks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_CHARGING = ("/v1/payment_intents", "/v1/refunds")


class Simulator:
    """A simulated account on a port of this machine (0: any free one)."""

    def __init__(
        self,
        *,
        port: int = 0,
        webhook_url: str = "",
        webhook_secret: str = "whsec_simulator",
        path: Path | None = None,
        now: int | None = None,
    ) -> None:
        """Bind the port; nothing is served before `start`."""
        self.store = Store(path, now)
        self.webhooks = Webhooks(self.store, webhook_url, webhook_secret)
        self.faults: list[str] = []
        handler = type("Handler", (_Handler,), {"simulator": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        self.api_base = f"http://127.0.0.1:{self.server.server_port}"
        self.store.api_base = self.api_base

    def start(self) -> None:
        """Serve from a thread."""
        self.webhooks.start()
        threading.Thread(
            target=self.server.serve_forever,
            kwargs={"poll_interval": 0.02},
            daemon=True,
        ).start()

    def stop(self) -> None:
        """Stop serving and delivering."""
        self.server.shutdown()
        self.server.server_close()
        self.webhooks.stop()

    def advance(self, seconds: int) -> None:
        """Move the clock forward; whatever falls due on the way happens."""
        with self.store.lock:
            self.store.offset += seconds
            run_due(self.store)
            self.store.save()

    def complete_checkout(
        self,
        session_id: str,
        *,
        card: str = "4242424242424242",
        email: str | None = None,
        authenticate: bool = True,
    ) -> str:
        """Pay a session as its buyer would, 3-D Secure included.

        Returns the shop's success address, or the hosted page's while it is not paid.
        """
        with self.store.lock:
            session = self.store.find("checkout.session", session_id)
            submit(self.store, session, card=card, email=email, name="")
            intent = session["payment_intent"] or session["setup_intent"]
            if self.store.objects[intent]["status"] == "requires_action":
                answer_session(self.store, session, passed=authenticate)
            self.store.save()
            if session["status"] == "complete":
                return return_address(session)
            return str(session["url"])

    def call(self, request: Request) -> Answer | None:
        """Answer an API call; None means that the connection breaks."""
        charging = request.method == "POST" and request.path.startswith(_CHARGING)
        fault = self.faults.pop(0) if charging and self.faults else ""
        if fault == "drop_before":
            return None
        if fault == "server_error":
            error = ApiError(500, "An unknown error occurred.", kind="api_error")
            return Answer(500, error.body())
        found = answer(self.store, request)
        return None if fault == "drop_after" else found

    def control(self, verb: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Do what a control call asks and return the state."""
        if verb == "clock":
            advance = asked.get("advance", 0)
            if "now" in asked:
                advance = int(asked["now"]) - self.store.now()
            self.advance(int(advance))
        elif verb == "webhooks":
            self._control_webhooks(asked)
        elif verb == "fail-next":
            self.faults += [asked.get("fault", "drop_after")] * asked.get("times", 1)
        elif verb != "state":
            with self.store.lock:
                controls.act(self.store, verb, asked)
                self.store.save()
        with self.store.lock:
            return {
                "now": self.store.now(),
                "held": self.webhooks.held,
                "waiting": self.webhooks.waiting(),
                "attempts": self.webhooks.attempts[-100:],
                "webhook_url": self.webhooks.url,
            }

    def _control_webhooks(self, asked: dict[str, Any]) -> None:
        self.webhooks.url = asked.get("url", self.webhooks.url)
        self.webhooks.secret = asked.get("secret", self.webhooks.secret)
        if "held" in asked:
            (self.webhooks.hold if asked["held"] else self.webhooks.release)()
        order = asked.get("deliver")
        if order == "reversed":
            order = self.webhooks.waiting()[::-1]
        if order is not None:
            self.webhooks.deliver(None if order == "all" else order)


class _Handler(BaseHTTPRequestHandler):
    """Route a connection's requests: the API, the buyer's pages, the controls."""

    simulator: Simulator
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: tests and the demo read the state instead."""

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer("")

    def do_DELETE(self) -> None:
        """Answer a DELETE."""
        self._answer("")

    def do_POST(self) -> None:
        """Answer a POST."""
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(self.rfile.read(length).decode())

    def _answer(self, body: str) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/v1/"):
            self._api(body)
            return
        try:
            if path.startswith("/control/"):
                verb = path.removeprefix("/control/").strip("/")
                self._json(200, self.simulator.control(verb, json.loads(body or "{}")))
            else:
                self._page(self._find_page(path, body))
        except ApiError as error:
            self._json(error.status, error.body())

    def _find_page(self, path: str, body: str) -> pages.Page:
        store = self.simulator.store
        name, _, key = path.strip("/").partition("/")
        posts: dict[str, Callable[[Store, str, str], pages.Page]] = {
            "pay": pages.submit_checkout,
            "authenticate": pages.answer_challenge,
        }
        gets: dict[str, Callable[[Store, str], pages.Page]] = {
            "pay": pages.show_checkout,
            "authenticate": pages.show_challenge,
            "receipts": pages.show_receipt,
        }
        with store.lock:
            run_due(store)
            if self.command == "POST" and name in posts:
                found = posts[name](store, key, body)
                store.save()
                return found
            if self.command == "GET" and name in gets:
                return gets[name](store, key)
        return pages.page("Not found", "<p>There is nothing here.</p>", 404)

    def _api(self, body: str) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        found = self.simulator.call(
            Request(self.command, parts.path, parts.query, body, headers)
        )
        if found is None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self._json(found.status, found.body, found.headers)

    def _json(
        self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        self._send(
            status,
            json.dumps(body).encode(),
            {"Content-Type": "application/json", **(headers or {})},
        )

    def _page(self, found: pages.Page) -> None:
        headers = {"Content-Type": "text/html; charset=utf-8"}
        if found.location:
            headers["Location"] = found.location
        self._send(found.status, found.html.encode(), headers)

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
