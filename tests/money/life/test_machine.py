"""The machine of subscriptions: every state and every event, and any sequence of them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from perenne.money.domain.renewals.dunning import Dunning
from perenne.money.domain.subscriptions.subscriptions import (
    Ending,
    Standing,
    State,
    access_until,
)

NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
DAY = timedelta(days=1)
START, END, LATER = NOW - 10 * DAY, NOW + 20 * DAY, NOW + 50 * DAY
RULES = Dunning((1, 3, 5), 7)


def standing(state, **fields):
    live = {"trialing", "active", "past_due"}
    defaults = {"next_charge_at": END if state in live else None}
    if state == "trialing":
        defaults |= {"trial_ends_at": END}
    if state == "past_due":
        defaults |= {"next_charge_at": END + DAY}
    if state == "paused":
        defaults |= {"paused_at": NOW - 2 * DAY, "resumes_at": LATER}
    if state in {"cancelling", "ended"}:
        defaults |= {"ended_reason": Ending.VOLUNTARY, "cancelled_at": NOW - DAY}
    if state == "ended":
        defaults |= {"ended_at": NOW - DAY}
    return Standing(State(state), START, END, **(defaults | fields))


EVENTS = {
    "paid": lambda s: s.paid(LATER, at=NOW),
    "declined": lambda s: s.declined(attempts=2, at=END, rules=RULES),
    "declined for good": lambda s: s.declined(attempts=4, at=END, rules=RULES),
    "bank asks": lambda s: s.waiting_for_the_person(RULES),
    "given up": lambda s: s.given_up(NOW),
    "card changed": lambda s: s.due_now(NOW),
    "stopped": lambda s: s.stopped(NOW),
    "kept": lambda s: s.kept(NOW),
    "paused": lambda s: s.paused(NOW, until=LATER),
    "resumed": lambda s: s.resumed(NOW),
    "moved": lambda s: s.moved(NOW, LATER),
    "cut": lambda s: s.cut(NOW),
    "over": lambda s: s.over(NOW, Ending.REFUNDED),
}
STATES = ("trialing", "active", "past_due", "paused", "cancelling", "ended")
_ = None  # unchanged
# The state after the event, by the state before it, in the order of STATES.
TABLE = {
    "paid": ("active", "active", "active", "paused", "cancelling", _),
    "declined": ("past_due", "past_due", "past_due", _, _, _),
    "declined for good": ("ended", "ended", "ended", _, _, _),
    "bank asks": ("past_due", "past_due", "past_due", _, _, _),
    "given up": ("ended", "ended", "ended", _, _, _),
    "card changed": (_, _, "past_due", _, _, _),
    "stopped": ("cancelling", "cancelling", "ended", "cancelling", _, _),
    "kept": (_, _, _, _, "active", _),
    "paused": (_, "paused", _, _, _, _),
    "resumed": (_, _, _, "active", _, _),
    "moved": (_, "active", _, _, _, _),
    "cut": ("ended", "ended", "ended", "ended", "ended", _),
    "over": ("ended", "ended", "ended", "ended", "ended", _),
}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", STATES)
def test_every_state_knows_every_event(state, event):
    before = standing(state)
    after = EVENTS[event](before)
    expected = TABLE[event][STATES.index(state)]
    if expected is None:
        assert after == before
    else:
        assert after != before
        assert after.state == expected


def test_paying_runs_from_the_end_of_what_was_paid():
    after = standing("past_due").paid(LATER, at=NOW)
    assert (after.state, after.period_start) == ("active", END)
    assert (after.period_end, after.next_charge_at) == (LATER, LATER)


def test_a_declined_charge_is_never_tried_in_the_past():
    late = END + 40 * DAY
    after = standing("active").declined(attempts=1, at=late, rules=RULES)
    assert after.next_charge_at == late


@pytest.mark.parametrize(
    ("state", "ends_at", "reason"),
    [("trialing", END, "voluntary"), ("active", END, "voluntary")],
)
def test_a_stop_keeps_what_is_paid_and_charges_nothing(state, ends_at, reason):
    after = standing(state).stopped(NOW)
    assert (after.period_end, after.next_charge_at) == (ends_at, None)
    assert (after.cancelled_at, after.ended_reason) == (NOW, reason)


def test_a_stop_of_an_unpaid_period_is_wanted_not_suffered():
    after = standing("past_due").stopped(NOW)
    assert (after.state, after.ended_reason) == ("ended", "voluntary")
    given_up = standing("past_due").given_up(NOW)
    assert (given_up.state, given_up.ended_reason) == ("ended", "involuntary")


def test_a_trial_that_was_stopped_and_kept_is_a_trial_again():
    trial = standing("trialing")
    assert trial.stopped(NOW).kept(NOW + DAY) == trial
    assert trial.stopped(NOW).kept(END) == trial.stopped(NOW)


def test_a_pause_keeps_the_paid_days_to_the_second_mb9():
    paused = standing("active").paused(NOW, until=LATER)
    assert (paused.next_charge_at, paused.resumes_at) == (None, LATER)
    assert access_until(paused, RULES) == NOW
    back = paused.resumed(LATER)
    assert back.period_end == LATER + (END - NOW)
    assert back.next_charge_at == back.period_end
    early = paused.resumed(NOW + 3 * DAY)
    assert early.period_end - (NOW + 3 * DAY) == END - NOW
    stopped = paused.stopped(NOW + 3 * DAY)
    assert (stopped.state, stopped.period_end) == ("cancelling", early.period_end)


@pytest.mark.parametrize(("at", "until"), [(END, LATER), (NOW, NOW), (NOW, NOW - DAY)])
def test_only_a_running_period_is_paused_and_only_forward(at, until):
    active = standing("active")
    assert active.paused(at, until=until) == active


def test_instalments_are_owed_until_the_last_one_mb4():
    owed = standing("active", payments_left=2)
    for refused in ("stopped", "paused", "moved", "cut"):
        assert EVENTS[refused](owed) == owed
    again = owed.paid(LATER, at=NOW)
    assert (again.state, again.payments_left) == ("active", 1)
    done = again.paid(LATER + 30 * DAY, at=LATER)
    assert (done.state, done.ended_reason) == ("ended", "finished")
    assert (done.payments_left, done.next_charge_at) == (0, None)
    assert access_until(done, RULES) is None


@pytest.mark.parametrize("kept", [True, False])
def test_an_instalment_that_is_given_up_stays_due_mb4(kept):
    owed = standing("active", payments_left=2).declined(
        attempts=4, at=END + 5 * DAY, rules=RULES
    )
    assert (owed.state, owed.in_default) == ("past_due", True)
    until = access_until(owed, RULES, kept_on_default=kept)
    assert until == (None if kept else END + 7 * DAY)
    assert owed.waiting_for_the_person(RULES) == owed
    assert owed.paid(LATER, at=NOW).state == "active"
    assert owed.over(NOW, Ending.FINISHED).ended_reason == "finished"


def test_what_is_cut_gives_the_rest_back_r63():
    after = standing("cancelling").cut(NOW)
    assert (after.period_end, after.ended_at) == (NOW, NOW)
    assert after.ended_reason == "voluntary"
    assert standing("active").cut(END) == standing("active")


def test_a_refund_is_the_reason_whatever_was_said_before():
    stopped = standing("cancelling")
    assert stopped.over(NOW, Ending.WITHDRAWN).ended_reason == "withdrawn"
    assert stopped.over(NOW, Ending.INVOLUNTARY).ended_reason == "voluntary"
    assert access_until(stopped.over(NOW, Ending.REFUNDED), RULES) == NOW


days = st.integers(0, 40)


class Lives(RuleBasedStateMachine):
    """Any sequence of events, at any pace: the machine is never left, access is paid."""

    def __init__(self):
        super().__init__()
        self.now = NOW
        self.standing = standing("trialing")
        self.attempts = 0
        # What the member may use until: paid, in trial, and grace of the rules.
        self.covered = END
        self.granted_for_good = False

    def step(self, new):
        if self.standing.state is State.ENDED:
            assert replace(new, ended_reason="") == replace(
                self.standing, ended_reason=""
            )
        self.standing = new

    @rule(days=days)
    def time_passes(self, days):
        self.now += timedelta(days=days)

    @rule(instalments=st.sampled_from([None, 1, 3]))
    def begin_anew(self, instalments):
        self.now = NOW
        state = "trialing" if instalments is None else "active"
        self.standing = standing(state, payments_left=instalments)
        self.covered, self.attempts, self.granted_for_good = END, 0, False

    @precondition(lambda self: self.standing.state != State.ENDED)
    @rule()
    def pay(self):
        until = self.standing.period_end + 30 * DAY
        self.step(self.standing.paid(until, at=self.now))
        self.covered, self.attempts = max(self.covered, until), 0
        if self.standing.ended_reason == Ending.FINISHED:
            self.granted_for_good = True

    @rule()
    def decline(self):
        self.attempts += 1
        self.step(
            self.standing.declined(attempts=self.attempts, at=self.now, rules=RULES)
        )

    @rule(event=st.sampled_from(sorted(set(EVENTS) - {"paid", "declined"})))
    def anything(self, event):
        before = self.standing
        act = {
            "bank asks": lambda s: s.waiting_for_the_person(RULES),
            "given up": lambda s: s.given_up(self.now),
            "card changed": lambda s: s.due_now(self.now),
            "stopped": lambda s: s.stopped(self.now),
            "kept": lambda s: s.kept(self.now),
            "paused": lambda s: s.paused(self.now, until=self.now + 30 * DAY),
            "resumed": lambda s: s.resumed(self.now),
            "cut": lambda s: s.cut(self.now),
            "over": lambda s: s.over(self.now, Ending.INVOLUNTARY),
            "declined for good": lambda s: s.declined(
                attempts=9, at=self.now, rules=RULES
            ),
            "moved": lambda s: s.moved(self.now, self.now + 30 * DAY),
        }[event]
        self.step(act(before))
        if before.state is State.PAUSED and self.standing.state is not State.PAUSED:
            # Days of a pause are kept: they were paid before it began.
            self.covered = max(self.covered, self.now + before.left_of_period)
        if event == "moved" and self.standing != before:
            self.covered = max(self.covered, self.now + 30 * DAY)

    @invariant()
    def it_is_a_standing_of_the_machine(self):
        held = self.standing
        assert held.state in State
        assert held.period_start < held.period_end
        assert (held.ended_at is not None) == (held.state is State.ENDED)
        assert (held.paused_at is not None) == (held.state is State.PAUSED)
        assert (held.resumes_at is not None) == (held.state is State.PAUSED)
        if held.state not in {State.TRIALING, State.ACTIVE, State.PAST_DUE}:
            assert held.next_charge_at is None
        if held.state in {State.CANCELLING, State.ENDED}:
            assert held.ended_reason in set(Ending)
        if held.state is State.TRIALING:
            assert held.trial_ends_at == held.period_end

    @invariant()
    def access_is_paid_granted_in_trial_or_in_grace(self):
        until = access_until(self.standing, RULES)
        if until is None:
            assert self.granted_for_good
            return
        assert until <= self.covered + RULES.grace_days * DAY
        if self.standing.state is State.PAUSED:
            assert until <= self.now


Lives.TestCase.settings = settings(max_examples=150, stateful_step_count=30)
TestLives = Lives.TestCase
