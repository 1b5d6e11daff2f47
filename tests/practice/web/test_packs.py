"""Packs on the booking page, at the member's, and at the desk."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from perenne.mail.models import Message
from perenne.people.models import Person
from perenne.practice.actions.packs import revoke_packs
from perenne.practice.models import Booking, Pack, PackKind, PackMovement
from perenne.practice.queries.bookings import cancel_token

URL = "/book/call/20260917T0700Z/"
FORM = {"name": "Ana Silva", "email": "ana@example.org", "note": "", "website": ""}


@pytest.fixture(autouse=True)
def _no_attempts_yet():
    cache.clear()


@pytest.fixture
def member(member_client):
    member_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return member_client


@pytest.fixture
def desk(owner_client):
    owner_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return owner_client


def _text(response):
    return " ".join(response.content.decode().split())


def test_a_member_books_with_a_credit_and_sees_what_is_left(member, make_pack):
    pack = make_pack()
    page = _text(member.get("/book/call/?day=2026-09-17"))
    assert "pays for it: 5 sessions left, until March 15, 2027" in page
    page = _text(member.get(URL))
    assert "With Five sessions: 5 sessions left, until March 15, 2027" in page
    assert "Pay €90.00" in page

    answer = member.post(URL, FORM | {"pack_id": str(pack.pk)})

    booking = Booking.objects.get()
    assert answer["Location"] == f"/book/done/{cancel_token(booking)}/"
    assert (booking.pack_id, booking.price_cents) == (pack.pk, 0)
    page = _text(member.get(answer["Location"]))
    assert ("Paid with the pack “Five sessions”" in page, "€" in page) == (True, False)
    assert "4 sessions left</strong> · until March 15, 2027" in _text(
        member.get("/me/bookings/")
    )


def test_a_member_may_pay_instead(member, make_pack):
    pack = make_pack()
    member.post(URL, FORM | {"pack_id": "0"})
    pack.refresh_from_db()
    assert (Booking.objects.get().price_cents, pack.left) == (9000, 5)


def test_the_cancel_link_gives_the_credit_back(
    client, make_pack, make_booking, service
):
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    pack = make_pack()
    url = f"/book/cancel/{cancel_token(make_booking(service, pack_id=pack.pk))}/"
    assert "The session comes back on your pack." in _text(client.get(url))
    client.post(url)
    pack.refresh_from_db()
    assert pack.left == 5
    assert "is back on your pack “Five sessions”" in _text(client.get(url))


@pytest.mark.parametrize("change", [{"email": "bob@example.org"}, {"pack_id": "99"}])
def test_a_pack_is_used_by_its_holder_alone(member, make_pack, change):
    pack = make_pack()
    answer = member.post(URL, FORM | {"pack_id": str(pack.pk)} | change)
    assert (answer.status_code, Booking.objects.count()) == (422, 0)
    assert Message.objects.count() == 0


def test_a_stranger_is_offered_no_pack_and_can_use_none(client, make_pack):
    pack = make_pack()
    assert 'name="pack_id"' not in client.get(URL).content.decode()
    answer = client.post(URL, FORM | {"pack_id": str(pack.pk)})
    assert (answer.status_code, Booking.objects.count()) == (422, 0)
    client.post(URL, FORM)
    pack.refresh_from_db()
    assert (Booking.objects.get().price_cents, pack.left) == (9000, 5)


def test_a_pack_that_was_used_up_meanwhile_makes_nobody_pay(member, make_pack):
    pack = make_pack()
    Pack.objects.update(left=0)
    answer = member.post(URL, FORM | {"pack_id": str(pack.pk)})
    assert (answer.status_code, Booking.objects.count()) == (422, 0)
    assert "This pack does not pay for this session" in _text(answer)


def test_a_free_service_takes_no_credit(member, make_service, make_pack):
    free = make_service("free", price_cents=0)
    make_pack(service_ids=[free.pk])
    page = member.get("/book/free/20260917T0700Z/").content.decode()
    assert 'name="pack_id"' not in page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("revoked", "It was taken back."),
        ("shut", "It waits: what it came with is paused, late or ended."),
        ("expired", "It ended on Sept. 14, 2026."),
        ("used_up", "Every session is booked or held."),
    ],
)
def test_a_member_reads_why_a_pack_pays_for_nothing(
    member, make_pack, now, state, words
):
    make_pack()
    if state == "revoked":
        revoke_packs(source="order:7", actor="system", now=now)
    changes = {
        "shut": {"open_until": now},
        "expired": {"expires_at": now.replace(day=14, hour=22, minute=0)},
        "used_up": {"left": 0},
    }
    if state in changes:
        Pack.objects.update(**changes[state])
    assert words in _text(member.get("/me/bookings/"))


@pytest.mark.parametrize("number", [1, 3])
def test_the_members_page_costs_as_many_queries_however_many_packs(
    member,
    make_kind,
    make_pack,
    make_booking,
    service,
    first,
    number,
    django_assert_num_queries,
):
    kind = make_kind()
    packs = [make_pack(kind, source=f"order:{at}") for at in range(number)]
    make_booking(service, first, pack_id=packs[0].pk)
    member.get("/me/bookings/")
    with django_assert_num_queries(8):
        member.get("/me/bookings/")


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_as_many_queries_however_many_packs(
    desk, make_kind, make_pack, number, django_assert_num_queries
):
    kind = make_kind()
    for at in range(number):
        make_pack(kind, source=f"order:{at}")
    desk.get("/desk/packs/")
    with django_assert_num_queries(11):
        desk.get("/desk/packs/")


def test_the_desk_makes_a_kind_and_changes_it(desk, service):
    assert "No pack yet" in _text(desk.get("/desk/packs/"))
    form = {
        "name": "Five hours",
        "service_ids": [str(service.pk)],
        "sessions": "5",
        "months": "6",
        "active": "on",
    }
    for wrong in ({"sessions": "0"}, {"service_ids": []}, {"months": "61"}):
        answer = desk.post("/desk/packs/kinds/new/", form | wrong)
        assert (answer.status_code, PackKind.objects.count()) == (422, 0)
    desk.post("/desk/packs/kinds/new/", form)
    kind = PackKind.objects.get()
    url = reverse("desk_practice_pack_kind", args=[kind.pk])
    page = _text(desk.get(url))
    assert ('value="Five hours"' in page, "checked" in page) == (True, True)
    desk.post(url, form | {"name": "Five", "active": ""})
    kind.refresh_from_db()
    assert (kind.name, kind.active, kind.services.get()) == ("Five", False, service)
    assert "Five" in _text(desk.get("/desk/packs/kinds/"))


def test_the_desk_gives_a_pack_adds_to_it_and_moves_its_end(desk, make_kind):
    kind = make_kind()
    assert "Nobody holds a pack yet" in _text(desk.get("/desk/packs/"))
    form = {
        "email": "bob@example.org",
        "kind_id": str(kind.pk),
        "reason": "A friend",
        "tell": "on",
        "token": "abc",
    }
    answer = desk.post("/desk/packs/give/", form | {"email": "bob@localhost"})
    assert (answer.status_code, Pack.objects.count()) == (422, 0)
    answer = desk.post("/desk/packs/give/", form)
    pack = Pack.objects.get()
    assert answer["Location"] == f"/desk/packs/{pack.pk}/"
    url = f"/desk/packs/{pack.pk}/adjust/"
    adjust = {"change": "2", "reason": "Sorry", "token": "d"}
    assert desk.post(url, adjust).status_code == 302
    for wrong in ({"change": "0"}, {"change": "-8", "token": "e"}, {"reason": ""}):
        assert desk.post(url, adjust | wrong).status_code == 422
    pack.refresh_from_db()
    assert pack.left == 7
    desk.post(f"/desk/packs/{pack.pk}/end/", {"last_on": "2027-12-31"})
    page = _text(
        desk.post(f"/desk/packs/{pack.pk}/end/", {"last_on": "2020-01-01"}, follow=True)
    )
    assert "Choose a day that is still to come." in page
    assert "until Dec. 31, 2027" in page
    assert ("A friend" in page, "Sorry" in page, "+2" in page) == (True, True, True)


def test_the_desk_sees_what_was_used_after_a_refund(
    desk, make_pack, make_booking, service, now
):
    pack = make_pack()
    make_booking(service, pack_id=pack.pk)
    revoke_packs(source="order:7", actor="system", now=now)
    page = _text(desk.get(f"/desk/packs/{pack.pk}/"))
    assert "Booked: Discovery call, 17 Sep 2026 09:00" in page
    assert "Taken back with what was left." in page
    assert [move.change for move in PackMovement.objects.order_by("pk")] == [5, -1, -4]
    assert f'href="/desk/packs/{pack.pk}/"' in _text(desk.get("/desk/bookings/"))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", 2),
        ("?q=ana", 2),
        ("?q=bob", 0),
        ("?state=open", 1),
        ("?state=over", 1),
        ("?kind=9999", 0),
        ("?kind=x", 2),
    ],
)
def test_the_list_is_searched_and_filtered(
    desk, make_kind, make_pack, now, query, shown
):
    kind = make_kind()
    make_pack(kind)
    make_pack(kind, source="order:8", ends_at=now)
    page = _text(desk.get(f"/desk/packs/{query}"))
    assert page.count("ana@example.org") == shown


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("get", "adjust/"),
        ("post", "adjust/"),
        ("post", "end/"),
    ],
)
def test_a_pack_that_is_not_there_is_not_found(desk, method, path):
    assert getattr(desk, method)(f"/desk/packs/99/{path}").status_code == 404
    assert desk.get("/desk/packs/kinds/99/").status_code == 404


def test_the_pages_speak_french(client, owner, make_pack, member_client):
    Person.objects.update(language="fr")
    make_pack()
    member_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    page = _text(member_client.get("/me/bookings/"))
    assert ("Mes carnets de séances" in page, "5 séances restantes" in page) == (
        True,
        True,
    )
