from datetime import date, timedelta

import pytest

from perenne.core import clock
from perenne.core.models import LogEntry
from perenne.launches.actions.launches import (
    LaunchClosesBeforeItOpens,
    LaunchHasNoOffer,
    LaunchHasOpened,
    LaunchOpensInThePast,
    OfferInAnotherLaunch,
    change_launch,
    keep_launches,
)
from perenne.launches.api import launch_facts, plan_launch, take_snapshot
from perenne.launches.models import Launch, Snapshot
from perenne.launches.queries import result_for
from perenne.money.models import Offer
from perenne.people.api import personal_data
from perenne.streams.api import log_work


def _window(offer):
    offer.refresh_from_db()
    return offer.opens_at, offer.closes_at


def _plan(offer_ids, opens_at, closes_at, now):
    return plan_launch(
        name="Spring",
        offer_ids=offer_ids,
        opens_at=opens_at,
        closes_at=closes_at,
        actor="owner",
        now=now,
    )


def _change(launch, now, **changes):
    fields = {
        "name": launch.name,
        "offer_ids": list(launch.launch_offers.values_list("offer_id", flat=True)),
        "opens_at": launch.opens_at,
        "closes_at": launch.closes_at,
        "goal_buyers": launch.goal_buyers,
        "segment_id": launch.segment_id,
    }
    return change_launch(launch.pk, **(fields | changes), actor="owner", now=now)


def test_plan_launch_gives_its_offers_its_window(launch, offer):
    assert _window(offer) == (launch.opens_at, launch.closes_at)
    assert LogEntry.objects.filter(verb="launches.launch_planned").count() == 1


def test_a_launch_that_makes_no_sense_changes_nothing(offer, now):
    day = timedelta(days=1)
    for offer_ids, opens, closes, refusal in [
        ([offer.pk], now + day, now + day, LaunchClosesBeforeItOpens),
        ([offer.pk], now - day, now + day, LaunchOpensInThePast),
        ([], now + day, now + 2 * day, LaunchHasNoOffer),
    ]:
        with pytest.raises(refusal):
            _plan(offer_ids, opens, closes, now)
    assert (Launch.objects.count(), _window(offer)) == (0, (None, None))


def test_an_offer_is_in_one_launch_at_a_time(launch, offer, now):
    with pytest.raises(OfferInAnotherLaunch):
        _plan(
            [offer.pk],
            launch.closes_at - timedelta(hours=1),
            launch.closes_at + timedelta(days=9),
            now,
        )
    later = _plan(
        [offer.pk], launch.closes_at, launch.closes_at + timedelta(days=9), now
    )
    assert later.slug == "spring-2"


def test_before_opening_the_window_and_offers_may_change(
    launch, offer, make_offer, now
):
    other = make_offer("club")
    closes = launch.closes_at + timedelta(days=1)
    _change(launch, now, offer_ids=[other.pk], closes_at=closes)
    assert _window(offer) == (None, None)
    assert _window(other) == (launch.opens_at, closes)


@pytest.mark.parametrize("days", [2, 4, 7, 30])
def test_once_open_the_deadline_stands(launch, offer, now, days):
    later = now + timedelta(days=days)
    with pytest.raises(LaunchHasOpened):
        _change(launch, later, closes_at=later + timedelta(days=10))
    with pytest.raises(LaunchHasOpened):
        _change(launch, later, offer_ids=[])
    assert _window(offer) == (launch.opens_at, launch.closes_at)
    _change(launch, later, name="Spring 2026", goal_buyers=20)
    launch.refresh_from_db()
    assert (launch.name, launch.goal_buyers) == ("Spring 2026", 20)


def test_the_audience_is_frozen_once_at_opening(launch, contact, make_person):
    ana, leo = contact("ana@example.org"), contact("leo@example.org")
    make_person("stranger@example.org")
    keep_launches.func()
    assert Snapshot.objects.count() == 0
    with clock.frozen(launch.opens_at):
        keep_launches.func()
    contact("late@example.org")
    with clock.frozen(launch.closes_at):
        keep_launches.func()
        keep_launches.func()
    rows = Snapshot.objects.filter(launch=launch).values_list("person_id", flat=True)
    assert set(rows) == {ana.pk, leo.pk}
    verbs = ["launches.snapshot_taken", "launches.launch_closed"]
    assert [LogEntry.objects.filter(verb=verb).count() for verb in verbs] == [1, 1]


def test_a_snapshot_costs_the_same_for_1_and_3_persons(
    launch, contact, make_offer, now, django_assert_max_num_queries
):
    for number in range(3):
        contact(f"reader{number}@example.org")
    with django_assert_max_num_queries(8):
        assert take_snapshot(launch.pk, actor="system", now=now) == 3


def test_result_counts_only_the_window(launch, offer, contact, make_person, buy, now):
    people = [contact(f"reader{number}@example.org") for number in range(3)]
    take_snapshot(launch.pk, actor="system", now=launch.opens_at)
    stranger = make_person("stranger@example.org")
    buy(offer, people[0], launch.opens_at)
    buy(offer, people[1], launch.opens_at + timedelta(days=1), refunded=10_000)
    buy(offer, stranger, launch.closes_at - timedelta(seconds=1))
    buy(offer, people[2], launch.closes_at)
    buy(offer, people[2], launch.opens_at - timedelta(seconds=1))
    log_work(
        stream_id=None,
        activity="launch",
        on=launch.opens_at.date(),
        minutes=120,
        actor="owner",
        now=now,
    )
    log_work(
        stream_id=None,
        activity="admin",
        on=launch.opens_at.date(),
        minutes=60,
        actor="owner",
        now=now,
    )
    result = result_for(launch)
    assert (result.base, result.buyers, result.buyers_outside) == (3, 2, 1)
    assert (result.sold_cents, result.refunded_cents, result.net_cents) == (
        30_000,
        10_000,
        20_000,
    )
    assert (result.minutes, result.per_hour_cents) == (120, 10_000)
    (fact,) = launch_facts(date(2026, 9, 1), date(2026, 9, 30), now=launch.closes_at)
    assert (fact.slug, fact.provisional, fact.result) == ("spring", True, result)
    assert launch_facts(date(2026, 8, 1), date(2026, 8, 31), now=launch.closes_at) == []
    assert launch_facts(date(2026, 9, 1), date(2026, 9, 30), now=now) == []


def test_a_transfer_that_arrives_after_the_closing_was_still_sold_in_the_launch(
    launch, offer, make_person, buy
):
    day = timedelta(days=1)
    for name in ("ana", "eve"):
        late = launch.closes_at + 3 * day
        buy(offer, make_person(f"{name}@example.org"), launch.opens_at, paid_at=late)
    leo = make_person("leo@example.org")
    buy(offer, leo, launch.opens_at - day, paid_at=launch.opens_at + day)
    result = result_for(launch)
    assert (result.buyers_outside, result.sold_cents) == (2, 20_000)


def test_the_window_is_enforced_where_the_offer_is_sold(launch, offer):
    from perenne.money.api import sale_of

    offer.refresh_from_db()
    at = [launch.opens_at - timedelta(seconds=1), launch.opens_at, launch.closes_at]
    assert [sale_of(offer, instant).value for instant in at] == [
        "not_yet",
        "open",
        "closed",
    ]


def test_a_person_is_told_which_audiences_they_were_in(launch, contact, now):
    ana = contact("ana@example.org")
    take_snapshot(launch.pk, actor="system", now=now)
    handler = personal_data.get("launches")
    assert handler.export(ana.pk) == {"audience_of": ["Spring"]}
    handler.erase(ana.pk, now=now)
    assert result_for(launch).base == 1
    assert Offer.objects.count() == 1
