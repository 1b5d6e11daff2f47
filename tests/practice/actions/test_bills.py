"""Hours, fixed prices and held sessions become invoice lines once."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from perenne.money.models import Invoice
from perenne.practice.actions.bills import NothingToBill, bill_client
from perenne.practice.actions.bookings import mark_held
from perenne.practice.actions.missions import (
    MinutesOutOfRange,
    MissionIsDone,
    add_mission,
    add_mission_time,
    change_mission,
    save_client,
)
from perenne.practice.models import Booking, MissionTime
from perenne.practice.queries.missions import bills_for, client_by_id
from perenne.streams.api import default_stream, work_facts

DAY = date(2026, 9, 14)


@pytest.fixture
def client_of_ana(business, now):
    return save_client(
        email="ana@example.org",
        name="Ana Silva",
        street="1 rue du Port",
        postcode="69002",
        city="Lyon",
        country="FR",
        actor="owner",
        now=now,
    )


@pytest.fixture
def make_mission(client_of_ana, now):
    def make(pricing="hourly", rate_cents=8000, **fields):
        return add_mission(
            client_of_ana.pk,
            title="Audit",
            pricing=pricing,
            rate_cents=rate_cents,
            stream_id=default_stream("one_to_one").pk,
            actor="owner",
            now=now,
            **fields,
        )

    return make


def work(mission, minutes, now, on=DAY):
    return add_mission_time(
        mission.pk, on=on, minutes=minutes, note="Calls", actor="owner", now=now
    )


def lines(client):
    return [
        (line.quantity, line.unit, line.amount_cents)
        for bill in bills_for(client_by_id(client.pk))
        for line in bill.lines
    ]


@pytest.mark.parametrize(
    ("pricing", "more", "minutes", "expected"),
    [
        ("hourly", {}, [90, 10], (Decimal("1.67"), "hour", 13360)),
        ("hourly", {"round_minutes": 15}, [90, 10], (Decimal("1.75"), "hour", 14000)),
        ("daily", {"day_minutes": 420}, [210, 420], (Decimal("1.50"), "day", 12000)),
    ],
)
def test_hours_become_one_line(
    make_mission, client_of_ana, now, pricing, more, minutes, expected
):
    mission = make_mission(pricing, **more)
    for number in minutes:
        work(mission, number, now)

    assert lines(client_of_ana) == [expected]


def test_a_line_names_its_days_in_the_clients_language(
    make_mission, client_of_ana, now
):
    mission = make_mission()
    work(mission, 60, now, on=date(2026, 9, 11))
    work(mission, 60, now)

    [bill] = bills_for(client_by_id(client_of_ana.pk))
    assert [line.label for line in bill.lines] == ["Audit, 11/09/2026 – 14/09/2026"]


def test_hours_are_worked_on_the_missions_stream_too(make_mission, now):
    mission = make_mission()
    entry = work(mission, 90, now)

    [fact] = work_facts(DAY, DAY)
    assert (fact.minutes, fact.stream_id, fact.ref) == (
        90,
        mission.stream_id,
        f"mission-time:{entry.pk}",
    )


def test_hours_and_held_sessions_are_billed_once(
    make_mission, client_of_ana, service, make_booking, first, now
):
    mission = make_mission()
    work(mission, 90, now)
    booking = make_booking(service)
    after = first + timedelta(hours=2)
    mark_held(booking.pk, actor="owner", now=after)

    numbers = bill_client(client_of_ana.pk, actor="owner", now=after)

    found = Invoice.objects.order_by("pk")
    assert [row.number for row in found] == numbers
    assert [row.gross_cents for row in found] == [12000, 9000]
    assert MissionTime.objects.get().invoice_ref == found[0].ref
    assert Booking.objects.get().invoice_ref == found[1].ref
    with pytest.raises(NothingToBill):
        bill_client(client_of_ana.pk, actor="owner", now=after)
    assert Invoice.objects.count() == 2


def test_a_session_that_was_not_held_is_not_billed(
    client_of_ana, service, make_booking
):
    make_booking(service)

    assert lines(client_of_ana) == []


def test_a_fixed_price_is_billed_once_it_is_done(make_mission, client_of_ana, now):
    mission = make_mission("fixed", 150_000)
    work(mission, 600, now)
    assert lines(client_of_ana) == []

    change_mission(mission.pk, state="done", actor="owner", now=now)
    assert lines(client_of_ana) == [(Decimal(1), "flat", 150_000)]
    bill_client(client_of_ana.pk, actor="owner", now=now)

    assert lines(client_of_ana) == []


def test_an_invoice_that_cannot_be_issued_leaves_the_hours_to_bill(
    make_mission, client_of_ana, now
):
    from perenne.money.api import InvoiceIncomplete

    work(make_mission(), 60, now)
    save_client(
        email="ana@example.org", company="Silva SA", street="", actor="owner", now=now
    )

    with pytest.raises(InvoiceIncomplete):
        bill_client(client_of_ana.pk, actor="owner", now=now)

    assert MissionTime.objects.get().invoice_ref == ""
    assert Invoice.objects.count() == 0


def test_hours_are_refused_on_a_done_mission_and_out_of_a_day(make_mission, now):
    mission = make_mission()
    with pytest.raises(MinutesOutOfRange):
        work(mission, 1441, now)
    change_mission(mission.pk, state="done", actor="owner", now=now)
    with pytest.raises(MissionIsDone):
        work(mission, 60, now)

    assert MissionTime.objects.count() == 0
