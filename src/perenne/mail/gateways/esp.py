"""Mail services by their API (django-anymail), a thread for each connection."""

from __future__ import annotations

import threading
from email import message_from_bytes, policy
from importlib import import_module
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

import requests
from anymail.exceptions import (
    AnymailError,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
)
from django.core.mail import EmailMultiAlternatives

from perenne.mail.domain.verdict import Reply, Stage
from perenne.mail.gateways.jobs import Job, Result, Waiting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from email.message import EmailMessage

    from perenne.mail.domain.esp import Esp

_SECONDS = (10, 60)  # to connect, to wait for an answer
_STOP_SECONDS = 5
_OWN = {"from", "to", "subject", "reply-to", "mime-version", "date", "message-id"}


class EspSender:
    """A pool of connections to one service."""

    def __init__(
        self, esp: Esp, *, connections: int, limits: Mapping[str, int] | None = None
    ) -> None:
        """Open nothing yet; limits: how many messages at once to a domain."""
        self._esp = esp
        self._jobs = Waiting(limits or {})
        self._found: SimpleQueue[Result] = SimpleQueue()
        self._turn = threading.Condition()
        self._stored: dict[int, bool] = {}
        self._stopping = False
        self._broken: Exception | None = None
        self._threads = [
            threading.Thread(target=self._work, name=f"mail-{n}", daemon=True)
            for n in range(connections)
        ]

    # --- for the engine ------------------------------------------------------------------
    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def submit(self, jobs: list[Job]) -> None:
        """Hand over messages to send."""
        with self._turn:
            self._jobs.add(jobs)
            self._turn.notify_all()

    def results(self, *, timeout: float) -> list[Result]:
        """Return what happened since, waiting at most `timeout` seconds for something."""
        found = []
        if self._broken is not None:
            raise self._broken
        try:
            found.append(self._found.get(timeout=timeout))
            while True:
                found.append(self._found.get_nowait())
        except Empty:
            return found

    def acknowledge(self, results: list[Result], *, go_on: bool = True) -> None:
        """Say that the results are stored: their connections may go on, or must stop."""
        with self._turn:
            self._stored |= {r.job.number: go_on for r in results if r.job is not None}
            self._turn.notify_all()

    def withdraw(self) -> None:
        """Give back, as results, all jobs that no connection has begun."""
        with self._turn:
            for job in self._jobs.drain():
                self._found.put(Result(job, Stage.RETURNED, Reply(0, "")))

    @property
    def alive(self) -> bool:
        """Tell whether a connection may still send."""
        return any(thread.is_alive() for thread in self._threads)

    def stop(self) -> None:
        """Let every connection end its message, close all, give back the rest."""
        with self._turn:
            self._stopping = True
            self._turn.notify_all()
        self.withdraw()

    def abandon(self) -> None:
        """Drop everything at once; what was in flight stays unknown."""
        self.stop()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)

    # --- in each thread ------------------------------------------------------------------
    def _work(self) -> None:
        backend = _backend(self._esp)
        try:
            while (job := self._next()) is not None:
                stage, reply = _hand_over(backend, job)
                self._found.put(Result(job, stage, reply))
                if not self._is_recorded(job):
                    return
        except Exception as error:  # noqa: BLE001 - the engine's thread raises it
            self._broken = error
        finally:
            backend.close()

    def _next(self) -> Job | None:
        with self._turn:
            while not self._stopping:
                job = self._jobs.take()
                if job is not None:
                    return job
                self._turn.wait()
        return None

    def _is_recorded(self, job: Job) -> bool:
        """Wait until the result is stored; False when the engine says stop."""
        with self._turn:
            self._turn.wait_for(lambda: job.number in self._stored or self._stopping)
            self._jobs.end(job)
            self._turn.notify()
            return self._stored.pop(job.number, False) and not self._stopping


def _backend(esp: Esp) -> Any:
    module = import_module(f"anymail.backends.{esp.kind}")
    return module.EmailBackend(requests_timeout=_SECONDS, **esp.settings)


def _hand_over(backend: Any, job: Job) -> tuple[Stage, Reply]:
    """Give one message to the service; return its answer as a mail server would say it."""
    try:
        message = as_django_mail(b"".join(job.content()))
        backend.send_messages([message])
    except AnymailRecipientsRefused as error:
        return Stage.CONTENT, Reply(550, _words(error))
    except AnymailRequestsAPIError as error:
        return _answer(error)
    except AnymailError as error:  # the message holds what the service does not take
        return Stage.CONTENT, Reply(554, _words(error))
    identity = message.anymail_status.message_id  # type: ignore[attr-defined]
    return Stage.CONTENT, Reply(250, str(identity or "taken"))


def _answer(error: AnymailRequestsAPIError) -> tuple[Stage, Reply]:
    """Return what a failed call means: ours, theirs for a while, or this message's."""
    code = error.status_code
    if code is None:
        cause = error.__cause__ or error.__context__
        unread = isinstance(cause, requests.ReadTimeout)
        return (Stage.LOST if unread else Stage.CONNECT), Reply(0, _words(error))
    if code in {401, 403}:
        return Stage.CONTENT, Reply(535, f"{code} {_words(error)}")
    if code == 429:  # nothing was taken: rest, and spend no attempt
        return Stage.CONNECT, Reply(421, f"{code} {_words(error)}")
    if code >= 500 or code == 408:
        return Stage.CONTENT, Reply(451, f"{code} {_words(error)}")
    return Stage.CONTENT, Reply(554, f"{code} {_words(error)}")


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:500]


def as_django_mail(content: bytes) -> EmailMultiAlternatives:
    """Return our message as the services' clients want it, in its parts."""
    read: EmailMessage = message_from_bytes(content, policy=policy.default)
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    extra = {
        name: str(value)
        for name, value in read.items()
        if name.lower() not in _OWN and not name.lower().startswith("content-")
    }
    reply_to = read["Reply-To"]
    mail = EmailMultiAlternatives(
        subject=str(read["Subject"]),
        body=plain.get_content() if plain is not None else "",
        from_email=str(read["From"]),
        to=[str(read["To"])],
        reply_to=[str(reply_to)] if reply_to else None,
        headers=extra,
    )
    if html is not None:
        mail.attach_alternative(html.get_content(), "text/html")
    for part in read.iter_attachments():
        kind = part.get_content_type()
        mail.attach(part.get_filename(), part.get_payload(decode=True), kind)
    return mail
