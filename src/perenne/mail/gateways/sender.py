"""Many connections in a thread of their own: jobs in, results out, in groups.

The promise: a connection puts the text of its next message on the wire only after the
result of its last one was acknowledged, that is stored. Whoever dies, at most one
message per connection is in doubt.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, TypeGuard

from perenne.mail.domain.verdict import Reply, Stage
from perenne.mail.gateways.smtp import (
    CONTENT_SECONDS,
    SmtpConnection,
    SmtpFailure,
    connect,
    dot_stuffed,
    envelope,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from perenne.mail.domain.endpoint import Endpoint

_IDLE_SECONDS = 20
_MAX_BREAKS = 3


@dataclass(frozen=True, slots=True)
class Job:
    """One message for one recipient; `content` builds the bytes when its turn comes."""

    number: int
    sender: str
    recipient: str
    content: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job; `job` is None when a connection could not be opened."""

    job: Job | None
    stage: Stage
    reply: Reply
    recorded: asyncio.Future[bool] | None = None


class Sender:
    """A pool of connections to one server, driven from another thread."""

    def __init__(self, endpoint: Endpoint, *, connections: int) -> None:
        """Open nothing yet; connections are opened when there is something to send."""
        self._endpoint = endpoint
        self._connections = connections
        self._results: SimpleQueue[Result] = SimpleQueue()
        self._jobs: deque[Job] = deque()
        self._sleepers: deque[asyncio.Future[None]] = deque()
        self._stopping = False
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    # --- for the driving thread ----------------------------------------------------------
    def start(self) -> None:
        """Begin."""
        self._thread.start()
        self._ready.wait()

    def submit(self, jobs: list[Job]) -> None:
        """Hand over messages to send."""
        self._call(self._accept, jobs)

    def results(self, *, timeout: float) -> list[Result]:
        """Return what happened since, waiting at most `timeout` seconds for something."""
        try:
            found = [self._results.get(timeout=timeout)]
        except Empty:
            return []
        while True:
            try:
                found.append(self._results.get_nowait())
            except Empty:
                return found

    def acknowledge(self, results: list[Result], *, go_on: bool = True) -> None:
        """Say that the results are stored: their connections may go on, or must stop."""
        futures = [result.recorded for result in results if result.recorded]
        if futures:
            self._call(self._release, futures, go_on)

    def withdraw(self) -> None:
        """Give back, as results, all jobs that no connection has begun."""
        self._call(self._give_back)

    @property
    def alive(self) -> bool:
        """Tell whether a connection is open or may still be opened."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Let every connection end its message, close all, give back the rest."""
        self._call(self._stop)

    def abandon(self) -> None:
        """Drop everything at once; what was in flight stays unknown."""
        self._call(self._cancel)
        self._thread.join(5)

    def _call(self, function: Callable[..., None], *arguments: object) -> None:
        """Run in the loop; nothing when it has ended: its jobs are still claimed."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(function, *arguments)

    # --- inside the loop -----------------------------------------------------------------
    def _run(self) -> None:
        with asyncio.Runner(loop_factory=_new_loop) as runner:
            self._loop = runner.get_loop()
            with suppress(asyncio.CancelledError):
                runner.run(self._serve())

    async def _serve(self) -> None:
        self._main = asyncio.current_task()
        self._ready.set()
        async with asyncio.TaskGroup() as group:
            for _number in range(self._connections):
                group.create_task(self._lane())
        self._give_back()

    def _accept(self, jobs: list[Job]) -> None:
        self._jobs.extend(jobs)
        for _job in jobs:
            if not self._wake_one():
                break

    def _wake_one(self) -> bool:
        """Wake the lane that slept last: it is the likeliest to have a connection."""
        while self._sleepers:
            sleeper = self._sleepers.pop()
            if not sleeper.done():
                sleeper.set_result(None)
                return True
        return False

    def _stop(self) -> None:
        self._stopping = True
        while self._wake_one():
            continue

    def _cancel(self) -> None:
        if self._main is not None:
            self._main.cancel()

    def _give_back(self) -> None:
        while self._jobs:
            job = self._jobs.popleft()
            self._results.put(Result(job, Stage.RETURNED, Reply(0, "")))

    @staticmethod
    def _release(futures: Iterable[asyncio.Future[bool]], go_on: bool) -> None:  # noqa: FBT001 - call_soon takes positional arguments only
        for future in futures:
            if not future.done():
                future.set_result(go_on)

    def _report(self, job: Job, stage: Stage, reply: Reply) -> asyncio.Future[bool]:
        recorded: asyncio.Future[bool] = self._loop.create_future()
        self._results.put(Result(job, stage, reply, recorded))
        return recorded

    async def _lane(self) -> None:
        """Serve jobs over one connection after another until told to stop."""
        breaks = 0
        while await self._work_to_do(None):
            try:
                connection = await connect(self._endpoint)
            except SmtpFailure as failure:
                self._give_up(failure.reply)
                return
            lane = _Lane(self, connection)
            await lane.run()
            broken = connection.lost is not None and not lane.sent
            breaks = breaks + 1 if broken else 0
            if breaks >= _MAX_BREAKS:
                lost = connection.lost or Reply(0, "the server closes the connection")
                self._give_up(lost)
                return

    def _give_up(self, reply: Reply) -> None:
        """Tell why this lane ends, and leave its work to another one."""
        self._results.put(Result(None, Stage.CONNECT, reply))
        self._wake_one()

    async def _work_to_do(self, seconds: float | None) -> bool:
        """Wait for a job; False when there is none in time or the end has come."""
        while not self._jobs and not self._stopping:
            sleeper: asyncio.Future[None] = self._loop.create_future()
            self._sleepers.append(sleeper)
            try:
                await asyncio.wait_for(sleeper, seconds)
            except TimeoutError:
                self._sleepers.remove(sleeper)
                return False
        return not self._stopping


class _Lane:
    """One connection at work."""

    def __init__(self, pool: Sender, connection: SmtpConnection) -> None:
        self._pool = pool
        self._connection = connection
        self._recorded: asyncio.Future[bool] | None = None
        self.sent = 0

    async def run(self) -> None:
        """Send until there is nothing to send, the connection breaks or the end comes."""
        pool = self._pool
        try:
            while await pool._work_to_do(_IDLE_SECONDS):  # noqa: SLF001 - one class in two rooms
                if not await self._send_all():
                    break
        finally:
            await self._connection.quit()

    async def _send_all(self) -> bool:
        """Send one job after another, each envelope riding with the text before it."""
        job, announced = self._next(), False
        while job is not None:
            try:
                job, announced = await self._send_one(job, announced=announced)
            except SmtpFailure:
                return False
        return await self._is_recorded()

    async def _send_one(self, job: Job, *, announced: bool) -> tuple[Job | None, bool]:
        """Send a job; return the next one and whether its envelope is on the wire."""
        if not await self._is_accepted(job, announced=announced):
            return (self._next() if await self._is_recorded() else None), False
        if not await self._is_recorded():
            self._put_back(job)
            self._connection.close()
            raise SmtpFailure(Reply(0, "told to stop"))
        content = dot_stuffed(job.content())
        follower = self._next() if self._connection.pipelining else None
        rest = _envelope_lines(follower) if self._can_announce(follower) else b""
        try:
            self._connection.write(content + rest)
            reply = await self._connection.reply(CONTENT_SECONDS)
        except SmtpFailure as failure:
            self._put_back(follower)
            self._recorded = self._pool._report(job, Stage.LOST, failure.reply)  # noqa: SLF001
            await self._is_recorded()
            raise
        self.sent += 1
        self._recorded = self._pool._report(job, Stage.CONTENT, reply)  # noqa: SLF001
        if follower is None and not self._connection.pipelining:
            follower = self._next()
        return follower, bool(rest)

    async def _is_accepted(self, job: Job, *, announced: bool) -> bool:
        """Tell whether the server wants the text; a refusal is reported."""
        connection = self._connection
        try:
            stage, reply = await self._announce(job, announced=announced)
        except SmtpFailure:
            self._put_back(job)
            await self._is_recorded()
            raise
        if stage is Stage.DATA and reply.code == 354:
            return True
        if await self._is_recorded():
            self._recorded = self._pool._report(job, stage, reply)  # noqa: SLF001
        else:
            self._put_back(job)
        if reply.code == 421:
            connection.close()
        return False

    async def _announce(self, job: Job, *, announced: bool) -> tuple[Stage, Reply]:
        connection = self._connection
        if not job.recipient.isascii() and not connection.smtputf8:
            return Stage.RCPT, Reply(553, "5.6.7 the server takes ASCII addresses only")
        if not connection.pipelining:
            return await connection.envelope_in_steps(
                *envelope(job.sender, job.recipient)
            )
        if not announced:
            connection.write(_envelope_lines(job))
        return await connection.envelope_result()

    def _can_announce(self, job: Job | None) -> TypeGuard[Job]:
        return job is not None and (
            job.recipient.isascii() or self._connection.smtputf8
        )

    async def _is_recorded(self) -> bool:
        """Wait until the last result is stored; False when the engine says stop."""
        if self._recorded is None:
            return True
        go_on = await self._recorded
        if go_on:
            self._recorded = None
        return go_on

    def _next(self) -> Job | None:
        pool = self._pool
        if pool._stopping or not pool._jobs:  # noqa: SLF001
            return None
        return pool._jobs.popleft()  # noqa: SLF001

    def _put_back(self, job: Job | None) -> None:
        if job is not None:
            self._pool._jobs.appendleft(job)  # noqa: SLF001


def _envelope_lines(job: Job) -> bytes:
    mail, rcpt = envelope(job.sender, job.recipient)
    return mail + b"\r\n" + rcpt + b"\r\nDATA\r\n"


def _new_loop() -> asyncio.AbstractEventLoop:
    """Return the fast loop where it exists, the standard one elsewhere."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()
