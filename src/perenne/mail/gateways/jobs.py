"""What a pool of connections works on: jobs in, results out."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable, Mapping

    from perenne.mail.domain.verdict import Reply, Stage


@dataclass(frozen=True, slots=True)
class Job:
    """One message for one recipient.

    content  builds the whole message, signed or not, when its turn comes: pieces to be
             put together, CRLF line ends, no line beginning with a dot
    domain   the recipient's, if it has limits of its own; "" otherwise
    """

    number: int
    sender: str
    recipient: str
    content: Callable[[], list[bytes]]
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job; `job` is None when a connection could not be opened."""

    job: Job | None
    stage: Stage
    reply: Reply
    recorded: asyncio.Future[bool] | None = None


class Pool(Protocol):
    """Several connections to one server, driven by the engine.

    The promise: a connection begins the text of its next message only after the result
    of its last one was acknowledged, that is stored. Whoever dies, at most one message
    per connection is in doubt.
    """

    def start(self) -> None:
        """Begin."""

    def submit(self, jobs: list[Job]) -> None:
        """Hand over messages to send."""

    def results(self, *, timeout: float) -> list[Result]:
        """Return what happened since, waiting at most `timeout` seconds for something."""

    def acknowledge(self, results: list[Result], *, go_on: bool = True) -> None:
        """Say that the results are stored: their connections may go on, or must stop."""

    def withdraw(self) -> None:
        """Give back, as results, all jobs that no connection has begun."""

    @property
    def alive(self) -> bool:
        """Tell whether a connection is open or may still be opened."""

    def stop(self) -> None:
        """Let every connection end its message, close all, give back the rest."""

    def abandon(self) -> None:
        """Drop everything at once; what was in flight stays unknown."""


class Waiting:
    """Jobs in order, of which a limited domain has at most so many in hand."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        """Hold nothing yet; limits: how many messages at once, by domain."""
        self._limits = limits
        self._jobs: deque[Job] = deque()
        self._held_back: dict[str, deque[Job]] = {}
        self._in_hand: Counter[str] = Counter()

    def __bool__(self) -> bool:
        return bool(self._jobs)

    def add(self, jobs: Iterable[Job]) -> None:
        """Append jobs."""
        self._jobs.extend(jobs)

    def take(self) -> Job | None:
        """Return the next job that may begin, None if there is none."""
        while self._jobs:
            job = self._jobs.popleft()
            limit = self._limits.get(job.domain) if job.domain else None
            if limit is None:
                return job
            if self._in_hand[job.domain] < limit:
                self._in_hand[job.domain] += 1
                return job
            self._held_back.setdefault(job.domain, deque()).append(job)
        return None

    def end(self, job: Job) -> None:
        """Note that a job is over; the next one to its domain may begin."""
        if job.domain not in self._limits:
            return
        self._in_hand[job.domain] -= 1
        if held := self._held_back.get(job.domain):
            self._jobs.appendleft(held.popleft())

    def put_back(self, job: Job) -> None:
        """Take back, to the front, a job of which nothing was sent."""
        if job.domain in self._limits:
            self._in_hand[job.domain] -= 1
        self._jobs.appendleft(job)

    def drain(self) -> list[Job]:
        """Return all that nobody has begun, and forget it."""
        left = [*self._jobs]
        for held in self._held_back.values():
            left += held
        self._jobs.clear()
        self._held_back.clear()
        return left
