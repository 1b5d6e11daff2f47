from datetime import date, timedelta

import pytest
from django.urls import reverse

from perenne.core import clock
from perenne.streams.actions.timer import start_timer
from perenne.streams.api import declare_absence, log_work
from perenne.streams.domain.durations import minutes_typed
from perenne.streams.domain.week import monday_of, week_grid
from perenne.streams.models import Absence, Stream, Timer, WorkEntry


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [
        ("1:30", 90),
        ("1h30", 90),
        ("1 h 05", 65),
        ("2h", 120),
        ("2", 120),
        ("1,5", 90),
        ("0.25", 15),
        ("90 min", 90),
        ("45m", 45),
        ("1:75", None),
        ("soon", None),
        ("-1", None),
    ],
)
def test_minutes_typed(typed, minutes):
    assert minutes_typed(typed) == minutes


def test_week_grid_sums_rows_and_columns():
    monday = date(2026, 9, 14)
    tuesday, friday = date(2026, 9, 15), date(2026, 9, 18)
    work = [(monday, 1, 60), (monday, None, 15), (tuesday, 1, 30), (monday, 1, 5)]
    grid = week_grid(
        monday,
        work,
        [(1, "1:1"), (2, "Courses"), (None, "Shared")],
        days_off={friday},
        today=date(2026, 9, 19),
    )
    assert [(row.name, row.minutes[:2], row.total) for row in grid.rows] == [
        ("1:1", [65, 30], 95),
        ("Courses", [0, 0], 0),
        ("Shared", [15, 0], 15),
    ]
    assert [day.total for day in grid.days] == [80, 30, 0, 0, 0, 0, 0]
    assert grid.total == 110
    assert grid.unlogged == [date(2026, 9, 16), date(2026, 9, 17)]
    assert monday_of(date(2026, 9, 20)) == monday


def _log(streams, now, minutes, slug="courses", note=""):
    return log_work(
        stream_id=streams[slug].pk,
        activity="build",
        on=date(2026, 9, 14),
        minutes=minutes,
        note=note,
        actor="owner",
        now=now,
    )


def test_hours_page_logs_time(owner_client, streams):
    answer = owner_client.post(
        reverse("desk_streams_hours"),
        {
            "on": "2026-09-14",
            "minutes": "1h30",
            "stream": "shared",
            "activity": "admin",
            "note": "Invoices",
        },
    )
    assert (answer.status_code, answer.url) == (302, "/desk/hours/?week=2026-09-14")
    entry = WorkEntry.objects.get()
    assert (entry.minutes, entry.stream_id, entry.note) == (90, None, "Invoices")


def test_hours_page_keeps_the_typing_on_a_refusal(owner_client, streams):
    answer = owner_client.post(
        reverse("desk_streams_hours"),
        {
            "on": "2026-09-14",
            "minutes": "1500 min",
            "stream": "shared",
            "activity": "admin",
        },
    )
    assert answer.context["form"].errors.keys() == {"minutes"}
    assert answer.context["form"]["minutes"].value() == "1500 min"
    assert WorkEntry.objects.count() == 0


def test_hours_page_filters(owner_client, streams, now):
    _log(streams, now, 60, note="Module one")
    _log(streams, now, 30, slug="events")
    url = reverse("desk_streams_hours")
    assert owner_client.get(url).context["grid"].total == 90
    events = owner_client.get(url, {"stream": streams["events"].pk})
    assert [row.total for row in events.context["grid"].rows] == [30]
    assert owner_client.get(url, {"q": "module"}).context["grid"].total == 60
    assert owner_client.get(url, {"stream": "shared"}).context["grid"].total == 0
    assert owner_client.get(url, {"week": "2026-09-07"}).context["grid"].total == 0
    assert owner_client.get(url, {"week": "nonsense"}).context["grid"].total == 90


def test_hours_page_costs_the_same_at_1_and_3_rows(
    owner_client, streams, now, django_assert_num_queries
):
    url = reverse("desk_streams_hours")
    _log(streams, now, 60)
    owner_client.get(url)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as one:
        owner_client.get(url)
    _log(streams, now, 60)
    _log(streams, now, 60, slug="events")
    with CaptureQueriesContext(connection) as three:
        owner_client.get(url)
    assert len(three) == len(one)
    assert len(one) <= 14


def test_an_entry_is_changed_and_deleted_after_a_question(owner_client, streams, now):
    entry = _log(streams, now, 60)
    edit = reverse("desk_streams_entry", args=[entry.pk])
    assert owner_client.get(edit).context["form"]["minutes"].value() == "1:00"
    owner_client.post(
        edit,
        {"on": "2026-09-14", "minutes": "20m", "stream": "shared", "activity": "admin"},
    )
    entry.refresh_from_db()
    assert (entry.minutes, entry.stream_id) == (20, None)
    delete = reverse("desk_streams_entry_delete", args=[entry.pk])
    assert owner_client.get(delete).status_code == 200
    assert WorkEntry.objects.count() == 1
    owner_client.post(delete)
    assert WorkEntry.objects.count() == 0
    assert owner_client.get(edit).status_code == 404


def test_the_timer_starts_switches_and_stops_from_any_page(
    owner_client, streams, owner, now
):
    start, stop = (
        reverse("desk_streams_timer_start"),
        reverse("desk_streams_timer_stop"),
    )
    back = {"next": "/desk/streams/"}
    pressed = {"stream": streams["courses"].pk, "activity": "build", **back}
    assert owner_client.post(start, pressed).url == "/desk/streams/"
    with clock.frozen(now + timedelta(minutes=10)):
        owner_client.post(start, {"stream": "shared", "activity": "admin"})
    with clock.frozen(now + timedelta(minutes=15)):
        elsewhere = owner_client.post(stop, {"next": "https://evil.example/"})
    assert elsewhere.url == "/desk/hours/"
    assert [(e.activity, e.minutes) for e in WorkEntry.objects.order_by("pk")] == [
        ("build", 10),
        ("admin", 5),
    ]


def test_a_forgotten_timer_asks_and_then_logs_what_was_said(
    owner_client, streams, owner, now
):
    start_timer(owner.pk, stream_id=None, activity="admin", actor="owner", now=now)
    stop = reverse("desk_streams_timer_stop")
    with clock.frozen(now + timedelta(hours=15)):
        asked = owner_client.post(stop, {})
        assert (asked.status_code, asked.context["elapsed"]) == (200, 900)
        assert Timer.objects.count() == 1
        owner_client.post(stop, {"minutes": "2:00"})
    assert [e.minutes for e in WorkEntry.objects.all()] == [120]


def test_a_timer_is_discarded(owner_client, owner, now):
    start_timer(owner.pk, stream_id=None, activity="admin", actor="owner", now=now)
    owner_client.post(reverse("desk_streams_timer_discard"))
    assert (Timer.objects.count(), WorkEntry.objects.count()) == (0, 0)


def test_streams_pages(owner_client):
    url = reverse("desk_streams")
    assert owner_client.get(url).context["streams"] == []
    owner_client.post(reverse("desk_streams_add_usual"))
    assert Stream.objects.count() == 7
    owner_client.post(url, {"name": "Rent", "nature": "capital"})
    stream = Stream.objects.get(name="Rent")
    edit = reverse("desk_streams_edit", args=[stream.pk])
    assert owner_client.get(edit).status_code == 200
    owner_client.post(edit, {"name": "Rent, Lyon", "nature": "capital"})
    stream.refresh_from_db()
    assert (stream.name, stream.active) == ("Rent, Lyon", False)
    owner_client.post(reverse("desk_streams_move", args=[stream.pk]), {"to": "up"})
    assert [s.name for s in owner_client.get(url).context["streams"]][
        -2
    ] == "Rent, Lyon"


def test_absence_pages(owner_client, now):
    url = reverse("desk_streams_absences")
    assert owner_client.get(url).status_code == 200
    off = {"first_on": "2026-08-03", "last_on": "2026-08-21", "label": "Summer"}
    owner_client.post(url, off)
    absence = Absence.objects.get()
    refused = owner_client.post(url, off)
    assert refused.context["form"].errors.keys() == {"first_on"}
    edit = reverse("desk_streams_absence", args=[absence.pk])
    assert owner_client.get(edit).status_code == 200
    owner_client.post(edit, {**off, "label": "Sea"})
    delete = reverse("desk_streams_absence_delete", args=[absence.pk])
    assert owner_client.get(delete).status_code == 200
    assert Absence.objects.get().label == "Sea"
    owner_client.post(delete)
    assert Absence.objects.count() == 0


@pytest.mark.parametrize(
    "name", ["desk_streams_hours", "desk_streams", "desk_streams_absences"]
)
def test_a_member_may_not_open_the_desk(member_client, business, name):
    assert member_client.get(reverse(name)).status_code == 403


def test_days_off_are_not_called_unlogged(owner_client, streams, now):
    declare_absence(
        first_on=date(2026, 9, 14), last_on=date(2026, 9, 14), actor="owner", now=now
    )
    grid = owner_client.get(reverse("desk_streams_hours")).context["grid"]
    assert grid.unlogged == [date(2026, 9, 15)]
