"""The owner's screens of services, sessions and missions."""

from datetime import timedelta

import pytest
from django.urls import reverse

from perenne.core import clock
from perenne.money.models import Invoice
from perenne.practice.models import (
    Availability,
    Booking,
    Client,
    Mission,
    MissionTime,
    Service,
    SpecialDay,
)
from perenne.streams.api import default_stream, work_facts


@pytest.fixture
def desk(owner_client):
    owner_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return owner_client


def service_form(**changes):
    return {
        "name": "Review",
        "slug": "review",
        "minutes": "45",
        "step_minutes": "15",
        "buffer_before_minutes": "0",
        "buffer_after_minutes": "15",
        "notice_hours": "24",
        "horizon_days": "60",
        "daily_cap": "0",
        "cancel_notice_hours": "24",
        "price_cents": "89,50",
        "stream": str(default_stream("one_to_one").pk),
        "active": "on",
        "day0_0_starts": "09:00",
        "day0_0_ends": "12:00",
        "day0_1_starts": "14:00",
        "day0_1_ends": "00:00",
        **changes,
    }


def test_a_service_is_made_and_changed(desk):
    desk.post(reverse("desk_practice_service_new"), service_form())

    service = Service.objects.get()
    assert (service.name, service.price_cents) == ("Review", 8950)
    assert [str(row) for row in Availability.objects.all()] == [
        "0 09:00–12:00",
        "0 14:00–00:00",
    ]
    url = reverse("desk_practice_service", args=[service.pk])
    page = desk.get(url).content.decode()
    assert ('value="89.5' in page, 'value="14:00"' in page) == (True, True)

    desk.post(url, service_form(name="Long review", day0_1_starts="", day0_1_ends=""))

    service.refresh_from_db()
    assert (service.name, Availability.objects.count()) == ("Long review", 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"slug": "cancel"},
        {"day0_1_ends": ""},
        {"day0_1_starts": "11:00"},
        {"minutes": "4"},
        {"price_cents": "-1"},
    ],
)
def test_a_wrong_service_is_refused_and_keeps_the_typing(desk, changes):
    response = desk.post(reverse("desk_practice_service_new"), service_form(**changes))

    assert response.status_code == 422
    assert 'value="Review"' in response.content.decode()
    assert Service.objects.count() == 0


def test_a_taken_address_is_said_beside_its_field(desk, make_service):
    make_service("review")

    response = desk.post(reverse("desk_practice_service_new"), service_form())

    assert "Another service already has this address." in response.content.decode()
    assert Service.objects.count() == 1


def test_a_day_is_closed_and_opened_again(desk, service):
    add = reverse("desk_practice_special_add", args=[service.pk])
    desk.post(add, {"on": "2026-09-17", "starts": "", "ends": ""})
    day = SpecialDay.objects.get()
    assert (str(day), day.starts) == ("2026-09-17", None)

    desk.post(reverse("desk_practice_special_drop", args=[service.pk, day.pk]))

    assert SpecialDay.objects.count() == 0


def test_a_session_is_held_logged_and_invoiced(desk, booking, first):
    after = first + timedelta(hours=2)
    with clock.frozen(after):
        desk.post(
            reverse("desk_practice_booking_act", args=[booking.pk, "held"]),
            {"when": "past"},
        )
        page = desk.get(reverse("desk_practice_bookings") + "?when=past&q=ana")
        assert "Invoice…" in page.content.decode()
        response = desk.post(reverse("desk_practice_booking_client", args=[booking.pk]))
        client = Client.objects.get()
        assert response["Location"] == reverse("desk_practice_client", args=[client.pk])
        desk.post(
            response["Location"],
            {"street": "1 rue du Port", "postcode": "69002", "city": "Lyon"}
            | {"country": "fr"},
        )
        desk.post(reverse("desk_practice_client_bill", args=[client.pk]))

    [fact] = work_facts(first.date(), first.date())
    assert (fact.minutes, fact.ref) == (60, f"booking:{booking.pk}")
    assert Invoice.objects.get().gross_cents == 9000


@pytest.mark.parametrize(
    ("verb", "state"), [("cancel", "cancelled"), ("held", "booked")]
)
def test_a_session_to_come_can_be_cancelled_but_not_held(desk, booking, verb, state):
    desk.post(reverse("desk_practice_booking_act", args=[booking.pk, verb]))

    booking.refresh_from_db()
    assert booking.state == state


def test_sessions_are_searched_and_paged(desk, service, make_booking, first):
    for day in range(3):
        make_booking(service, first + timedelta(days=7 * day), f"p{day}@example.org")
    url = reverse("desk_practice_bookings")

    assert len(desk.get(url).context["page"].rows) == 3
    [found] = desk.get(url + "?q=p1").context["page"].rows
    assert found.person.email == "p1@example.org"
    after = f"{int(first.timestamp())}-{Booking.objects.earliest('starts_at').pk}"
    assert len(desk.get(f"{url}?after={after}").context["page"].rows) == 2
    assert desk.get(f"{url}?state=held").context["page"].rows == []


@pytest.mark.parametrize("number", [1, 3])
def test_lists_cost_as_many_queries_however_long(
    desk, service, make_booking, first, number, django_assert_max_num_queries
):
    for day in range(number):
        make_booking(service, first + timedelta(days=7 * day), f"p{day}@example.org")

    for name in ("bookings", "services", "missions"):
        desk.get(reverse(f"desk_practice_{name}"))
        with django_assert_max_num_queries(12):
            desk.get(reverse(f"desk_practice_{name}"))


def test_a_client_a_mission_and_its_hours(desk):
    response = desk.post(
        reverse("desk_practice_client_new"),
        {"name": "Bob", "email": "bob@example.org", "company": "Bob SARL"}
        | {"country": "FR"},
    )
    desk.post(
        response["Location"],
        {
            "title": "Audit",
            "pricing": "hourly",
            "rate_cents": "80",
            "budget_hours": "10",
            "round_minutes": "0",
            "stream_id": str(default_stream("one_to_one").pk),
        },
    )
    mission = Mission.objects.get()
    assert (mission.rate_cents, mission.budget_minutes) == (8000, 600)
    url = reverse("desk_practice_mission", args=[mission.pk])

    desk.post(url, {"on": "2026-09-14", "hours": "1.5", "note": "Calls"})

    assert MissionTime.objects.get().minutes == 90
    assert "1 h 30" in desk.get(url).content.decode()
    page = desk.get(reverse("desk_practice_missions") + "?q=bob").content.decode()
    assert "Audit" in page


def test_a_member_reaches_none_of_it(member_client, business):
    for name in ("bookings", "services", "missions"):
        response = member_client.get(reverse(f"desk_practice_{name}"))
        assert response.status_code == 403
