"""Many want one slot, or one pack's last credit, at the same moment: one gets it."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection, connections

from perenne.practice.actions.bookings import SlotTaken
from perenne.practice.actions.credits import PackDoesNotPay
from perenne.practice.actions.packs import revoke_packs
from perenne.practice.models import BookedCell, Booking, Pack, PackMovement

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


def _at_once(work, count):
    """Run work(number) in so many threads that start together; return what each gave."""
    barrier = Barrier(count)

    def run(number):
        barrier.wait()
        try:
            return work(number)
        except PackDoesNotPay as refused:
            return type(refused)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


@pytest.mark.usefixtures("_on_a_file")
@pytest.mark.django_db(transaction=True)
def test_of_eight_bookings_for_the_last_credit_one_wins(
    service, make_pack, make_booking, first
):
    pack = make_pack(sessions=1)

    def want(number):
        days = (0, 1, 4, 5, 6, 7, 8, 11)[number]  # Thursday and other weekdays
        slot = first + timedelta(days=days)
        return make_booking(service, slot, pack_id=pack.pk).pk

    results = _at_once(want, 8)
    assert results.count(PackDoesNotPay) == 7
    pack.refresh_from_db()
    moves = list(PackMovement.objects.order_by("pk").values_list("why", "change"))
    assert (pack.left, moves) == (0, [("granted", 1), ("used", -1)])
    assert Booking.objects.count() == 1


@pytest.mark.usefixtures("_on_a_file")
@pytest.mark.django_db(transaction=True)
def test_a_refund_and_bookings_at_once_leave_a_balance_that_adds_up(
    service, make_pack, make_booking, first, now
):
    pack = make_pack(sessions=5)

    def act(number):
        if number == 0:
            return revoke_packs(source="order:7", actor="system", now=now)
        slot = first + timedelta(days=7 * number)
        return make_booking(service, slot, pack_id=pack.pk).pk

    results = _at_once(act, 6)
    pack = Pack.objects.get()
    changes = list(PackMovement.objects.values_list("change", flat=True))
    assert (pack.left, sum(changes)) == (0, 0)
    assert pack.revoked_at == now
    assert Booking.objects.count() == 5 - results.count(PackDoesNotPay)
