"""Many SMTP connections in the engine's own thread: jobs in, results out, in groups.

The loop turns only while the engine waits for results; while it stores them, the
kernel's buffers keep the wires busy. Nothing is handed from thread to thread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, TypeGuard

from perenne.mail.domain.verdict import Reply, Stage
from perenne.mail.gateways.jobs import Job, Result, Waiting
from perenne.mail.gateways.smtp import (
    CONTENT_SECONDS,
    SmtpConnection,
    SmtpFailure,
    connect,
    end_after,
    envelope,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perenne.mail.domain.endpoint import Endpoint

_IDLE_SECONDS = 20
_MAX_BREAKS = 3
_GATHER_SECONDS = 0.003
_ABANDON_SECONDS = 5


class Sender:
    """A pool of connections to one server."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        connections: int,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        """Open nothing yet; connections are opened when there is something to send.

        limits  how many messages at once to a domain
        """
        self._endpoint = endpoint
        self._connections = connections
        self._jobs = Waiting(limits or {})
        self._found: list[Result] = []
        self._in_flight = 0
        self._sleepers: deque[asyncio.Future[None]] = deque()
        self._lanes: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._broken: BaseException | None = None
        self._gathering: asyncio.TimerHandle | None = None

    # --- for the engine ------------------------------------------------------------------
    def start(self) -> None:
        """Begin."""
        self._loop = _new_loop()
        for _number in range(self._connections):
            lane = self._loop.create_task(self._lane())
            self._lanes.add(lane)
            lane.add_done_callback(self._lane_ended)

    def submit(self, jobs: list[Job]) -> None:
        """Hand over messages to send."""
        self._jobs.add(jobs)
        for _job in jobs:
            if not self._wake_one():
                break

    def results(self, *, timeout: float) -> list[Result]:
        """Let the connections work until something happened, or the time is over.

        A result waits up to three milliseconds for others, until as many have come as
        are still on their way: storing a group costs little more than storing one.
        """
        if self._loop.is_closed():
            return []
        if not self._found:
            alarm = self._loop.call_later(timeout, self._loop.stop)
            self._loop.run_forever()
            alarm.cancel()
            if self._gathering is not None:
                self._gathering.cancel()
        if self._broken is not None:
            raise self._broken
        found, self._found = self._found, []
        if not self._lanes:
            self._loop.close()
        return found

    def acknowledge(self, results: list[Result], *, go_on: bool = True) -> None:
        """Say that the results are stored: their connections may go on, or must stop."""
        for result in results:
            if result.recorded is not None and not result.recorded.done():
                result.recorded.set_result(go_on)

    def withdraw(self) -> None:
        """Give back, as results, all jobs that no connection has begun."""
        self._found += [
            Result(job, Stage.RETURNED, Reply(0, "")) for job in self._jobs.drain()
        ]

    @property
    def alive(self) -> bool:
        """Tell whether a connection is open or may still be opened."""
        return bool(self._lanes)

    def stop(self) -> None:
        """Let every connection end its message, close all, give back the rest."""
        self._stopping = True
        while self._wake_one():
            continue

    def abandon(self) -> None:
        """Drop everything at once; what was in flight stays unknown."""
        if self._loop.is_closed():
            return
        lanes = list(self._lanes)
        for lane in lanes:
            lane.cancel()
        if lanes:
            self._loop.run_until_complete(asyncio.wait(lanes, timeout=_ABANDON_SECONDS))
        self._loop.close()

    # --- inside the loop -----------------------------------------------------------------
    def _lane_ended(self, lane: asyncio.Task[None]) -> None:
        self._lanes.discard(lane)
        if not lane.cancelled():
            self._broken = self._broken or lane.exception()
        if not self._lanes:
            self.withdraw()
            self._loop.stop()

    def _wake_one(self) -> bool:
        """Wake the lane that slept last: it is the likeliest to have a connection."""
        while self._sleepers:
            sleeper = self._sleepers.pop()
            if not sleeper.done():
                sleeper.set_result(None)
                return True
        return False

    def _report(self, job: Job, stage: Stage, reply: Reply) -> asyncio.Future[bool]:
        recorded: asyncio.Future[bool] = self._loop.create_future()
        self._note(Result(job, stage, reply, recorded))
        self._jobs.end(job)
        return recorded

    def _note(self, result: Result) -> None:
        self._found.append(result)
        if len(self._found) >= self._in_flight:
            self._loop.stop()
        elif len(self._found) == 1:
            self._gathering = self._loop.call_later(_GATHER_SECONDS, self._loop.stop)

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
        self._note(Result(None, Stage.CONNECT, reply))
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
        content = job.content()
        follower = self._next() if self._connection.pipelining else None
        rest = _envelope_lines(follower) if self._can_announce(follower) else b""
        self._pool._in_flight += 1  # noqa: SLF001
        try:
            self._connection.write(*content, end_after(content[-1]), rest)
            reply = await self._connection.reply(CONTENT_SECONDS)
        except SmtpFailure as failure:
            self._put_back(follower)
            self._ended(job, Stage.LOST, failure.reply)
            await self._is_recorded()
            raise
        self.sent += 1
        self._ended(job, Stage.CONTENT, reply)
        if follower is None and not self._connection.pipelining:
            follower = self._next()
        return follower, bool(rest)

    def _ended(self, job: Job, stage: Stage, reply: Reply) -> None:
        self._pool._in_flight -= 1  # noqa: SLF001
        self._recorded = self._pool._report(job, stage, reply)  # noqa: SLF001

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
        return None if pool._stopping else pool._jobs.take()  # noqa: SLF001

    def _put_back(self, job: Job | None) -> None:
        if job is not None:
            self._pool._jobs.put_back(job)  # noqa: SLF001


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
