"""The owner's pages of running subscriptions: the member's actions, rules, higher prices."""

from datetime import timedelta

import pytest

from perenne.money.actions.renewals.renewals import charge_subscription
from perenne.money.models import PlanChange, PlanGroup, PriceRise, SubscriptionRules
from perenne.money.queries.subscriptions.plans import plans_for

DAY = timedelta(days=1)
DESK = "/desk/subscriptions/"
FAILS_LATER = "4000000000000341"


@pytest.fixture
def member(subscribe, owner_client):
    return subscribe()


def test_the_owner_pauses_resumes_ends_and_keeps_for_the_person(member, owner_client):
    page = f"{DESK}{member.pk}/"
    for verb, data, state in (
        ("pause", {"until": "2026-11-01"}, "paused"),
        ("resume", {}, "active"),
        ("stop", {}, "cancelling"),
        ("keep", {}, "active"),
    ):
        assert owner_client.get(page).status_code == 200
        assert owner_client.post(f"{page}{verb}/", data).status_code == 302
        member.refresh_from_db()
        assert member.state == state


def test_the_owner_plans_a_change_but_charges_nothing_for_it(member, owner_client, now):
    yearly = next(p for p in plans_for(member, now) if p.interval == "year")
    owner_client.post(f"{DESK}{member.pk}/plan/", {"price": yearly.pk})
    change = PlanChange.objects.get()
    assert (change.at_period_end, change.due_cents, change.state) == (
        True,
        0,
        "waiting",
    )
    assert owner_client.get(f"{DESK}{member.pk}/").status_code == 200


def test_the_owner_waives_instalments(
    subscribe_to, trial_offer, add_price, owner_client
):
    row = subscribe_to(add_price(trial_offer, 10_000, instalments=3))
    assert owner_client.get(f"{DESK}{row.pk}/").status_code == 200
    owner_client.post(f"{DESK}{row.pk}/waive/", {"access_stays": "on"})
    row.refresh_from_db()
    assert (row.state, row.ended_reason) == ("ended", "finished")


def test_the_owner_sets_the_days_of_the_tries_mb16(subscribe, owner_client, shelf):
    answer = owner_client.post(
        f"{DESK}rules/",
        {
            "retry_days": "2, 5, 12",
            "grace_days": 14,
            "trial_notice_days": 3,
            "card_notice_days": 14,
            "pause_days": 60,
            "stay_coupon": "",
        },
    )
    assert answer.status_code == 302
    row = subscribe(FAILS_LATER)
    due, days = row.current_period_end, []
    while row.next_charge_at is not None:
        days.append((row.next_charge_at - due).days)
        charge_subscription(row.pk, now=row.next_charge_at)
        row.refresh_from_db()
    assert days == [0, 2, 5, 12]
    assert (row.state, row.ended_reason) == ("ended", "involuntary")
    assert list(shelf.open.values()) == [due + 14 * DAY]


@pytest.mark.parametrize(
    ("days", "grace"), [("5, 3", 7), ("", 7), ("1, 3, 5", 4), ("0, 1", 7)]
)
def test_rules_that_make_no_sense_are_refused(owner_client, business, days, grace):
    answer = owner_client.post(
        f"{DESK}rules/",
        {
            "retry_days": days,
            "grace_days": grace,
            "trial_notice_days": 3,
            "card_notice_days": 14,
            "pause_days": 60,
        },
    )
    assert (answer.status_code, SubscriptionRules.objects.count()) == (422, 0)


def test_offers_are_grouped_and_ungrouped(club, owner_client):
    owner_client.post(f"{DESK}rules/plans/", {"name": "Clubs", "offers": [club.pk]})
    group = PlanGroup.objects.get()
    assert list(group.offers.all()) == [club]
    assert owner_client.get(f"{DESK}rules/").status_code == 200
    owner_client.post(f"{DESK}rules/plans/{group.pk}/remove/")
    assert PlanGroup.objects.count() == 0


def test_a_higher_price_is_planned_and_taken_back_r65(member, owner_client):
    page = f"{DESK}prices/"
    assert owner_client.get(page).status_code == 200
    data = {"amount": "12.00", "from_on": "2026-10-01", "reason": ""}
    answer = owner_client.post(f"{page}{member.price_id}/", data)
    assert (answer.status_code, PriceRise.objects.count()) == (422, 0)
    owner_client.post(f"{page}{member.price_id}/", data | {"from_on": "2026-11-01"})
    rise = PriceRise.objects.get()
    assert rise.amount_cents == 1200
    assert owner_client.get(page).status_code == 200
    owner_client.post(f"{page}{rise.pk}/withdraw/")
    rise.refresh_from_db()
    assert rise.withdrawn_at is not None


@pytest.mark.parametrize("state", ["trialing", "paused", "past_due", "ended"])
def test_the_list_filters_by_state(member, owner_client, state):
    html = owner_client.get(f"{DESK}?state={state}").content.decode()
    assert "ana@example.org" not in html
    assert "ana@example.org" in owner_client.get(DESK).content.decode()
