"""The owner's one-time link."""

import json
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.core.management import call_command

from perenne.core import clock
from perenne.people.actions.owner_links import (
    OwnerLinkNotValid,
    issue_owner_link,
    use_owner_link,
)
from perenne.people.models import OwnerLink


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


def test_looking_at_the_link_changes_nothing(client, owner, now):
    token = issue_owner_link(now=now)
    assert client.get(f"/enter/{token}/").status_code == 200
    assert OwnerLink.objects.get().used_at is None
    assert "_auth_user_id" not in client.session


def test_the_link_signs_the_owner_in_once(client, owner, now):
    token = issue_owner_link(now=now)
    answer = client.post(f"/enter/{token}/")
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert client.session["_auth_user_id"] == str(owner.pk)
    client.logout()
    again = client.post(f"/enter/{token}/")
    assert again.status_code == 410
    assert "_auth_user_id" not in client.session


def test_the_link_does_not_pass_by_the_second_factor(client, owner, now):
    TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
    answer = client.post(f"/enter/{issue_owner_link(now=now)}/")
    assert answer["Location"] == "/account/mfa/authenticate/"
    assert "_auth_user_id" not in client.session


def test_the_link_is_dead_after_a_day(client, owner, now):
    token = issue_owner_link(now=now)
    with clock.frozen(now + timedelta(hours=24)):
        assert client.get(f"/enter/{token}/").status_code == 410
        assert client.post(f"/enter/{token}/").status_code == 410
    assert "_auth_user_id" not in client.session


def test_a_new_link_replaces_the_one_before(owner, now):
    first = issue_owner_link(now=now)
    second = issue_owner_link(now=now)
    with pytest.raises(OwnerLinkNotValid):
        use_owner_link(first, now=now)
    use_owner_link(second, now=now)
    assert OwnerLink.objects.count() == 1


def test_the_token_itself_is_not_kept(owner, now):
    token = issue_owner_link(now=now)
    assert token not in str(OwnerLink.objects.values().get())


def test_before_set_up_the_link_opens_the_set_up(client, now):
    answer = client.post(f"/enter/{issue_owner_link(now=now)}/")
    assert answer["Location"] == "/welcome/"
    assert client.session["may_set_up"] is True


def test_the_command_prints_the_link_alone(settings, capsys):
    settings.SITE_URL = "https://boreal.example"
    call_command("owner_link")
    assert capsys.readouterr().out.startswith("https://boreal.example/enter/")
    call_command("owner_link", json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["expires_at"] == "2026-09-16T08:30:00+00:00"
