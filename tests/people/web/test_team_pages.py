"""The team's pages at the desk."""

import pytest

from perenne.people.actions.team import add_to_team
from perenne.people.domain.roles import Role
from perenne.people.queries import team

PAGE = "/desk/team/"


@pytest.fixture
def helper(business, owner, now):
    return add_to_team(
        email="sam@example.org",
        name="Sam",
        role=Role.ASSISTANT,
        language="fr",
        actor="owner",
        now=now,
    )


def test_owner_lets_somebody_in(owner_client, business):
    sent = {"email": " Sam@Example.org ", "name": "Sam", "role": "accountant"}
    assert owner_client.post(PAGE, sent).headers["Location"] == PAGE
    assert [(row.email, row.role) for row in team()] == [
        ("sam@example.org", Role.ACCOUNTANT)
    ]
    assert "sam@example.org" in owner_client.get(PAGE).content.decode()


@pytest.mark.parametrize("email", ["nobody", "camille@boreal.example"])
def test_wrong_address_is_said_beside_the_field(owner_client, business, email):
    answer = owner_client.post(PAGE, {"email": email, "role": "assistant"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["email"]
    assert answer.context["form"]["email"].value() == email
    assert team() == []


def test_owner_changes_a_role_and_lets_go(owner_client, helper):
    url = f"{PAGE}{helper.pk}/"
    owner_client.post(url, {"role": "accountant"})
    assert [row.role for row in team()] == [Role.ACCOUNTANT]
    owner_client.post(url, {"leave": "1"})
    assert team() == []
    assert owner_client.get(url).status_code == 404


def test_helper_opens_the_desk_and_not_the_team(client, helper):
    client.force_login(helper, backend="django.contrib.auth.backends.ModelBackend")
    pages = ("/desk/", "/desk/contacts/", "/desk/orders/", PAGE, "/desk/business/")
    assert [client.get(page).status_code for page in pages] == [200, 200, 200, 403, 403]
    menu = client.get("/desk/").content.decode()
    assert ("/desk/contacts/" in menu, PAGE in menu) == (True, False)
