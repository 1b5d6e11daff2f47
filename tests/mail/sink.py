"""A mail server for tests: keeps what it takes, refuses whom it is told to refuse."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading
from contextlib import closing

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


class Sink:
    """Answers per recipient; `mails` holds (recipient, content) in order of arrival."""

    def __init__(self, *, log="", pipelining=True):
        self.mails = []
        self.sessions = set()
        self.answers = {}
        self.content_answers = {}
        self.sender_answer = ""
        self._pipelining = pipelining
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND) if log else None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 - its name
        session.host_name = hostname
        self.sessions.add(id(session))
        if self._pipelining:
            responses.insert(1, "250-PIPELINING")
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 - its name
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        return "250 2.1.0 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 - its name
        answer = self.answers.get(address, "250 2.1.5 ok")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 - its name
        recipient = envelope.rcpt_tos[0]
        answer = self.content_answers.get(recipient, "250 2.0.0 queued")
        if self._log is not None:
            os.write(self._log, recipient.encode() + b"\n")
        elif answer.startswith("250"):
            self.mails.append((recipient, envelope.content))
        return answer


class _Controller(Controller):
    def factory(self):
        return SMTP(self.handler, hostname="sink", enable_SMTPUTF8=True)


def start(sink, *, port=0):
    """Serve on that or a free port of the loopback; return the controller."""
    if not port:
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
    controller = _Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    return controller


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("log")
    parser.add_argument("--no-pipelining", action="store_true")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    kept = Sink(log=options.log, pipelining=not options.no_pipelining)
    running = start(kept, port=options.port)
    sys.stdout.write(f"{running.port}\n")
    sys.stdout.flush()
    end.wait()
    running.stop()
