"""The life of a subscription: pure transitions, no clock, no database.

trialing -> active (first charge) | cancelling (told to stop)
active -> past_due (a charge was declined) -> active (paid) | ended (given up)
active -> paused (by the person) -> active (resumed) | cancelling (told to stop)
active -> cancelling (told to stop) -> active (changed their mind) | ended
instalments: active <-> past_due until the last one is paid -> ended (finished)

A transition that the state does not allow returns the standing unchanged.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from perenne.money.domain.renewals.dunning import Dunning


class State(StrEnum):
    """Where a subscription stands."""

    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    CANCELLING = "cancelling"
    ENDED = "ended"


class Ending(StrEnum):
    """Why it ended, or will: what the person wanted is told from what the bank refused."""

    VOLUNTARY = "voluntary"
    INVOLUNTARY = "involuntary"
    REFUNDED = "refunded"
    WITHDRAWN = "withdrawn"
    FINISHED = "finished"


LIVE = frozenset({State.TRIALING, State.ACTIVE, State.PAST_DUE, State.PAUSED})
_CHARGED = frozenset({State.TRIALING, State.ACTIVE, State.PAST_DUE})


@dataclass(frozen=True, slots=True)
class Standing:
    """What the clock needs to know of a subscription.

    period_end      until when it is paid, or until when its trial runs
    next_charge_at  when something is due to be done about money; None: nothing
    ended_reason    an Ending once it is told to stop or has ended, "" before
    paused_at, resumes_at   since when it is paused, and until when
    trial_ends_at   the end of its trial; None: it never had one
    payments_left   of a price in instalments; None: it renews without end
    """

    state: State
    period_start: datetime
    period_end: datetime
    next_charge_at: datetime | None
    cancelled_at: datetime | None = None
    ended_at: datetime | None = None
    ended_reason: str = ""
    paused_at: datetime | None = None
    resumes_at: datetime | None = None
    trial_ends_at: datetime | None = None
    payments_left: int | None = None

    @property
    def renews(self) -> bool:
        """Tell whether money is asked for again, once a pause is over."""
        return self.state in LIVE

    @property
    def in_instalments(self) -> bool:
        """Tell whether it is a debt paid in parts: it is owed, not renewed (MB4)."""
        return self.payments_left is not None

    @property
    def in_default(self) -> bool:
        """Tell whether an instalment was given up: it stays due, nobody tries any more."""
        return self.state is State.PAST_DUE and self.next_charge_at is None

    @property
    def left_of_period(self) -> timedelta:
        """Return the paid time that a pause keeps."""
        return self.period_end - (self.paused_at or self.period_end)

    def paid(self, until: datetime, *, at: datetime) -> Standing:
        """Return it paid for the period that ends at `until`.

        A stop that came while the charge was under way is kept: the period just paid is
        the last one. What is paid during a pause is kept for after it. The last
        instalment finishes it. What has ended stays ended.
        """
        if self.state is State.ENDED:
            return self
        run = replace(self, period_start=self.period_end, period_end=until)
        if self.payments_left is not None:
            run = replace(run, payments_left=max(self.payments_left - 1, 0))
            if not run.payments_left:
                return run.over(at, Ending.FINISHED)
        if self.state in _CHARGED:
            return replace(run, state=State.ACTIVE, next_charge_at=until)
        return run

    def declined(self, *, attempts: int, at: datetime, rules: Dunning) -> Standing:
        """Return it after a declined charge: another try on its day, or the end.

        An instalment that is given up stays due: it waits to be paid by the person.
        """
        if self.state not in _CHARGED:
            return self
        again = rules.retry_at(self.period_end, attempts)
        if again is None:
            return self.given_up(at)
        return replace(self, state=State.PAST_DUE, next_charge_at=max(again, at))

    def given_up(self, at: datetime) -> Standing:
        """Return it when no more tries are made: ended, or in default (instalments)."""
        if self.state not in _CHARGED:
            return self
        if self.in_instalments:
            return replace(self, state=State.PAST_DUE, next_charge_at=None)
        return self.over(at, Ending.INVOLUNTARY)

    def waiting_for_the_person(self, rules: Dunning) -> Standing:
        """Return it while the person must confirm with the bank: no try until then."""
        if self.state not in _CHARGED or self.in_default:
            return self
        last = rules.last_try_at(self.period_end)
        return replace(self, state=State.PAST_DUE, next_charge_at=last)

    def due_now(self, at: datetime) -> Standing:
        """Return a late one to be tried at once: the person gave another card."""
        if self.state is not State.PAST_DUE:
            return self
        return replace(self, next_charge_at=at)

    def stopped(self, at: datetime) -> Standing:
        """Return it told to end: with the paid period, at once when nothing is paid.

        A trial runs to its end and is never charged. A pause gives back the days it
        kept. Instalments are a debt: they cannot be stopped, only waived (MB4).
        """
        if not self.renews or self.in_instalments:
            return self
        if self.state is State.PAST_DUE:
            return replace(self.over(at, Ending.VOLUNTARY), cancelled_at=at)
        return replace(
            self.resumed(at),
            state=State.CANCELLING,
            next_charge_at=None,
            cancelled_at=at,
            ended_reason=Ending.VOLUNTARY,
        )

    def kept(self, at: datetime) -> Standing:
        """Return it with a stop taken back, as long as its period still runs."""
        if self.state is not State.CANCELLING or at >= self.period_end:
            return self
        in_trial = self.trial_ends_at == self.period_end
        return replace(
            self,
            state=State.TRIALING if in_trial else State.ACTIVE,
            next_charge_at=self.period_end,
            cancelled_at=None,
            ended_reason="",
        )

    def paused(self, at: datetime, *, until: datetime) -> Standing:
        """Return it paused: no access and no charge; the paid days left are kept (MB9)."""
        running = self.state is State.ACTIVE and at < self.period_end
        if not running or self.in_instalments or until <= at:
            return self
        return replace(
            self,
            state=State.PAUSED,
            next_charge_at=None,
            paused_at=at,
            resumes_at=until,
        )

    def resumed(self, at: datetime) -> Standing:
        """Return it running again: the days kept are given back from `at` on."""
        if self.state is not State.PAUSED:
            return self
        end = at + self.left_of_period
        return replace(
            self,
            state=State.ACTIVE,
            period_end=end,
            next_charge_at=end,
            paused_at=None,
            resumes_at=None,
        )

    def moved(self, start: datetime, until: datetime) -> Standing:
        """Return it on another plan whose first period begins at `start` (MB10)."""
        if self.state is not State.ACTIVE or self.in_instalments:
            return self
        return replace(self, period_start=start, period_end=until, next_charge_at=until)

    def cut(self, at: datetime) -> Standing:
        """Return it ended at once; the paid days that are left go back (R63)."""
        running = self.period_start < at < self.period_end
        if self.state is State.ENDED or self.in_instalments or not running:
            return self
        return replace(self, period_end=at).over(at, Ending.VOLUNTARY)

    def over(self, at: datetime, reason: Ending) -> Standing:
        """Return it ended; unless money went back, the reason it was stopped for is kept."""
        if self.state is State.ENDED:
            return self
        gone_back = reason in {Ending.REFUNDED, Ending.WITHDRAWN}
        return replace(
            self,
            state=State.ENDED,
            next_charge_at=None,
            paused_at=None,
            resumes_at=None,
            ended_at=at,
            ended_reason=reason if gone_back else self.ended_reason or reason,
        )


def access_until(
    standing: Standing, rules: Dunning, *, kept_on_default: bool = False
) -> datetime | None:
    """Return until when a standing opens what was bought; None: for good.

    Paid, in trial, or in grace, and nothing else. A pause shuts it at once; what is
    given back shuts it on that day; a debt that is paid in full leaves it open.

    kept_on_default  an instalment that stays unpaid leaves the access open (MB4)
    """
    if standing.state is State.PAUSED:
        return standing.paused_at
    if standing.state is State.ENDED:
        return _access_after_the_end(standing, rules)
    if standing.in_default and kept_on_default:
        return None
    late = standing.state is State.PAST_DUE
    return rules.access_ends_at(standing.period_end, late=late)


def _access_after_the_end(standing: Standing, rules: Dunning) -> datetime | None:
    if standing.ended_reason == Ending.FINISHED:
        return None
    if standing.ended_reason in {Ending.REFUNDED, Ending.WITHDRAWN}:
        return standing.ended_at
    late = standing.ended_reason == Ending.INVOLUNTARY
    return rules.access_ends_at(standing.period_end, late=late)
