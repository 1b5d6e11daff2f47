"""From the list of services to a booked slot and back, without JavaScript."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from icalendar import Calendar

from perenne.practice.models import Booking
from perenne.practice.queries.bookings import cancel_token

FORM = {"name": "Ana Silva", "email": "ana@example.org", "note": "", "website": ""}


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


@pytest.fixture
def visitor(client):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_the_list_shows_what_is_on_offer(visitor, make_service):
    make_service("call")
    make_service("old", name="Old review", active=False)

    page = visitor.get("/book/").content.decode()

    assert ("Discovery call" in page, "Old review" in page) == (True, False)


@pytest.mark.parametrize(
    ("query", "times"),
    [
        ("?day=2026-09-17", ["09:00", "09:30", "10:00", "10:30", "11:00"]),
        (
            "?day=2026-09-17&tz=Asia/Kathmandu",
            ["12:45", "13:15", "13:45", "14:15", "14:45"],
        ),
        (
            "?day=2026-09-17&tz=America/Sao_Paulo",
            ["04:00", "04:30", "05:00", "05:30", "06:00"],
        ),
        ("?day=2026-09-17&tz=../../etc/passwd", ["09:00", "09:30", "10:00"]),
    ],
)
def test_slots_are_shown_in_the_visitors_zone(visitor, service, query, times):
    response = visitor.get(f"/book/call/{query}")

    page = response.content.decode()
    assert response.status_code == 200
    assert [time for time in times if f">{time}</a>" in page] == times


def test_the_first_month_with_a_free_day_is_shown(visitor, make_service):
    make_service(notice_hours=24 * 40)

    context = visitor.get("/book/call/").context

    assert context["month"].first.isoformat() == "2026-10-01"
    assert context["month"].chosen.isoformat() == "2026-10-26"


def test_a_service_without_hours_says_so(visitor, make_service):
    make_service(hours=[])

    page = visitor.get("/book/call/").content.decode()

    assert "Nothing is free in this month" in page


def test_two_taps_lead_to_the_form_and_a_booking(visitor, service, first):
    url = "/book/call/20260917T0700Z/?tz=America/Sao_Paulo"
    assert "04:00–05:00" in visitor.get(url).content.decode()

    response = visitor.post(url, FORM)

    booking = Booking.objects.select_related("person").get()
    token = cancel_token(booking)
    assert (booking.starts_at, booking.time_zone) == (first, "America/Sao_Paulo")
    assert (booking.person.email, booking.language) == ("ana@example.org", "en")
    assert response["Location"] == f"/book/done/{token}/"
    page = visitor.get(response["Location"]).content.decode()
    assert ("It is booked" in page, "04:00–05:00" in page) == (True, True)


def test_a_taken_slot_keeps_the_typing_and_offers_others(
    visitor, service, make_booking
):
    make_booking(service)

    response = visitor.post(
        "/book/call/20260917T0700Z/", FORM | {"email": "bob@example.org"}
    )

    page = response.content.decode()
    assert response.status_code == 409
    assert "no longer free" in page
    assert 'value="bob@example.org"' in page
    assert "/book/call/20260917T0830Z/" in page
    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"email": "nobody"},
        {"email": "ana@localhost"},
        {"name": ""},
        {"website": "https://spam.example"},
    ],
)
def test_a_form_with_an_error_books_nothing(visitor, service, change):
    response = visitor.post("/book/call/20260917T0700Z/", FORM | change)

    assert response.status_code == 422
    assert Booking.objects.count() == 0


@pytest.mark.parametrize(
    "path", ["/book/none/", "/book/call/yesterday/", "/book/cancel/wrong/"]
)
def test_what_does_not_exist_is_not_found(visitor, service, path):
    assert visitor.get(path).status_code == 404


def test_the_rate_is_limited(visitor, service):
    url = "/book/call/20260917T0700Z/"
    answers = [visitor.post(url, {}).status_code for _ in range(21)]

    assert answers == [422] * 20 + [429]


def test_the_calendar_file_is_published(visitor, booking):
    response = visitor.get(f"/book/done/{cancel_token(booking)}/session.ics")

    calendar = Calendar.from_ical(response.content)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert (calendar["METHOD"], calendar.events[0].start) == (
        "PUBLISH",
        booking.starts_at,
    )


def test_looking_at_the_cancel_page_cancels_nothing(visitor, booking):
    url = f"/book/cancel/{cancel_token(booking)}/"
    assert "Cancel this appointment" in visitor.get(url).content.decode()
    booking.refresh_from_db()
    assert booking.state == "booked"

    visitor.post(url)

    booking.refresh_from_db()
    assert booking.state == "cancelled"
    assert "is cancelled" in visitor.get(url).content.decode()


def test_too_late_the_page_says_whom_to_write_to(visitor, booking):
    from perenne.core import clock

    url = f"/book/cancel/{cancel_token(booking)}/"
    with clock.frozen(booking.starts_at - timedelta(hours=2)):
        page = visitor.get(url).content.decode()
        status = visitor.post(url).status_code

    booking.refresh_from_db()
    assert ("camille@boreal.example" in page, status) == (True, 409)
    assert booking.state == "booked"


@pytest.mark.parametrize("number", [1, 3])
def test_a_month_costs_as_many_queries_however_much_is_booked(
    visitor, service, make_booking, first, number, django_assert_max_num_queries
):
    for day in range(number):
        make_booking(service, first + timedelta(days=7 * day), f"p{day}@example.org")

    with django_assert_max_num_queries(9):
        visitor.get("/book/call/?day=2026-09-18")


def test_a_member_sees_their_own_bookings(
    member_client, service, make_booking, person, first
):
    make_booking(service, email=person.email)
    make_booking(service, first + timedelta(days=1), "bob@example.org")

    page = member_client.get("/me/bookings/").content.decode()

    assert page.count("Discovery call") == 1


def test_a_stranger_has_to_sign_in(visitor, business):
    assert visitor.get("/me/bookings/").status_code == 302
