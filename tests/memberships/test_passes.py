"""A pass is the only word for access."""

from datetime import timedelta

import pytest

from perenne.core.models import LogEntry
from perenne.memberships import actions, queries
from perenne.memberships.domain.access import PassState, checked_resource, pass_state
from perenne.memberships.models import Pass

DAY = timedelta(days=1)


@pytest.fixture
def grant(person, now):
    def give(resource="tier:1", source="order:1", starts_at=now, ends_at=None, **other):
        return actions.grant_pass(
            person_id=other.get("person_id", person.pk),
            resource=resource,
            source=source,
            starts_at=starts_at,
            ends_at=ends_at,
            actor="system",
            now=now,
        )

    return give


@pytest.fixture
def tier(db, now):
    return actions.add_tier(name="Club", actor="owner", now=now)


@pytest.mark.parametrize(
    ("starts", "ends", "revoked", "state"),
    [
        (0, None, None, PassState.OPEN),
        (0, 1, None, PassState.OPEN),
        (-1, 0, None, PassState.ENDED),
        (1, None, None, PassState.WAITING),
        (-1, None, 0, PassState.REVOKED),
        (-1, None, 1, PassState.OPEN),
        (-2, -1, 0, PassState.REVOKED),
    ],
)
def test_the_query_and_the_rule_agree_on_every_edge(
    grant, person, now, starts, ends, revoked, state
):
    given = grant(
        starts_at=now + starts * DAY, ends_at=None if ends is None else now + ends * DAY
    )
    revoked_at = None if revoked is None else now + revoked * DAY
    Pass.objects.filter(pk=given.pk).update(revoked_at=revoked_at)
    given.refresh_from_db()
    assert queries.has_pass(person.pk, "tier:1", now=now) is (state is PassState.OPEN)
    assert state == pass_state(
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        revoked_at=given.revoked_at,
        now=now,
    )


@pytest.mark.parametrize("bad", ["", "course", "course:", "course:0", "course:x", "1"])
def test_what_is_not_a_resource_is_refused(bad):
    with pytest.raises(ValueError, match="is not a resource"):
        checked_resource(bad)


def test_a_tier_opens_what_it_includes_in_one_query(
    grant, person, tier, now, django_assert_num_queries
):
    actions.include_in_tiers("course:3", tier_ids=[tier.pk], actor="owner", now=now)
    grant(f"tier:{tier.pk}", starts_at=now - DAY)
    with django_assert_num_queries(1):
        assert queries.has_pass(person.pk, "course:3", now=now) is True
    assert queries.has_pass(person.pk, "course:4", now=now) is False
    assert queries.access_since(person.pk, "course:3", now=now) == now - DAY
    assert queries.access_since(person.pk, "course:4", now=now) is None


def test_a_pass_for_a_course_does_not_open_the_tier_that_includes_it(
    grant, person, tier, now
):
    actions.include_in_tiers("course:3", tier_ids=[tier.pk], actor="owner", now=now)
    grant("course:3")
    assert queries.has_pass(person.pk, f"tier:{tier.pk}", now=now) is False


def test_all_resources_of_a_person_since_the_earliest_start(
    grant, person, tier, now, django_assert_num_queries
):
    actions.include_in_tiers("course:3", tier_ids=[tier.pk], actor="owner", now=now)
    grant(f"tier:{tier.pk}", starts_at=now - 2 * DAY)
    grant("course:3", source="order:2", starts_at=now - DAY)
    grant("course:9", source="order:2", ends_at=now + DAY)
    with django_assert_num_queries(2):
        found = queries.resources_of(person.pk, now=now)
    assert found == {
        f"tier:{tier.pk}": now - 2 * DAY,
        "course:3": now - 2 * DAY,
        "course:9": now,
    }


def test_granting_twice_gives_one_pass_and_one_log_row(grant, now):
    first = grant(ends_at=now + DAY)
    again = grant(ends_at=now + 9 * DAY)
    assert (again.pk, again.ends_at) == (first.pk, now + DAY)
    assert (
        list(LogEntry.objects.values_list("verb", flat=True)).count(
            "memberships.pass_granted"
        )
        == 1
    )


def test_an_empty_period_is_refused_and_nothing_is_written(grant, now):
    with pytest.raises(actions.PassEndsBeforeItStarts):
        grant(ends_at=now)
    assert Pass.objects.count() == 0
    assert not LogEntry.objects.filter(verb="memberships.pass_granted").exists()


def test_extending_never_shortens_and_never_wakes_a_revoked_pass(grant, now):
    short = grant("course:1", ends_at=now + DAY)
    long = grant("course:2", ends_at=now + 9 * DAY)
    endless = grant("course:3")
    revoked = grant("course:4", ends_at=now + DAY)
    other = grant("course:5", source="order:2", ends_at=now + DAY)
    actions.revoke_pass(revoked.pk, actor="owner", now=now)
    moved = actions.extend_passes(
        source="order:1", ends_at=now + 5 * DAY, actor="system", now=now
    )
    ends = dict(Pass.objects.values_list("pk", "ends_at"))
    assert moved == 1
    assert ends == {
        short.pk: now + 5 * DAY,
        long.pk: now + 9 * DAY,
        endless.pk: None,
        revoked.pk: now + DAY,
        other.pk: now + DAY,
    }


def test_revoking_a_source_shuts_its_passes_once(grant, person, now):
    grant("course:1")
    grant("course:2")
    kept = grant("course:1", source="order:2")
    assert actions.revoke_passes(source="order:1", actor="system", now=now) == 2
    assert actions.revoke_passes(source="order:1", actor="system", now=now + DAY) == 0
    assert [row.pk for row in queries.passes_of(person.pk, now=now)] == [kept.pk]
    assert LogEntry.objects.filter(verb="memberships.passes_revoked").count() == 1


def test_another_person_has_nothing(grant, make_person, now):
    grant("course:1")
    stranger = make_person("bo@example.org")
    assert queries.has_pass(stranger.pk, "course:1", now=now) is False
    assert queries.resources_of(stranger.pk, now=now) == {}


def test_personal_data_is_handed_over_and_erased(grant, person, make_person, now):
    from perenne.people.api import personal_data

    grant("course:1", ends_at=now + DAY)
    other = grant("course:1", person_id=make_person("bo@example.org").pk)
    handler = personal_data.get("memberships")
    assert handler.export(person.pk) == {
        "passes": [
            {
                "resource": "course:1",
                "source": "order:1",
                "reason": "",
                "starts_at": "2026-09-15T08:30:00+00:00",
                "ends_at": "2026-09-16T08:30:00+00:00",
                "revoked_at": None,
            }
        ]
    }
    handler.erase(person.pk, now=now)
    assert list(Pass.objects.values_list("pk", flat=True)) == [other.pk]
