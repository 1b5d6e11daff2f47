"""A member's live events: the list, a seat, the link near the hour, the calendar file."""

from datetime import timedelta

import pytest
from icalendar import Calendar

from perenne.community.actions.events import cancel_event
from perenne.community.models import Seat
from perenne.core import clock

URL = "/me/events/writing-hour/"


@pytest.fixture
def member(member_client, ana):
    member_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return member_client


def _text(response):
    return " ".join(response.content.decode().split())


def test_a_member_takes_a_seat_and_gives_it_up(member, event):
    assert "You may come" in _text(member.get("/me/events/"))
    page = _text(member.post(f"{URL}seat/", follow=True))
    assert (
        "You have a seat; a mail is on its way." in page,
        "Take a seat" in page,
    ) == (
        True,
        False,
    )
    assert "The link to join appears here on Tuesday 13 October at 17:45." in page
    assert "meet.example" not in page
    assert "Writing hour" in _text(member.get("/me/"))
    page = _text(member.post(f"{URL}give-up/", follow=True))
    assert "Your seat is free for somebody else." in page
    assert "Take a seat" in page
    assert "Writing hour" not in _text(member.get("/me/"))


def test_the_link_to_join_shows_near_the_hour(member, event, ana, sit, starts):
    sit(event, ana)
    with clock.frozen(starts - timedelta(minutes=15)):
        page = _text(member.get(URL))
    assert 'href="https://meet.example/writing"' in page
    with clock.frozen(event.ends_at):
        page = _text(member.get(URL))
    assert ("meet.example" in page, "This event is over." in page) == (False, True)


def test_times_stand_in_the_members_own_zone_and_in_the_events(member, event):
    session = member.session
    session["time_zone"] = "America/Montreal"
    session.save()
    page = _text(member.get(URL))
    assert '12:00–13:30 <span class="quiet">(America/Montreal)</span>' in page
    assert "18:00–19:30 (Europe/Paris)" in page


def test_a_full_event_offers_no_seat(member, make_event, make_person, sell):
    event = make_event(seats=1)
    sell(event, make_person("bob@example.org"))
    page = _text(member.get(URL))
    assert ("Every seat is taken" in page, "Take a seat" in page) == (True, False)
    page = _text(member.post(f"{URL}seat/", follow=True))
    assert "Every seat is taken." in page
    assert Seat.objects.filter(source="member").count() == 0


def test_a_bought_seat_is_not_given_up_here(member, event, ana, sell):
    sell(event, ana)
    page = _text(member.get(URL))
    assert ("You have a seat" in page, "Give up my seat" in page) == (True, False)
    assert member.post(f"{URL}give-up/").status_code == 404


def test_a_cancelled_event_says_so_to_those_with_a_seat(member, event, ana, sit, now):
    sit(event, ana)
    cancel_event(event.pk, actor="owner", now=now)
    assert "cancelled" in _text(member.get("/me/events/"))
    assert "This event will not take place." in _text(member.get(URL))


def test_the_calendar_file_holds_no_link_to_join(member, event, ana, sit, starts):
    sit(event, ana)
    answer = member.get(f"{URL}event.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    assert (str(calendar["METHOD"]), calendar.events[0].start) == ("PUBLISH", starts)
    assert b"meet.example" not in answer.content


@pytest.mark.parametrize("path", ["", "event.ics"])
def test_what_does_not_concern_a_person_is_not_there(member_client, event, path):
    assert member_client.get(URL + path).status_code == 404
    assert "Writing hour" not in _text(member_client.get("/me/events/"))
    for verb in ("seat/", "give-up/"):
        assert member_client.post(URL + verb).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_as_many_queries_however_many_events(
    member, make_event, ana, sit, count, django_assert_num_queries
):
    for _event in range(count):
        sit(make_event(), ana)
    member.get("/me/events/")
    with django_assert_num_queries(9):
        member.get("/me/events/")


def test_the_pages_speak_french(member_client, ana, event):
    member_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    page = _text(member_client.get(URL))
    assert ("Prendre une place" in page, "mardi 13 octobre 2026" in page) == (
        True,
        True,
    )
