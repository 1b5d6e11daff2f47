"""The register: numbers that exist, questions that were asked, and how it fails.

with run_register() as register:
    register.add("DE136695976", name="Beispiel GmbH")
    register.address    # …/rest-api
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_PATH = "/taxation_customs/vies/rest-api"


class Register:
    """What a test may do with it.

    questions  every question, as it was sent
    fails      the error every question gets ("MS_UNAVAILABLE"), "" to answer
    unknown_requesters   numbers that may not ask
    """

    def __init__(self, port: int) -> None:
        """Begin empty."""
        self.address = f"http://127.0.0.1:{port}{_PATH}"
        self.names: dict[str, str] = {}
        self.questions: list[dict[str, str]] = []
        self.fails = ""
        self.unknown_requesters: set[str] = set()

    def add(self, number: str, *, name: str = "---") -> None:
        """Let a number exist; states that tell no name write ---."""
        self.names[number] = name

    def reset(self) -> None:
        """Forget everything."""
        self.names.clear()
        self.questions.clear()
        self.unknown_requesters.clear()
        self.fails = ""

    def answer(self, question: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Return status and body for a question."""
        self.questions.append(question)
        requester = question.get("requesterMemberStateCode", "") + question.get(
            "requesterNumber", ""
        )
        if requester in self.unknown_requesters:
            return 400, _failure("INVALID_REQUESTER_INFO")
        if self.fails:
            return 200, _failure(self.fails)
        number = question["countryCode"] + question["vatNumber"]
        found = number in self.names
        return 200, {
            "countryCode": question["countryCode"],
            "vatNumber": question["vatNumber"],
            "requestDate": datetime.now(UTC).isoformat(),
            "valid": found,
            "requestIdentifier": f"WAPI{len(self.questions):08d}" if requester else "",
            "name": self.names.get(number, "---"),
            "address": "---",
        }


def _failure(code: str) -> dict[str, Any]:
    return {"actionSucceed": False, "errorWrappers": [{"error": code}]}


@contextmanager
def run_register() -> Iterator[Register]:
    """Serve a register on a free port of the loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.register = register = Register(server.server_port)  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield register
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Answer one question."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != f"{_PATH}/check-vat-number":
            self.send_error(404)
            return
        register = self.server.register  # type: ignore[attr-defined]
        status, found = register.answer(json.loads(body))
        answer = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: object) -> None:
        """Say nothing."""
