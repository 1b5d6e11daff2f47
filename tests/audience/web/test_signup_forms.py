"""The owner's screens for sign-up forms, and what visitors then see."""

import pytest

from perenne.audience import api
from perenne.audience.actions.signup_forms import add_signup_form, keep_signup_form
from perenne.audience.models import Confirmation, SignupForm, Tag
from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.mail.models import Message
from perenne.people.api import person_by_email

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(owner_client):
    owner_client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return owner_client


def _kept(**fields):
    return {
        "title": "Ceramics",
        "intro": "Once a month.",
        "wording": "I want the ceramics letter.",
        "tags": "clay, , Kiln  room",
        "is_active": "on",
    } | fields


def _titles(answer):
    return [form.title for form, _address, _names in answer.context["rows"]]


def test_the_shipped_default_form_is_listed_before_it_has_a_row(desk):
    answer = desk.get("/desk/signup-forms/")
    assert _titles(answer) == [""]
    assert answer.context["rows"][0][1].endswith("/subscribe/")
    assert SignupForm.objects.count() == 0


def test_editing_the_default_form_gives_it_its_row_and_visitors_its_words(desk, client):
    assert desk.get("/desk/signup-forms/letter/").status_code == 200
    answer = desk.post("/desk/signup-forms/letter/", _kept(title="Clay letter"))
    assert answer.url == "/desk/signup-forms/letter/"
    form = SignupForm.objects.get()
    assert (form.slug, form.is_default, form.title) == ("letter", True, "Clay letter")
    assert form.created_at is not None
    client.logout()
    page = client.get("/subscribe/").content.decode()
    assert page.count("I want the ceramics letter.") == 1
    assert page.count("Once a month.") == 1


def test_a_new_form_gets_an_address_of_its_own(desk):
    for slug in ("new-2", "new-3", "letter-2"):
        title = slug[:-2].title()
        answer = desk.post(
            "/desk/signup-forms/new/", {"title": title, "purpose": "letter"}
        )
        assert answer.url == f"/desk/signup-forms/{slug}/"
    assert _titles(desk.get("/desk/signup-forms/")) == ["", "Letter", "New", "New"]


def test_the_tags_of_a_form_are_kept_and_added(desk, now):
    add_signup_form(title="Ceramics", actor="owner", now=now)
    desk.post("/desk/signup-forms/ceramics/", _kept())
    assert list(Tag.objects.values_list("name", flat=True)) == ["Kiln room", "clay"]
    answer = desk.get("/desk/signup-forms/ceramics/")
    assert answer.context["form"].initial["tags"] == "Kiln room, clay"
    desk.post("/desk/signup-forms/ceramics/", _kept(tags="clay"))
    form = SignupForm.objects.get()
    assert list(form.tags.values_list("name", flat=True)) == ["clay"]


def test_a_closed_form_is_not_found_by_visitors(desk, client, now):
    add_signup_form(title="Ceramics", actor="owner", now=now)
    fields = _kept()
    del fields["is_active"]
    desk.post("/desk/signup-forms/ceramics/", fields)
    client.logout()
    assert client.get("/subscribe/ceramics/").status_code == 404


def test_a_form_without_title_keeps_the_typing_and_changes_nothing(desk, now):
    add_signup_form(title="Ceramics", actor="owner", now=now)
    logged = LogEntry.objects.count()
    answer = desk.post("/desk/signup-forms/ceramics/", _kept(title=" "))
    assert answer.status_code == 422
    assert answer.context["form"]["intro"].value() == "Once a month."
    assert SignupForm.objects.get().intro == ""
    assert LogEntry.objects.count() == logged
    new = desk.post("/desk/signup-forms/new/", {"title": "", "purpose": "letter"})
    assert new.status_code == 422


def test_an_unknown_form_is_not_found_and_nothing_is_kept(now, business):
    with pytest.raises(NotFound):
        keep_signup_form(
            "nowhere",
            title="x",
            intro="",
            wording="",
            tags=["a"],
            is_active=True,
            actor="owner",
            now=now,
        )
    assert (SignupForm.objects.count(), Tag.objects.count()) == (0, 0)


def test_people_who_confirm_get_the_tags_of_their_form(business, now):
    form = add_signup_form(title="Ceramics", actor="owner", now=now)
    keep_signup_form(
        form.slug,
        title="Ceramics",
        intro="",
        wording="I want it.",
        tags=["clay"],
        is_active=True,
        actor="owner",
        now=now,
    )
    api.subscribe(
        email="ana@example.org",
        form=form.slug,
        wording="I want it.",
        language="en",
        now=now,
    )
    assert Confirmation.objects.get().wording.text == "I want it."
    token = Message.objects.get().text.split("/confirm/")[1].split("/")[0]
    api.confirm_subscription(token, now=now)
    person = person_by_email("ana@example.org")
    assert [tag.name for tag in api.tags_of(person.pk)] == ["clay"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_at_1_and_3_forms(
    desk, count, now, django_assert_max_num_queries
):
    for n in range(count):
        form = add_signup_form(title=f"Form {n}", actor="owner", now=now)
        keep_signup_form(
            form.slug,
            title=form.title,
            intro="",
            wording="",
            tags=["a", "b"],
            is_active=True,
            actor="owner",
            now=now,
        )
    with django_assert_max_num_queries(11):
        assert desk.get("/desk/signup-forms/").status_code == 200


@pytest.mark.parametrize("path", ["", "new/", "letter/"])
def test_the_screens_are_closed_to_visitors_and_members(client, member_client, path):
    assert member_client.get(f"/desk/signup-forms/{path}").status_code == 403
    client.logout()
    assert client.get(f"/desk/signup-forms/{path}").status_code == 302
