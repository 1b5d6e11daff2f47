"""A member's own data, and the owner's list of erasure requests (SL12, R33)."""

import csv
import io
import json
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from perenne.audience.api import record_consent
from perenne.people.actions.notes import add_note
from perenne.people.actions.requests import ask_erasure
from perenne.people.models import Person, PersonalDataRequest

pytestmark = pytest.mark.django_db
PATH = "/me/data/"


@pytest.fixture
def member(member_client, business, person, now):
    member_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    record_consent(person.pk, wording="=I agree", source="hand", actor="owner", now=now)
    add_note(person.pk, text="Likes blue", actor="owner", now=now)
    return member_client


@pytest.fixture
def desk(owner_client):
    owner_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return owner_client


def test_a_member_sees_what_is_held(member):
    answer = member.get(PATH)
    with translation.override("en"):
        counts = {str(s["title"]): s["count"] for s in answer.context["sections"]}
    assert answer.status_code == 200
    assert answer["Cache-Control"].count("no-store") == 1
    assert counts["Letters, consents and tags"] == 2
    assert counts["You"] == 2


def test_the_file_holds_everything_for_machines_readers_and_spreadsheets(
    member, person
):
    answer = member.get(f"{PATH}file/")
    assert answer["Content-Type"] == "application/zip"
    packed = zipfile.ZipFile(io.BytesIO(answer.content))
    assert {"data.json", "data.html", "audience.consents.csv"} <= set(packed.namelist())
    data = json.loads(packed.read("data.json"))
    assert data["people"]["person"]["email"] == "ana@example.org"
    assert data["people"]["notes"][0]["text"] == "Likes blue"
    text = packed.read("audience.consents.csv").decode("utf-8-sig")
    (consent,) = csv.DictReader(io.StringIO(text))
    # What a spreadsheet would run is made harmless (OP11).
    assert consent["wording"] == "'=I agree"
    page = packed.read("data.html").decode()
    assert page.count("<h1>") == 1
    assert "Likes blue" in page


def test_an_erasure_needs_a_tick_and_can_be_taken_back(member, person):
    unsure = member.post(PATH, {"do": "erase"})
    assert (unsure.status_code, PersonalDataRequest.objects.count()) == (422, 0)
    assert member.post(PATH, {"do": "erase", "sure": "yes"}).status_code == 302
    assert member.get(PATH).context["waiting"].person_id == person.pk
    member.post(PATH, {"do": "stay"})
    assert PersonalDataRequest.objects.get().state == "taken_back"
    assert member.get(PATH).context["waiting"] is None


def test_the_owner_cannot_erase_themselves_by_mistake(desk):
    answer = desk.post(PATH, {"do": "erase", "sure": "yes"})
    assert (answer.status_code, PersonalDataRequest.objects.count()) == (422, 0)


def test_an_account_without_a_person_has_no_data_page(client, django_user_model):
    user = django_user_model.objects.create_user("nobody@example.org")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(PATH).status_code == 404
    assert client.get(f"{PATH}file/").status_code == 404


def _asked(make_person, now, name):
    person = make_person(f"{name}@example.org", name=name)
    return ask_erasure(person.pk, actor="person", now=now)


def test_the_desk_lists_requests_with_their_day_at_one_cost(desk, make_person, now):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            page = desk.get("/desk/data-requests/").context["page"]
        return len(caught), len(page.object_list)

    _asked(make_person, now, "ana")
    desk.get("/desk/data-requests/")
    one, rows = queries()
    assert (one <= 12, rows) == (True, 1)
    for name in ("bob", "cem"):
        _asked(make_person, now, name)
    assert queries() == (one, 3)
    found = desk.get("/desk/data-requests/?q=bo").context["page"].object_list
    assert [row.person.name for row in found] == ["bob"]
    done = desk.get("/desk/data-requests/?state=done").context["page"].object_list
    assert list(done) == []


def test_the_owner_takes_more_time_or_erases_at_once(desk, make_person, now):
    row = _asked(make_person, now, "ana")
    path = f"/desk/data-requests/{row.pk}/"
    assert desk.post(path, {"reason": ""}).status_code == 422
    assert desk.post(path, {"reason": "A dispute"}).status_code == 302
    row.refresh_from_db()
    assert (row.reason, row.runs_at) == ("A dispute", None)
    assert desk.post(path).url == "/desk/data-requests/"
    assert Person.objects.get(pk=row.person_id).erased_at == now
    assert desk.get(path).status_code == 200
    assert desk.get("/desk/data-requests/999999/").status_code == 404
