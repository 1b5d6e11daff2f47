"""Nobody in: who may open each address of the product, role by role."""

import pytest
from django.contrib.auth.models import Permission

from perenne.people.actions.team import add_to_team
from perenne.people.domain.roles import DUTIES, Role
from perenne.people.models import User
from tests.architecture.addresses import our_views

VIEWS = our_views()
DESK = {url: view for url, view in VIEWS.items() if url.startswith("/desk/")}
MEMBERS = sorted(url for url in VIEWS if url.startswith("/me/"))
# Open to anyone. What is somebody's own is behind a secret in the address ("x" is none).
ANYONE = {
    "/a/x/",
    "/affiliate/x/",
    "/blog/feed.xml",
    "/book/",
    "/book/x/",
    "/book/x/x/",
    "/book/cancel/x/",
    "/book/done/x/",
    "/book/done/x/session.ics",
    "/cancel-contract/",
    "/cancel-contract/done/",
    "/checkout/x/",
    "/confirm/x/",
    "/enter/x/",
    "/favicon.ico",
    "/gift/x/",
    "/health/",
    "/hooks/mail/brevo/",
    "/hooks/stripe/",
    "/legal/x/",
    "/media/x",
    "/offers/x/",
    "/orders/x/",
    "/orders/x/pay/",
    "/orders/x/proposal/",
    "/orders/x/recipient/",
    "/orders/x/proforma.pdf",
    "/pay/x/",
    "/pay/x/done/",
    "/preferences/x/",
    "/privacy/choices/",
    "/robots.txt",
    "/sitemap.xml",
    "/subscribe/",
    "/subscribe/sent/",
    "/subscribe/x/",
    "/theme.css",
    "/unsubscribe/x/",
    "/welcome/",
    "/withdraw/",
    "/withdraw/done/",
}
BACKEND = "django.contrib.auth.backends.ModelBackend"
methods = pytest.mark.parametrize("method", ["get", "post"])


def _answers(client, method, urls):
    """Return {address: status}; a method that the page does not know is left out."""
    client.raise_request_exception = False
    found = {url: getattr(client, method)(url) for url in urls}
    return {url: a for url, a in found.items() if a.status_code != 405}


def _may(role, view):
    app, _dot, codename = view.desk_permission.partition(".")
    return DUTIES[role].include(app, codename)


def test_every_address_says_who_may_open_it():
    """A new page stands at the desk, with the members, or in the list of this test."""
    assert set(VIEWS) - set(DESK) - set(MEMBERS) - ANYONE == set()
    assert ANYONE - set(VIEWS) == set()
    assert [
        url for url, view in DESK.items() if not hasattr(view, "desk_permission")
    ] == []


@pytest.mark.django_db
@methods
def test_a_visitor_is_sent_to_sign_in(client, business, method):
    answers = _answers(client, method, [*DESK, *MEMBERS])
    let_in = {
        url: answer.status_code
        for url, answer in answers.items()
        if not answer.headers.get("Location", "").startswith("/login/")
    }
    assert let_in == {}


@pytest.mark.django_db
@methods
def test_a_member_opens_no_page_of_the_desk_and_nothing_that_is_not_theirs(
    member_client, business, method
):
    desk = _answers(member_client, method, DESK)
    assert {url: a.status_code for url, a in desk.items() if a.status_code != 403} == {}
    own = _answers(member_client, method, [url for url in MEMBERS if "/x" in url])
    own |= _answers(member_client, method, [url for url in MEMBERS if "/1/" in url])
    assert {url: a.status_code for url, a in own.items() if a.status_code != 404} == {}


@pytest.mark.django_db
@methods
def test_who_may_enter_the_desk_opens_nothing_by_that_alone(client, business, method):
    user = User.objects.create_user("helper@example.org")
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user, backend=BACKEND)
    answers = _answers(client, method, DESK)
    let_in = {u: a.status_code for u, a in answers.items() if a.status_code != 403}
    assert let_in == {}


@pytest.mark.django_db
@methods
@pytest.mark.parametrize("role", list(Role))
def test_the_team_opens_what_its_role_says(client, business, owner, now, role, method):
    user = add_to_team(
        email="sam@example.org",
        name="Sam",
        role=role,
        language="fr",
        actor="owner",
        now=now,
    )
    client.force_login(user, backend=BACKEND)
    answers = _answers(client, method, DESK)
    wrong = {
        url: answer.status_code
        for url, answer in answers.items()
        if (answer.status_code == 403) is _may(role, DESK[url])
        or answer.status_code >= 500
    }
    assert wrong == {}


@pytest.mark.django_db
@methods
def test_the_owner_opens_everything(owner_client, method):
    answers = _answers(owner_client, method, DESK)
    refused = {
        url: answer.status_code
        for url, answer in answers.items()
        if answer.status_code in {302, 403}
        and "login" in answer.get("Location", "login")
    }
    broken = {u: a.status_code for u, a in answers.items() if a.status_code >= 500}
    assert (refused, broken) == ({}, {})


@pytest.mark.django_db
@methods
def test_a_made_up_secret_opens_nothing(client, business, method):
    """No address open to anyone fails, and none with a secret in it shows something."""
    answers = _answers(client, method, sorted(ANYONE))
    broken = {u: a.status_code for u, a in answers.items() if a.status_code >= 500}
    shown = {
        url: answer.status_code
        for url, answer in answers.items()
        if "/x/" in url and answer.status_code == 200
    }
    assert (broken, shown) == ({}, {})
