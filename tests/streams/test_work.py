from datetime import date

import pytest

from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.streams.actions.work import (
    AbsenceEndsBeforeStart,
    AbsenceOverlaps,
    MinutesOutOfDay,
    change_absence,
    change_work,
    remove_work,
    withdraw_absence,
)
from perenne.streams.api import (
    WorkSum,
    absences,
    days_worked,
    days_worked_by_stream,
    declare_absence,
    log_work,
    work_by_stream,
    work_facts,
)
from perenne.streams.models import Absence, WorkEntry

DAY = date(2026, 9, 14)


@pytest.fixture
def work(streams, now):
    def log(stream, minutes, on=DAY, activity="delivery", **more):
        return log_work(
            stream_id=streams[stream].pk if stream else None,
            activity=activity,
            on=on,
            minutes=minutes,
            actor="owner",
            now=now,
            **more,
        )

    return log


def test_log_work_writes_an_entry_and_a_log_row(work, streams):
    entry = work("courses", 90, activity="build", note="Module 2", asset_ref="course:3")
    (fact,) = work_facts(DAY, DAY)
    assert (fact.minutes, fact.stream_id, fact.activity, fact.asset_ref, fact.note) == (
        90,
        streams["courses"].pk,
        "build",
        "course:3",
        "Module 2",
    )
    row = LogEntry.objects.get(verb="streams.work_logged")
    assert (row.actor, row.object_id, row.data["minutes"]) == (
        "owner",
        str(entry.pk),
        90,
    )


def test_log_work_with_a_known_ref_adds_nothing(work):
    first = work("one-to-one", 60, ref="booking:1")
    again = work("one-to-one", 45, ref="booking:1")
    assert (again.pk, again.minutes) == (first.pk, 60)
    work("one-to-one", 10)
    work("one-to-one", 10)
    assert WorkEntry.objects.count() == 3
    assert LogEntry.objects.filter(verb="streams.work_logged").count() == 3


@pytest.mark.parametrize("minutes", [0, -5, 1441])
def test_minutes_out_of_a_day_change_nothing(work, minutes):
    with pytest.raises(MinutesOutOfDay):
        work("courses", minutes)
    assert WorkEntry.objects.count() == 0


def test_work_on_an_unknown_stream_changes_nothing(streams, now):
    with pytest.raises(NotFound):
        log_work(
            stream_id=0,
            activity="build",
            on=DAY,
            minutes=5,
            actor="owner",
            now=now,
        )
    assert WorkEntry.objects.count() == 0


def test_sums_and_days(work, streams):
    work("courses", 60, activity="build")
    work("courses", 30, activity="build", on=date(2026, 9, 15))
    work(None, 20, activity="admin")
    work("courses", 99, on=date(2026, 9, 20))
    courses = streams["courses"].pk
    end = date(2026, 9, 15)
    assert sorted(work_by_stream(DAY, end), key=lambda s: s.minutes) == [
        WorkSum(None, "admin", 20),
        WorkSum(courses, "build", 90),
    ]
    assert days_worked(DAY, end) == {DAY, end}
    assert days_worked_by_stream(DAY, end) == {(DAY, courses), (end, courses)}


def test_work_facts_costs_one_query(work, django_assert_num_queries):
    for count in (1, 2):
        for _ in range(count):
            work("courses", 10)
        with django_assert_num_queries(1):
            work_facts(DAY, DAY)


def test_change_work_keeps_what_it_said_in_the_log(work, now):
    entry = work("courses", 60)
    change_work(
        entry.pk,
        stream_id=None,
        activity="admin",
        on=DAY,
        minutes=45,
        note="Invoices",
        actor="owner",
        now=now,
    )
    entry.refresh_from_db()
    assert (entry.stream_id, entry.activity, entry.minutes) == (None, "admin", 45)
    row = LogEntry.objects.get(verb="streams.work_changed")
    assert (row.data["before"]["minutes"], row.data["minutes"]) == (60, 45)


def test_remove_work_keeps_what_it_said_in_the_log(work, now):
    entry = work("courses", 60)
    remove_work(entry.pk, actor="owner", now=now)
    assert WorkEntry.objects.count() == 0
    assert LogEntry.objects.get(verb="streams.work_removed").data["minutes"] == 60
    with pytest.raises(NotFound):
        remove_work(entry.pk, actor="owner", now=now)


def test_absences_that_touch_the_period(db, now):
    declare_absence(
        first_on=date(2026, 8, 1),
        last_on=date(2026, 8, 21),
        label="Summer",
        actor="owner",
        now=now,
    )
    (off,) = absences(date(2026, 8, 21), date(2026, 8, 31))
    assert (off.first_on, off.last_on, off.label) == (
        date(2026, 8, 1),
        date(2026, 8, 21),
        "Summer",
    )
    assert len(list(off.days())) == 21
    assert absences(date(2026, 8, 22), date(2026, 8, 31)) == []


def test_absences_neither_overlap_nor_end_before_they_start(db, now):
    first = declare_absence(
        first_on=date(2026, 8, 1), last_on=date(2026, 8, 7), actor="owner", now=now
    )
    with pytest.raises(AbsenceOverlaps):
        declare_absence(
            first_on=date(2026, 8, 7), last_on=date(2026, 8, 9), actor="owner", now=now
        )
    with pytest.raises(AbsenceEndsBeforeStart):
        change_absence(
            first.pk,
            first_on=date(2026, 8, 9),
            last_on=date(2026, 8, 8),
            label="",
            actor="owner",
            now=now,
        )
    change_absence(
        first.pk,
        first_on=date(2026, 8, 2),
        last_on=date(2026, 8, 8),
        label="Sea",
        actor="owner",
        now=now,
    )
    assert [(a.first_on, a.last_on, a.label) for a in Absence.objects.all()] == [
        (date(2026, 8, 2), date(2026, 8, 8), "Sea")
    ]
    withdraw_absence(first.pk, actor="owner", now=now)
    assert Absence.objects.count() == 0
