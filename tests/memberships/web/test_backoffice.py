"""The owner's screens of tiers and access."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from perenne.mail.models import Delivery, Message
from perenne.memberships import actions, queries
from perenne.memberships.models import Pass


@pytest.fixture
def tier(db, now):
    return actions.add_tier(name="Club", actor="owner", now=now)


def _grant(client, tier, **changes):
    fields = {
        "email": "ana@example.org",
        "resource": f"tier:{tier.pk}",
        "ends_on": "2026-12-31",
        "token": "abc",
    }
    return client.post(reverse("desk_memberships_grant"), fields | changes)


def test_complimentary_access_ends_with_its_last_day_in_paris(
    owner_client, tier, person
):
    for _time in range(2):  # a form sent twice
        response = _grant(owner_client, tier)
    assert response.url == "/desk/access/?q=ana@example.org"
    given = Pass.objects.get()
    assert (given.person_id, given.source) == (person.pk, "complimentary:abc")
    assert given.ends_at == datetime(2026, 12, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ends_on": "2026-09-01"}, "ends_on"),
        ({"resource": "tier:99"}, "resource"),
        ({"email": "no"}, "email"),
    ],
)
def test_what_cannot_be_granted_keeps_the_typing(owner_client, tier, change, field):
    response = _grant(owner_client, tier, **change)
    assert list(response.context["form"].errors) == [field]
    assert response.context["form"].data["token"] == "abc"
    assert Pass.objects.count() == 0


def test_access_is_taken_back_after_a_question(owner_client, tier, person, now):
    _grant(owner_client, tier)
    address = reverse("desk_memberships_revoke", args=[Pass.objects.get().pk])
    assert owner_client.get(address).status_code == 200
    assert queries.has_pass(person.pk, f"tier:{tier.pk}", now=now) is True
    owner_client.post(address)
    assert queries.has_pass(person.pk, f"tier:{tier.pk}", now=now) is False


def _shown(client, **filters):
    page = client.get(reverse("desk_memberships_access"), filters)
    return [str(row["pass"].person) for row in page.context["rows"]]


def test_the_list_searches_filters_and_pages(
    owner_client, tier, make_person, now, django_assert_num_queries
):
    people = [make_person(f"p{i:02}@example.org", name=f"P{i:02}") for i in range(52)]
    for number, one in enumerate(people):
        _given = actions.grant_pass(
            person_id=one.pk,
            resource=f"tier:{tier.pk}" if number else "course:1",
            source="order:1",
            starts_at=now,
            ends_at=None,
            actor="system",
            now=now,
        )
    actions.revoke_pass(Pass.objects.get(person=people[51]).pk, actor="o", now=now)
    first = _shown(owner_client)
    assert (first[0], len(first)) == ("P50", 50)
    last = Pass.objects.get(person=people[1]).pk
    assert _shown(owner_client, after=str(last)) == ["P00"]
    assert _shown(owner_client, q="p07") == ["P07"]
    assert _shown(owner_client, what="course:1") == ["P00"]
    assert _shown(owner_client, q="P51", show="all") == ["P51"]
    assert _shown(owner_client, q="P51") == []


def test_the_list_costs_the_same_at_one_and_three(
    owner_client, tier, make_person, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in range(3):
        _grant(owner_client, tier, email=f"p{number}@example.org")
        with CaptureQueriesContext(connection) as queries:
            owner_client.get(reverse("desk_memberships_access"))
        counts.append(len(queries))
    assert counts[0] == counts[2] <= 12


def test_a_tier_is_added_changed_and_moved(owner_client, db):
    for name in ("Club", "Circle"):
        owner_client.post(reverse("desk_memberships_tiers"), {"name": name})
    club, circle = queries.tiers()
    owner_client.post(
        reverse("desk_memberships_tier", args=[circle.pk]),
        {"name": "Inner circle", "description": "Monthly call"},
    )
    owner_client.post(
        reverse("desk_memberships_tier_move", args=[circle.pk]), {"to": "up"}
    )
    assert [(t.name, t.active) for t in queries.tiers()] == [
        *(("Inner circle", False), ("Club", True))
    ]
    taken = owner_client.post(
        reverse("desk_memberships_tier", args=[club.pk]), {"name": "Inner circle"}
    )
    assert list(taken.context["form"].errors) == ["name"]


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("desk_memberships_tiers", []),
        ("desk_memberships_tier", [1]),
        ("desk_memberships_access", []),
        ("desk_memberships_grant", []),
        ("desk_memberships_revoke", [1]),
    ],
)
def test_members_do_not_see_the_owners_screens(member_client, name, args):
    assert member_client.get(reverse(name, args=args)).status_code == 403


def test_complimentary_access_is_told_by_mail_only_if_asked(owner_client, tier, now):
    _grant(owner_client, tier, reason="Spoke at the summer day")
    assert not Message.objects.exists()
    assert Pass.objects.get().reason == "Spoke at the summer day"
    fields = {"tell": "on", "ends_on": "2026-12-31", "token": "second"}
    for _double_click in range(2):
        _grant(owner_client, tier, email="bo@example.org", **fields)
    mail = Message.objects.get()
    assert Delivery.objects.get(message=mail).address == "bo@example.org"
    assert "31 décembre 2026" in mail.text
    assert tier.name in mail.subject


def test_the_list_shows_what_was_given_for_free_and_why(
    owner_client, tier, now, person
):
    _grant(owner_client, tier, reason="Spoke at the summer day")
    actions.grant_pass(
        person_id=person.pk,
        resource=f"tier:{tier.pk}",
        source="order:1",
        starts_at=now,
        ends_at=None,
        actor="owner",
        now=now,
    )
    url = reverse("desk_memberships_access")
    page = owner_client.get(url, {"why": "complimentary"})
    assert [row["kind"] for row in page.context["rows"]] == ["complimentary"]
    assert "Spoke at the summer day" in page.content.decode()
    page = owner_client.get(url, {"why": "order"})
    assert [row["kind"] for row in page.context["rows"]] == ["order"]
    assert len(owner_client.get(url, {"why": "nonsense"}).context["rows"]) == 2
