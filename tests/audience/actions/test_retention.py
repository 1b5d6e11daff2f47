"""Prospects are not kept for ever: preview, permission, purge (R32, SL13)."""

from datetime import timedelta

import pytest

from perenne.audience.actions.retention import allow_purge, purge_stale, stop_purge
from perenne.audience.api import record_consent, withdraw_consent
from perenne.audience.queries.retention import kept_since, stale_persons
from perenne.core.models import LogEntry
from perenne.people.api import open_account
from perenne.people.models import Person

pytestmark = pytest.mark.django_db
OLD = timedelta(days=4 * 365)


@pytest.fixture
def prospect(make_person, now):
    """Somebody who came four years ago and never again: prospect("ana")."""

    def make(name="ana"):
        person = make_person(f"{name.replace(' ', '-')}@example.org", name=name)
        Person.objects.filter(pk=person.pk).update(created_at=now - OLD)
        return person

    return make


def _stale(now):
    return [stale.person.name for stale in stale_persons(now)]


def test_the_period_is_three_years_r32(now):
    assert kept_since(now) == now.replace(year=2023)


def test_whoever_turned_to_us_since_is_kept_r32(business, owner, prospect, now):
    prospect("stale")
    subscribed, withdrawn = prospect("subscribed"), prospect("withdrawn")
    record_consent(
        subscribed.pk, wording="Yes", source="hand", actor="owner", now=now - OLD
    )
    for person, at in ((withdrawn, now), (prospect("left long ago"), now - OLD)):
        record_consent(
            person.pk, wording="Yes", source="hand", actor="x", now=now - OLD
        )
        withdraw_consent(person.pk, actor="person", now=at)
    user = open_account(prospect("signed in"), now=now)
    user.last_login = now
    user.save()
    Person.objects.filter(user=owner).update(created_at=now - OLD)
    assert _stale(now) == ["stale", "left long ago"]


def test_nothing_is_purged_before_the_owner_allowed_it(business, prospect, now):
    prospect("ana")
    assert purge_stale(now=now) == 0
    allow_purge(actor="owner", now=now)
    allow_purge(actor="owner", now=now)
    stop_purge(actor="owner", now=now)
    assert purge_stale(now=now) == 0
    assert Person.objects.filter(erased_at=None, name="ana").count() == 1
    verbs = LogEntry.objects.filter(verb__startswith="audience.purge").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "audience.purge_allowed",
        "audience.purge_stopped",
    ]


def test_the_purge_erases_and_says_so_once(business, prospect, now):
    for name in ("ana", "bob"):
        prospect(name)
    allow_purge(actor="owner", now=now)
    assert (purge_stale(now=now), purge_stale(now=now)) == (2, 0)
    assert Person.objects.filter(erased_at=now).count() == 2
    entry = LogEntry.objects.get(verb="audience.prospects_purged")
    assert entry.data == {"persons": 2}


def test_many_are_read_in_batches(business, prospect, now, monkeypatch):
    from perenne.audience.queries import retention

    monkeypatch.setattr(retention, "_BATCH", 2)
    names = [f"p{n}" for n in range(5)]
    for name in names:
        prospect(name)
    assert _stale(now) == names


def test_the_owner_sees_who_goes_before_anybody_does(owner_client, prospect, now):
    prospect("ana")
    path = "/desk/retention/"
    page = owner_client.get(path)
    assert [row.person.name for row in page.context["stale"]] == ["ana"]
    assert page.context["allowed"] is False
    owner_client.post(path)
    assert owner_client.get(path).context["allowed"] is True
    owner_client.post(f"{path}?do=stop")
    assert owner_client.get(path).context["allowed"] is False
