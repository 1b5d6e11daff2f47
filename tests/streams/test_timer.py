from datetime import date, timedelta

import pytest

from perenne.core.models import LogEntry
from perenne.streams.actions.timer import (
    TimerAlreadyRuns,
    TimerForgotten,
    TimerNotRunning,
    discard_timer,
    start_timer,
    stop_timer,
    switch_timer,
)
from perenne.streams.actions.work import MinutesOutOfDay
from perenne.streams.models import Timer, WorkEntry
from perenne.streams.queries import running_timer


@pytest.fixture
def timer(streams, owner, now):
    return start_timer(
        owner.pk,
        stream_id=streams["membership"].pk,
        activity="upkeep",
        note="Questions",
        actor="owner",
        now=now,
    )


def _entries():
    rows = WorkEntry.objects.order_by("pk")
    return [(e.stream and e.stream.slug, e.activity, e.on, e.minutes) for e in rows]


def test_stop_timer_logs_its_minutes(timer, owner, now):
    stop_timer(owner.pk, actor="owner", now=now + timedelta(minutes=42))
    assert _entries() == [("membership", "upkeep", date(2026, 9, 15), 42)]
    assert running_timer(owner.pk) is None
    assert list(
        LogEntry.objects.filter(verb__contains="timer").values_list("verb", flat=True)
    ) == ["streams.timer_started", "streams.timer_stopped"]


def test_one_timer_per_user(timer, owner, now):
    with pytest.raises(TimerAlreadyRuns):
        start_timer(owner.pk, stream_id=None, activity="admin", actor="owner", now=now)
    assert Timer.objects.get() == timer


def test_a_second_stop_logs_nothing(timer, owner, now):
    later = now + timedelta(minutes=5)
    stop_timer(owner.pk, actor="owner", now=later)
    with pytest.raises(TimerNotRunning):
        stop_timer(owner.pk, actor="owner", now=later)
    assert len(_entries()) == 1


def test_switch_timer_logs_and_starts_at_the_same_instant(timer, owner, now):
    later = now + timedelta(minutes=10)
    switch_timer(owner.pk, stream_id=None, activity="admin", actor="owner", now=later)
    assert _entries() == [("membership", "upkeep", date(2026, 9, 15), 10)]
    running = running_timer(owner.pk)
    assert (running.started_at, running.activity) == (later, "admin")


def test_a_forgotten_timer_asks(timer, owner, now):
    later = now + timedelta(hours=14)
    with pytest.raises(TimerForgotten):
        stop_timer(owner.pk, actor="owner", now=later)
    with pytest.raises(TimerForgotten):
        switch_timer(
            owner.pk, stream_id=None, activity="admin", actor="owner", now=later
        )
    assert (_entries(), running_timer(owner.pk)) == ([], timer)
    stop_timer(owner.pk, actor="owner", now=later, minutes=90)
    assert _entries() == [("membership", "upkeep", date(2026, 9, 15), 90)]


def test_a_timer_cannot_have_run_longer_than_it_did(timer, owner, now):
    with pytest.raises(MinutesOutOfDay):
        stop_timer(owner.pk, actor="owner", now=now + timedelta(hours=1), minutes=61)
    assert running_timer(owner.pk) == timer


def test_discard_timer_logs_no_work(timer, owner, now):
    discard_timer(owner.pk, actor="owner", now=now)
    assert (_entries(), running_timer(owner.pk)) == ([], None)
