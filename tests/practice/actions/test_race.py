"""Twenty people want the same slot at the same moment: one gets it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from perenne.practice.actions.bookings import SlotTaken
from perenne.practice.models import BookedCell, Booking

PEOPLE = 20


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
@pytest.mark.parametrize("cap", [0, 1])
def test_of_twenty_at_once_one_wins(make_service, make_booking, cap):
    service, barrier = make_service(daily_cap=cap), Barrier(PEOPLE)

    def want(number):
        barrier.wait()
        try:
            return make_booking(service, email=f"p{number}@example.org").pk
        except SlotTaken as refused:
            return refused
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(PEOPLE) as threads:
        results = list(threads.map(want, range(PEOPLE)))

    won = [found for found in results if isinstance(found, int)]
    lost = [found for found in results if isinstance(found, SlotTaken)]
    assert (len(won), len(lost)) == (1, PEOPLE - 1)
    assert all(refused.alternatives for refused in lost)
    assert list(Booking.objects.values_list("pk", flat=True)) == won
    assert BookedCell.objects.count() == 15
