"""The owner's screens of live events."""

import pytest

from perenne.community.models import Event, Seat
from perenne.core import clock


@pytest.fixture
def desk(owner_client):
    owner_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return owner_client


def _text(response):
    return " ".join(response.content.decode().split())


def _form(tier, **changes):
    return {
        "title": "Writing hour",
        "text": "Bring a page.",
        "on": "2026-10-13",
        "at": "18:00",
        "time_zone": "Europe/Paris",
        "minutes": "90",
        "link": "https://meet.example/writing",
        "place": "",
        "seats": "20",
        "tier_ids": [str(tier.pk)],
        **changes,
    }


def test_an_event_is_made_and_changed(desk, tier, starts):
    assert "No live event is planned" in _text(desk.get("/desk/events/"))
    answer = desk.post("/desk/events/new/", _form(tier))
    event = Event.objects.get()
    assert answer["Location"] == f"/desk/events/{event.pk}/"
    assert (event.starts_at, event.seats, event.tiers.get()) == (starts, 20, tier)
    url = f"/desk/events/{event.pk}/change/"
    page = _text(desk.get(url))
    assert ('value="2026-10-13"' in page, 'value="18:00"' in page) == (True, True)
    desk.post(url, _form(tier, time_zone="America/New_York", tier_ids=[]))
    event.refresh_from_db()
    assert (event.starts_at - starts).total_seconds() == 6 * 3600
    assert event.tiers.count() == 0
    page = _text(desk.get("/desk/events/"))
    assert '18:00–19:30 <span class="quiet small">America/New_York</span>' in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"on": "2027-03-28", "at": "02:30"}, "Clocks skip this hour on that day."),
        ({"on": "2026-09-15", "at": "10:30"}, "Choose an hour that is still to come."),
        ({"link": ""}, "give a link to join, a place, or both."),
        ({"link": "javascript:alert(1)"}, "Enter a valid URL."),
        ({"seats": "0"}, "greater than or equal to 1"),
        ({"time_zone": "Mars/Base"}, "Mars/Base is not one of the available choices."),
    ],
)
def test_a_wrong_event_is_refused_and_keeps_the_typing(desk, tier, changes, words):
    answer = desk.post("/desk/events/new/", _form(tier, **changes))
    page = _text(answer)
    assert (answer.status_code, Event.objects.count()) == (422, 0)
    assert (words in page, 'value="Writing hour"' in page) == (True, True)


def test_seats_are_given_marked_and_taken_back(desk, event, ana, sit, starts):
    sit(event, ana)
    url = f"/desk/events/{event.pk}/"
    assert desk.post(f"{url}seats/", {"email": "bob@localhost"}).status_code == 422
    desk.post(f"{url}seats/", {"email": "bob@example.org"})
    page = _text(desk.get(url))
    assert ("Given by you" in page, "Member" in page, "Ana Silva" in page) == (
        True,
        True,
        True,
    )
    bob = Seat.objects.get(source="hand")
    desk.post(f"{url}seats/{bob.pk}/take-back/")
    page = _text(desk.post(f"{url}seats/{bob.pk}/came/", follow=True))
    assert Seat.objects.filter(released_at=None).count() == 1
    own = Seat.objects.get(source="member")
    page = _text(desk.post(f"{url}seats/{own.pk}/came/", {"came": "yes"}, follow=True))
    assert "This event has not begun yet." in page
    with clock.frozen(starts):
        desk.post(f"{url}seats/{own.pk}/came/", {"came": "yes"})
        page = _text(desk.get(url))
    assert '<span class="badge badge--good">yes</span>' in page


def test_an_event_is_cancelled_after_a_question(desk, event):
    url = f"/desk/events/{event.pk}/"
    assert "Cancel this event and tell everybody with a seat by mail?" in _text(
        desk.get(url)
    )
    page = _text(desk.post(f"{url}cancel/", follow=True))
    assert "Cancelled; everybody with a seat is told by mail." in page
    answer = desk.post(f"{url}seats/", {"email": "bob@example.org"})
    assert (answer.status_code, Seat.objects.count()) == (422, 0)


def test_more_sold_than_there_are_is_said(desk, make_event, person, sell):
    event = make_event(seats=1)
    for at in range(2):
        sell(event, person, source=f"order:{at}")
    page = _text(desk.get(f"/desk/events/{event.pk}/"))
    assert ("More seats are taken than there are." in page, "2 / 1" in page) == (
        True,
        True,
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", 1), ("?q=WRITING", 1), ("?q=none", 0), ("?when=past", 0), ("?page=x", 1)],
)
def test_the_list_is_searched(desk, event, query, shown):
    assert _text(desk.get(f"/desk/events/{query}")).count("Writing hour") == shown


def test_past_events_stand_apart(desk, event):
    with clock.frozen(event.ends_at):
        assert "Writing hour" in _text(desk.get("/desk/events/?when=past"))
        assert "Writing hour" not in _text(desk.get("/desk/events/"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_pages_cost_as_many_queries_however_much_they_show(
    desk, make_event, make_person, sell, count, django_assert_max_num_queries
):
    event = make_event()
    for at in range(count):
        make_event()
        sell(event, make_person(f"p{at}@example.org"), source=f"order:{at}")
    for url in ("/desk/events/", f"/desk/events/{event.pk}/"):
        desk.get(url)
        with django_assert_max_num_queries(12):
            desk.get(url)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("get", "change/"),
        ("post", "cancel/"),
        ("post", "seats/"),
        ("post", "seats/99/take-back/"),
        ("post", "seats/99/came/"),
    ],
)
def test_an_event_that_is_not_there_is_not_found(desk, method, path):
    assert getattr(desk, method)(f"/desk/events/99/{path}").status_code == 404
