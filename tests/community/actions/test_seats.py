"""Seats: taken by right, by an offer or by hand, freed, and never twice."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from perenne.community.actions.events import EventIsOver, cancel_event
from perenne.community.actions.seats import (
    EventIsFull,
    NotYetBegun,
    drop_seats,
    extend_seats,
    give_seat_by_hand,
    give_up_seat,
    mark_came,
    revoke_seats,
    suspend_seats,
    take_seat_back,
)
from perenne.community.models import Seat
from perenne.community.queries import event_for, next_events, open_seats
from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.mail.models import Message
from perenne.people.api import personal_data

DAY = timedelta(days=1)
BY = {"source": "order:7", "actor": "system"}


def _taken(event):
    """Return how many seats count, checked against the seats there are."""
    event.refresh_from_db()
    assert (
        event.seats_taken == Seat.objects.filter(event=event, released_at=None).count()
    )
    return event.seats_taken


def test_a_member_takes_one_seat_gives_it_up_and_takes_it_again(event, ana, sit, now):
    first = sit(event, ana)
    assert sit(event, ana).pk == first.pk
    assert (_taken(event), Message.objects.count()) == (1, 1)
    for _time in range(2):
        give_up_seat(event.pk, person_id=ana.pk, now=now)
    assert _taken(event) == 0
    assert sit(event, ana, at=now + DAY).pk == first.pk
    assert (_taken(event), Message.objects.count()) == (1, 2)
    verbs = LogEntry.objects.filter(verb__startswith="community.seat").order_by("pk")
    assert [row.verb for row in verbs] == [
        "community.seat_taken",
        "community.seat_given_up",
        "community.seat_taken",
    ]


def test_who_may_not_come_takes_no_seat(event, person, make_event, sit, now):
    for found in (event, make_event(tier_ids=[])):
        with pytest.raises(NotFound):
            sit(found, person)
    with pytest.raises(NotFound):
        give_up_seat(event.pk, person_id=person.pk, now=now)
    assert (Seat.objects.count(), Message.objects.count()) == (0, 0)


def test_what_is_over_cancelled_or_full_is_refused(
    make_event, ana, make_person, join_club, sit, now
):
    event = make_event(seats=1)
    with pytest.raises(EventIsOver):
        sit(event, ana, at=event.ends_at)
    sit(event, ana)
    bob = join_club(make_person("bob@example.org"))
    with pytest.raises(EventIsFull):
        sit(event, bob)
    assert (_taken(event), Message.objects.count()) == (1, 1)
    give_up_seat(event.pk, person_id=ana.pk, now=now)
    sit(event, bob)
    assert _taken(event) == 1
    cancel_event(event.pk, actor="owner", now=now)
    with pytest.raises(EventIsOver):
        sit(event, ana)


def test_a_seat_that_was_paid_for_is_given_even_when_it_is_full(
    make_event, ana, person, sit, sell, make_person
):
    event = make_event(seats=1)
    sit(event, ana)
    bob = make_person("bob@example.org")
    assert sell(event, bob).pk == sell(event, bob).pk
    assert _taken(event) == 2


def test_a_refund_frees_the_seat_once_and_for_good(event, person, sell, now):
    seat = sell(event, person)
    assert [revoke_seats(**BY, now=now) for _time in range(2)] == [1, 0]
    assert (_taken(event), sell(event, person).pk) == (0, seat.pk)
    assert _taken(event) == 0
    assert next_events(person.pk, now) == []


def test_a_refund_after_the_event_leaves_who_was_there(event, person, sell):
    seat = sell(event, person)
    mark_came(seat.pk, came=True, actor="owner", now=event.starts_at)
    assert revoke_seats(**BY, now=event.ends_at) == 0
    assert _taken(event) == 1


def test_a_seat_waits_and_opens_with_what_it_came_with(event, person, sell, now):
    sell(event, person, ends_at=now + DAY)
    assert [open_seats(at).count() for at in (now, now + DAY)] == [1, 0]
    assert extend_seats(**BY, ends_at=now + 2 * DAY, now=now) == 1
    assert extend_seats(**BY, ends_at=now + DAY, now=now) == 0
    assert [suspend_seats(**BY, now=now) for _time in range(2)] == [1, 0]
    assert open_seats(now).count() == 0
    assert extend_seats(**BY, ends_at=None, now=now) == 1
    assert open_seats(now + 9 * DAY).count() == 1
    assert _taken(event) == 1


def test_a_plan_changed_to_and_fro_keeps_one_seat(event, person, sell, now):
    seat = sell(event, person)
    by = {"event_id": event.pk, **BY}
    assert [drop_seats(**by, now=now) for _time in range(2)] == [1, 0]
    assert _taken(event) == 0
    assert extend_seats(**BY, ends_at=None, now=now) == 0
    assert (sell(event, person).pk, _taken(event)) == (seat.pk, 1)


def test_the_desk_gives_a_seat_once_and_takes_it_back(event, now):
    by = {"actor": "owner", "now": now}
    for _time in range(2):
        seat = give_seat_by_hand(event.pk, email="bob@example.org", **by)
    assert (_taken(event), Message.objects.count()) == (1, 1)
    for _time in range(2):
        take_seat_back(seat.pk, **by)
    assert _taken(event) == 0
    with pytest.raises(NotFound):
        take_seat_back(99, **by)
    with pytest.raises(NotFound):
        give_seat_by_hand(99, email="bob@example.org", **by)
    cancel_event(event.pk, **by)
    with pytest.raises(EventIsOver):
        give_seat_by_hand(event.pk, email="bob@example.org", **by)


def test_who_was_there_is_said_after_it_has_begun(event, ana, sit, now):
    seat, by = sit(event, ana), {"actor": "owner"}
    with pytest.raises(NotYetBegun):
        mark_came(seat.pk, came=True, now=now, **by)
    for came in (True, True, False):
        mark_came(seat.pk, came=came, now=event.starts_at, **by)
    seat.refresh_from_db()
    assert seat.came is False
    assert LogEntry.objects.filter(verb="community.attendance_noted").count() == 2
    take_seat_back(seat.pk, now=event.starts_at, **by)
    for gone in (seat.pk, 99):
        with pytest.raises(NotFound):
            mark_came(gone, came=True, now=event.starts_at, **by)


def test_the_link_shows_near_the_hour_to_those_with_a_seat(
    event, ana, sit, starts, now
):
    def shows(at):
        return event_for(ana.pk, event.slug, at).link_shows(at)

    near = starts - timedelta(minutes=15)
    assert shows(near) is False
    sit(event, ana)
    second = timedelta(seconds=1)
    found = [
        shows(at) for at in (near - second, near, event.ends_at - second, event.ends_at)
    ]
    assert found == [False, True, True, False]
    cancel_event(event.pk, actor="owner", now=now)
    assert shows(near) is False


def test_a_former_member_has_no_seat_any_more(event, person, join_club, sit, now):
    sit(event, join_club(person, ends_at=now + DAY))
    assert event_for(person.pk, event.slug, now).seat is not None
    with pytest.raises(NotFound):
        event_for(person.pk, event.slug, now + DAY)


def test_a_person_gets_their_seats_and_frees_them_by_erasing(event, ana, sit, now):
    sit(event, ana)
    handler = personal_data.get("community")
    [row] = handler.export(ana.pk)["live_events"]
    assert (row["event"], row["came"]) == ("Writing hour", None)
    handler.erase(ana.pk, now=now)
    assert (Seat.objects.count(), _taken(event)) == (0, 0)


@pytest.fixture
def _on_a_file(request, transactional_db):
    """Let threads meet in a real file: SQLite's test database is in memory."""
    if connection.vendor != "sqlite":
        yield
        return
    path = request.getfixturevalue("tmp_path") / "race.sqlite3"
    settings = connection.settings_dict
    before = settings["NAME"]
    target = sqlite3.connect(path)
    connection.ensure_connection()
    connection.connection.backup(target)
    target.close()
    kept = connection.connection
    connection.connection, settings["NAME"] = None, str(path)
    yield
    connection.close()
    connection.connection, settings["NAME"] = kept, before


@pytest.mark.usefixtures("_on_a_file")
@pytest.mark.django_db(transaction=True)
def test_of_eight_who_want_the_last_seat_one_gets_it(
    make_event, make_person, join_club, sit
):
    event, barrier = make_event(seats=1), Barrier(8)
    people = [join_club(make_person(f"p{at}@example.org")) for at in range(8)]

    def want(person):
        barrier.wait()
        try:
            return sit(event, person).pk
        except EventIsFull as refused:
            return type(refused)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(want, people))
    assert results.count(EventIsFull) == 7
    assert (_taken(event), Message.objects.count()) == (1, 1)
