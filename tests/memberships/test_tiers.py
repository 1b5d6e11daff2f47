"""Tiers and what they include."""

import pytest

from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.memberships import actions, queries
from perenne.memberships.models import Tier, TierInclude


@pytest.fixture
def three(db, now):
    return [
        actions.add_tier(name=name, actor="owner", now=now) for name in ("A", "B", "C")
    ]


def _names():
    return [tier.name for tier in queries.tiers()]


def test_a_new_tier_comes_last_and_moves_by_one(three, now):
    actions.move_tier(three[2].pk, up=True, actor="owner", now=now)
    assert _names() == ["A", "C", "B"]
    actions.move_tier(three[0].pk, up=False, actor="owner", now=now)
    assert _names() == ["C", "A", "B"]


def test_at_the_edge_nothing_moves_and_nothing_is_logged(three, now):
    actions.move_tier(three[0].pk, up=True, actor="owner", now=now)
    assert _names() == ["A", "B", "C"]
    assert not LogEntry.objects.filter(verb="memberships.tier_moved").exists()


def test_a_name_in_use_is_refused_whatever_its_case(three, now):
    with pytest.raises(actions.TierNameTaken):
        actions.add_tier(name=" a ", actor="owner", now=now)
    with pytest.raises(actions.TierNameTaken):
        actions.change_tier(
            three[1].pk, name="a", description="", active=True, actor="owner", now=now
        )
    assert _names() == ["A", "B", "C"]


def test_changing_an_unknown_tier_is_refused(db, now):
    with pytest.raises(NotFound):
        actions.change_tier(
            99, name="A", description="", active=True, actor="owner", now=now
        )


def test_a_resource_is_included_in_exactly_the_tiers_named(three, now):
    first, second, third = (tier.pk for tier in three)
    actions.include_in_tiers("course:1", tier_ids=[first, second], actor="o", now=now)
    actions.include_in_tiers(
        "course:1", tier_ids=[second, third, 999], actor="o", now=now
    )
    assert queries.tiers_including("course:1") == [second, third]


def test_a_tier_includes_exactly_the_resources_named(three, now):
    tier = three[0].pk
    actions.set_tier_includes(
        tier, resources=["course:1", "course:2"], actor="o", now=now
    )
    actions.set_tier_includes(
        tier, resources=["course:2", "download:3"], actor="o", now=now
    )
    assert queries.includes_of(tier) == ["course:2", "download:3"]


def test_a_tier_cannot_include_a_tier(three, now):
    with pytest.raises(ValueError, match="cannot include"):
        actions.set_tier_includes(three[0].pk, resources=["tier:2"], actor="o", now=now)
    assert TierInclude.objects.count() == 0


def test_saying_the_same_again_logs_nothing(three, now):
    for _time in range(2):
        actions.include_in_tiers("course:1", tier_ids=[three[0].pk], actor="o", now=now)
    verb = "memberships.tiers_including_changed"
    assert LogEntry.objects.filter(verb=verb).count() == 1


def test_a_removed_tier_takes_its_includes_with_it(three, now):
    actions.include_in_tiers("course:1", tier_ids=[three[0].pk], actor="o", now=now)
    Tier.objects.filter(pk=three[0].pk).delete()
    assert TierInclude.objects.count() == 0
