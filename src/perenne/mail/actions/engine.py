"""The delivery engine: claim, send over many connections, store, until nothing is due.

Each round claims ahead for about two seconds, lets the connections work, stores the
results that came in as one group, and only then lets their connections go on (AE8:
nobody missed, nobody mailed twice).
"""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from perenne.mail.actions import claims, outcomes
from perenne.mail.actions.builds import Builder
from perenne.mail.actions.lease import put_back
from perenne.mail.actions.limits import Limits
from perenne.mail.domain.verdict import Reply, Stage, Verdict, verdict
from perenne.mail.gateways.pools import open_pool
from perenne.mail.models import Message, Transport

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from threading import Event

    from perenne.mail.actions.builds import From
    from perenne.mail.actions.claims import Claimed
    from perenne.mail.actions.lease import Lease
    from perenne.mail.actions.routes import Route
    from perenne.mail.domain.esp import Address
    from perenne.mail.gateways.jobs import Result

_BEAT_SECONDS = 1.0
_WAIT_SECONDS = 0.25
_LEAST_AHEAD, _MAX_AHEAD = 20, 2000
_AHEAD_SECONDS = 2
_REST_AFTER_PROBLEM = timedelta(minutes=1)
_REST_AFTER_REFUSAL = timedelta(minutes=5)


class Engine:
    """One run over one transport; the lease is taken and released by the caller."""

    def __init__(
        self,
        *,
        lease: Lease,
        route: Route,
        address: Address,
        sender: From,
        clock: Callable[[], datetime],
    ) -> None:
        """Open nothing yet."""
        self._lease = lease
        self._clock = clock
        self._transport = lease.transport
        self._builder = Builder(sender)
        self._limits = Limits(lease, route)
        self._pool = open_pool(
            address,
            connections=self._limits.connections,
            limits=self._limits.gate.at_once,
        )
        self._held: dict[int, Claimed] = {}
        self._beat_at = time.monotonic()
        self._speed = self._transport.connections * 10.0
        self._sent_since_beat: Counter[int] = Counter()
        self._trouble: tuple[Stage, Reply] | None = None
        self._problem: tuple[Stage, Reply] | None = None
        self._lease_lost = False
        self._relieved = False
        self._drained_until = 0.0
        self._decided = 0

    def run(self, *, seconds: float, stopped: Event) -> int:
        """Send what is due, for at most so long; return how many were decided.

        stopped  ends the run as the time does
        """
        outcomes.finish_letters(now=self._clock())
        self._pool.start()
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end and not stopped.is_set():
                if not self._round():
                    break
            self._wind_up()
        except BaseException:
            # Claims stay claimed: the next lease frees them.
            self._pool.abandon()
            raise
        return self._decided

    # --- one round ---------------------------------------------------------------------
    def _round(self) -> bool:
        """Claim, wait, store; False when nothing is left to do or nothing may be done."""
        claimed = self._fill()
        idle = not self._held and not claimed and not self._limits.is_paced
        self._take_in(self._pool.results(timeout=0 if idle else _WAIT_SECONDS))
        if time.monotonic() - self._beat_at >= _BEAT_SECONDS:
            self._beat()
        if not self._pool.alive:
            self._problem = self._problem or self._trouble
            return False
        if self._lease_lost or self._problem or self._relieved:
            return False
        return bool(claimed or self._held or self._limits.hold_back(now=self._clock()))

    def _fill(self) -> int:
        """Claim so much that the connections are busy for two seconds."""
        seconds = max(time.monotonic() - self._beat_at, 0.1)
        speed = max(self._speed, self._sent_since_beat.total() / seconds)
        ahead = int(min(max(speed * _AHEAD_SECONDS, _LEAST_AHEAD), _MAX_AHEAD))
        room = ahead - len(self._held)
        if room < ahead // 2:
            return 0
        now, instant = self._clock(), time.monotonic()
        if self._held and instant < self._drained_until:
            return 0
        limit = min(room, self._limits.allowance(now=now, instant=instant))
        if limit <= 0:
            return 0
        scope = self._limits.scope(now=now)
        rows = claims.claim(scope, limit=limit, now=now, instant=instant)
        if len(rows) < limit:  # asking again after each group would cost more than it
            self._drained_until = instant + _WAIT_SECONDS
        jobs, broken = self._builder.jobs(
            rows, now=now, limited=self._limits.gate.at_once
        )
        self._limits.take(len(jobs))
        self._held.update({row["id"]: row for row in rows})
        if jobs:
            self._pool.submit(jobs)
        self._fail(broken)
        return len(rows)

    def _take_in(self, results: list[Result]) -> None:
        """Store a group of results, then let their connections go on."""
        if not results:
            return
        returned, decided = [], []
        for result in results:
            if result.job is None:
                self._trouble = (result.stage, result.reply)  # others may still serve
                continue
            row = self._let_go(result.job.number)
            meaning = verdict(result.stage, result.reply)
            if meaning in {Verdict.PUT_BACK, Verdict.TRANSPORT}:
                returned.append(result.job.number)
            elif row is not None:
                decided.append(outcomes.Outcome(row, meaning, result.reply))
            if meaning is Verdict.TRANSPORT:
                self._problem = (result.stage, result.reply)
        if returned and not self._lease_lost:
            put_back(returned, transport_id=self._transport.pk)
        self._store(decided)
        self._pool.acknowledge(results, go_on=not (self._lease_lost or self._problem))

    def _store(self, decided: list[outcomes.Outcome]) -> None:
        if not decided or self._lease_lost:
            return
        now = self._clock()
        kept = outcomes.store(
            decided,
            engine=self._lease.engine,
            transport_id=self._transport.pk,
            now=now,
        )
        if not kept:
            self._lease_lost = True
            return
        self._decided += len(decided)
        self._sent_since_beat.update(
            each.row["lane"] for each in decided if each.verdict is Verdict.SENT
        )

    def _let_go(self, number: int) -> Claimed | None:
        row = self._held.pop(number, None)
        if row is not None:
            self._limits.gate.end(claims.domain_of(row["address"]))
        return row

    def _fail(self, broken: list[Claimed]) -> None:
        """End deliveries whose message cannot be built: nothing would ever change it."""
        for row in broken:
            self._let_go(row["id"])
        reply = Reply(0, "The message has a header that cannot be sent.")
        self._store([outcomes.Outcome(row, Verdict.FAILED, reply) for row in broken])

    # --- now and then ------------------------------------------------------------------
    def _beat(self) -> None:
        """Every second: renew the lease, obey pauses and new limits, note the speed."""
        now, instant = self._clock(), time.monotonic()
        seconds, self._beat_at = instant - self._beat_at, instant
        if not self._lease.renew(now=now):
            self._lease_lost = True
            return
        self._relieved = not self._limits.renew(now=now)
        self._note_speed(seconds)
        letters = {row["lane"] for row in self._held.values()} - {claims.SERVICE_LANE}
        running = Message.objects.filter(pk__in=letters, state=Message.State.RUNNING)
        if letters and running.count() < len(letters):
            self._pool.withdraw()
        outcomes.finish_letters(now=now)

    def _note_speed(self, seconds: float) -> None:
        sent, self._sent_since_beat = self._sent_since_beat, Counter()
        self._speed = max(
            (self._speed + sent.total() / seconds) / 2, self._transport.connections
        )
        for letter, count in sent.items():
            if letter != claims.SERVICE_LANE:
                Message.objects.filter(pk=letter, state=Message.State.RUNNING).update(
                    rate_per_minute=round(count * 60 / seconds)
                )

    def _wind_up(self) -> None:
        """Let what is in flight end, store it, give the rest back, note a problem."""
        self._pool.stop()
        while self._pool.alive:
            self._take_in(self._pool.results(timeout=_WAIT_SECONDS))
            self._keep_lease()
        self._take_in(self._pool.results(timeout=0))
        if self._lease_lost:
            return
        put_back(list(self._held), transport_id=self._transport.pk)
        outcomes.finish_letters(now=self._clock())
        self._note_problem()

    def _keep_lease(self) -> None:
        if time.monotonic() - self._beat_at >= _BEAT_SECONDS:
            self._beat_at = time.monotonic()
            self._lease_lost |= not self._lease.renew(now=self._clock())

    def _note_problem(self) -> None:
        """Tell the owner why nothing leaves, and rest; or that all is well again."""
        now, row = self._clock(), Transport.objects.filter(pk=self._transport.pk)
        if self._problem is None:
            if self._decided:
                row.exclude(problem="").update(
                    problem="", problem_at=None, retry_at=None
                )
            return
        stage, reply = self._problem
        refused = stage is not Stage.CONNECT or reply.code >= 500
        rest = _REST_AFTER_REFUSAL if refused else _REST_AFTER_PROBLEM
        words = f"{reply.code} {reply.text}" if reply.code else reply.text
        row.update(problem=words[:1000], problem_at=now, retry_at=now + rest)
