"""The person card: notes, timeline, what stands between us (AE1)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from perenne.audience import api
from perenne.people.models import PersonalDataRequest, PersonNote

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(owner_client):
    owner_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return owner_client


def _path(person):
    return f"/desk/contacts/{person.pk}/"


def test_notes_are_added_changed_and_removed(desk, subscribe_person):
    path = _path(subscribe_person())
    assert desk.post(path, {"do": "note", "text": ""}).status_code == 422
    desk.post(path, {"do": "note", "text": "Likes blue"})
    note = PersonNote.objects.get()
    desk.post(path, {"do": f"change:{note.pk}", "text": "Likes red"})
    assert [n.text for n in desk.get(path).context["notes"]] == ["Likes red"]
    desk.post(f"{path}?do=unnote:{note.pk}")
    assert PersonNote.objects.count() == 0
    assert desk.post(path, {"do": "change:999999", "text": "x"}).status_code == 422


def test_typed_words_are_kept_when_they_are_refused(desk, subscribe_person):
    answer = desk.post(_path(subscribe_person()), {"do": "note", "text": "x" * 10_001})
    assert "x" * 10_001 in answer.text


def test_the_timeline_tells_all_apps_newest_first_and_by_kind(
    desk, subscribe_person, now
):
    person = subscribe_person()
    later = now + timedelta(hours=1)
    api.withdraw_consent(person.pk, actor="owner", now=later)
    everything = desk.get(_path(person)).context["happenings"]
    assert [row.at for _title, row in everything][:2] == [later, later]
    only = desk.get(f"{_path(person)}?kind=consents").context["happenings"]
    assert [str(row.words) for _title, row in only] == [
        "The letter: withdrawn",
        "The letter: given",
    ]
    assert desk.get(f"{_path(person)}?kind=nonsense").context["happenings"] == []


def test_the_timeline_is_paged(desk, subscribe_person, now):
    person = subscribe_person()
    for hour in range(40):
        api.tag_person(
            person.pk,
            names=[f"t{hour}"],
            actor="owner",
            now=now + timedelta(hours=hour),
        )
    first = desk.get(f"{_path(person)}?kind=people").context
    rest = desk.get(f"{_path(person)}?kind=people&from={first['following']}").context
    rows = [row.at for _title, row in first["happenings"] + rest["happenings"]]
    assert (len(first["happenings"]), rest["following"]) == (30, None)
    assert rows == sorted(rows, reverse=True)
    assert len(rows) == 42


def test_the_card_asks_as_much_for_three_things_of_each_kind_as_for_one(
    desk, subscribe_person, now
):
    from perenne.people.api import add_note

    person = subscribe_person()

    def one_more(n):
        add_note(person.pk, text=f"{n}", actor="owner", now=now)
        api.tag_person(person.pk, names=[f"t{n}"], actor="owner", now=now)
        api.record_consent(
            person.pk, wording=f"{n}", source="hand", actor="owner", now=now
        )

    def queries():
        with CaptureQueriesContext(connection) as caught:
            desk.get(_path(person))
        return len(caught)

    one_more(1)
    desk.get(_path(person))
    one = queries()
    one_more(2)
    one_more(3)
    assert queries() == one
    assert one <= 34


def test_an_erasure_asked_by_another_way_is_noted_by_the_owner_only(
    desk, subscribe_person, client, now
):
    from perenne.people.actions.team import add_to_team
    from perenne.people.domain.roles import Role

    person = subscribe_person()
    helper = add_to_team(
        email="sam@example.org",
        name="Sam",
        role=Role.ASSISTANT,
        language="en",
        actor="owner",
        now=now,
    )
    owner = desk.session["_auth_user_id"]
    client.force_login(helper, backend="django.contrib.auth.backends.ModelBackend")
    client.post(_path(person) + "?do=erase")
    assert PersonalDataRequest.objects.count() == 0
    from perenne.people.models import User

    client.force_login(
        User.objects.get(pk=owner),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    client.post(_path(person) + "?do=erase")
    assert PersonalDataRequest.objects.get().person_id == person.pk
    assert "Asked to be erased" in client.get(_path(person)).text
