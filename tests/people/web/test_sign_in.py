"""Signing in: a code by mail for people we know, and not a word about whom we know."""

import re

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from perenne.mail.models import Message
from perenne.people.models import Person, User

LOGIN, CONFIRM = "/login/", "/account/login/code/confirm/"


@pytest.fixture(autouse=True)
def _fresh_limits(business):
    cache.clear()


def _mails():
    return list(Message.objects.order_by("pk"))


def _code():
    return re.search(r"^ {4}(\S+)$", _mails()[-1].text, re.MULTILINE)[1]


def _totp(secret):
    counter = next(yield_hotp_counters_from_time())
    return format_hotp_value(hotp_value(secret, counter))


def test_a_known_person_without_account_gets_a_code_and_is_let_in(client, person):
    answer = client.post(LOGIN, {"email": " Ana@Example.org"})
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM)
    answer = client.post(CONFIRM, {"code": _code()})
    assert (answer.status_code, answer["Location"]) == (302, "/me/")
    person.refresh_from_db()
    assert client.session["_auth_user_id"] == str(person.user_id)


def test_the_code_is_written_in_the_persons_language(client, make_person):
    make_person("joe@example.org", language="en")
    client.post(LOGIN, {"email": "joe@example.org"}, headers={"accept-language": "fr"})
    (mail,) = _mails()
    assert mail.subject == f"{_code()} is your sign-in code"


def test_an_unknown_address_sees_the_same_page_and_is_not_written_to(person):
    def steps(email):
        browser = Client()
        first = browser.post(LOGIN, {"email": email})
        page = browser.get(CONFIRM).content.decode()
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
        return first.status_code, first["Location"], page.replace(email, "")

    unknown = steps("who@example.org")
    assert (_mails(), User.objects.count()) == ([], 0)
    assert steps("ana@example.org") == unknown
    assert len(_mails()) == 1


def test_an_erased_person_cannot_sign_in(client, person, now):
    Person.objects.filter(pk=person.pk).update(erased_at=now)
    client.post(LOGIN, {"email": person.email})
    assert (_mails(), User.objects.count()) == ([], 0)


def test_a_wrong_code_lets_nobody_in(client, person):
    client.post(LOGIN, {"email": person.email})
    answer = client.post(CONFIRM, {"code": "WRONG1"})
    assert answer.status_code == 200
    assert "_auth_user_id" not in client.session


def test_asking_again_and_again_is_refused(person):
    answers = [
        Client().post(LOGIN, {"email": person.email}).status_code for _time in range(6)
    ]
    assert answers == [302] * 5 + [200]
    assert len(_mails()) == 5


def test_another_address_can_be_tried(client, person):
    client.post(LOGIN, {"email": "who@example.org"})
    assert client.get(LOGIN)["Location"] == CONFIRM
    answer = client.post("/account/logout/", {"next": LOGIN})
    assert (answer["Location"], client.get(LOGIN).status_code) == (LOGIN, 200)


def test_the_second_factor_is_asked_after_the_code(client, owner):
    secret = TOTP.activate(owner, "JBSWY3DPEHPK3PXP").instance.data
    assert secret
    client.post(LOGIN, {"email": owner.email})
    answer = client.post(CONFIRM, {"code": _code()})
    assert answer["Location"] == "/account/mfa/authenticate/"
    assert "_auth_user_id" not in client.session
    answer = client.post(
        "/account/mfa/authenticate/", {"code": _totp("JBSWY3DPEHPK3PXP")}
    )
    assert answer["Location"] == "/desk/"
    assert client.session["_auth_user_id"] == str(owner.pk)


@pytest.mark.parametrize(
    "name",
    [
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "account_logout",
    ],
)
def test_the_pages_of_the_account_open(owner_client, name):
    response = owner_client.get(reverse(name))
    assert response.status_code == 200
    assert b" style=" not in response.content


def test_a_key_is_named_in_the_language_of_the_page(owner_client):
    page = owner_client.get(
        reverse("mfa_add_webauthn"), headers={"accept-language": "fr"}
    ).text
    assert [word in page for word in ("Nom de la clé", ">Name")] == [True, False]


def test_there_is_no_sign_up_and_no_password_page(client):
    answers = [
        client.get(f"/account/{path}/").status_code
        for path in ("signup", "password/reset", "password/change", "email")
    ]
    assert answers == [404, 404, 404, 404]
