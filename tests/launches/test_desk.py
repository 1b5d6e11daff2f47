from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from perenne.core import clock
from perenne.launches.api import take_snapshot
from perenne.launches.models import Launch

LIST = "desk_launches"


def _page(client, launch, at):
    with clock.frozen(at):
        return client.get(reverse("desk_launches_launch", args=[launch.slug]))


def test_an_empty_list_shows_the_next_step(owner_client):
    page = owner_client.get(reverse(LIST))
    assert page.context["rows"] == []
    assert reverse("desk_launches_new") in page.content.decode()


def test_a_launch_is_planned_in_the_time_of_the_business(owner_client, offer):
    typed = {
        "name": "Autumn",
        "offers": [offer.pk],
        "opens_at": "2026-10-20T18:00",
        "closes_at": "2026-10-26T23:59",
        "segment": "",
        "goal_buyers": "12",
    }
    answer = owner_client.post(reverse("desk_launches_new"), typed)
    assert answer.url == "/desk/launches/autumn/"
    launch = Launch.objects.get()
    # Paris changes its clock on 25 October: two hours before UTC, then one.
    assert launch.opens_at.isoformat() == "2026-10-20T16:00:00+00:00"
    assert launch.closes_at.isoformat() == "2026-10-26T22:59:00+00:00"
    form = owner_client.get(reverse("desk_launches_edit", args=["autumn"])).context[
        "form"
    ]
    assert form["opens_at"].value().isoformat() == "2026-10-20T18:00:00"
    refused = owner_client.post(reverse("desk_launches_new"), typed)
    assert refused.context["form"].errors.keys() == {"offers"}
    assert refused.context["form"]["name"].value() == "Autumn"


def test_a_launch_page_before_during_and_after(
    owner_client, launch, offer, contact, buy
):
    ana = contact("ana@example.org")
    before = _page(owner_client, launch, launch.opens_at - timedelta(days=1))
    assert before.context["state"] == "before"
    take_snapshot(launch.pk, actor="system", now=launch.opens_at)
    buy(offer, ana, launch.opens_at + timedelta(hours=1))
    during = _page(owner_client, launch, launch.opens_at + timedelta(days=1))
    assert (during.context["state"], during.context["result"].buyers) == ("open", 1)
    after = _page(owner_client, launch, launch.closes_at + timedelta(days=1))
    assert (after.context["state"], after.context["provisional"]) == ("closed", True)
    final = _page(owner_client, launch, launch.closes_at + timedelta(days=14))
    assert final.context["provisional"] is False


def test_after_opening_the_form_says_why_the_dates_stand(owner_client, launch, offer):
    typed = {
        "name": "Spring",
        "offers": [offer.pk],
        "opens_at": "2026-09-17T10:30",
        "closes_at": "2026-10-30T10:30",
        "goal_buyers": "",
    }
    with clock.frozen(launch.closes_at):
        refused = owner_client.post(
            reverse("desk_launches_edit", args=[launch.slug]), typed
        )
    assert refused.context["form"].errors.keys() == {"closes_at"}


def test_the_list_costs_the_same_at_1_and_3_rows(owner_client, launch, make_offer, now):
    from perenne.launches.api import plan_launch

    owner_client.get(reverse(LIST))
    with CaptureQueriesContext(connection) as one:
        owner_client.get(reverse(LIST))
    for slug in ("club", "book"):
        plan_launch(
            name=slug,
            offer_ids=[make_offer(slug).pk],
            opens_at=launch.opens_at,
            closes_at=launch.closes_at,
            actor="owner",
            now=now,
        )
    with CaptureQueriesContext(connection) as three:
        found = owner_client.get(reverse(LIST))
    assert (len(found.context["rows"]), len(three)) == (3, len(one))
    assert len(one) <= 12
    assert len(owner_client.get(reverse(LIST), {"q": "clu"}).context["rows"]) == 1


@pytest.mark.parametrize("name", ["desk_launches", "desk_launches_new"])
def test_a_member_may_not_open_the_launches(member_client, business, name):
    assert member_client.get(reverse(name)).status_code == 403


def test_an_unknown_launch_is_not_found(owner_client):
    assert owner_client.get("/desk/launches/nothing/").status_code == 404
