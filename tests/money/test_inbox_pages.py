"""The owner reads the inbox, handles an event again, and sees the comparison."""

import json
from contextlib import suppress
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from perenne.core.models import LogEntry
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.inbox.ingest import ingest_event
from perenne.money.actions.inbox.reconcile import reconcile
from perenne.money.gateways.providers import provider
from perenne.money.models import Payment, ProviderEvent
from perenne.money.queries.inbox.events import inbox_state


@pytest.fixture
def stored(business, now):
    """Keep an event: stored("charge.refunded", "evt_1")."""

    def stored(kind="ping", event_id="evt_1", **about):
        body = {
            "id": event_id,
            "object": "event",
            "type": kind,
            "data": {"object": {"id": "x_1", "object": "thing", **about}},
        }
        ingest_event("stripe", json.dumps(body).encode(), now=now)
        return ProviderEvent.objects.get(event_id=event_id)

    return stored


def test_events_are_listed_and_found_by_kind_and_state(owner_client, stored):
    stored("charge.refunded", "evt_refund", payment_intent="pi_1")
    stored("ping", "evt_ping")

    def shown(query):
        page = owner_client.get(f"/desk/payment-events/{query}").content.decode()
        return [one for one in ("evt_refund", "evt_ping") if one in page]

    assert shown("") == ["evt_refund", "evt_ping"]
    assert shown("?q=charge.") == ["evt_refund"]
    assert shown("?state=kept") == ["evt_ping"]
    assert shown("?state=failing") == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_number(
    owner_client, stored, rows, django_assert_num_queries
):
    owner_client.get("/desk/payment-events/")
    for at in range(rows):
        stored("ping", f"evt_{at}")
    with django_assert_num_queries(9):
        owner_client.get("/desk/payment-events/")


def test_an_event_is_shown_without_its_secrets(owner_client, stored):
    row = stored("payment_intent.created", client_secret="pi_1_secret_x", note="<b>")
    page = owner_client.get(f"/desk/payment-events/{row.pk}/").content.decode()

    assert "pi_1_secret_x" not in page
    assert "&lt;b&gt;" in page
    assert owner_client.get("/desk/payment-events/999/").status_code == 404


def test_an_event_is_handled_again_by_hand(owner_client, owner, stored):
    row = stored()
    answer = owner_client.post(f"/desk/payment-events/{row.pk}/replay/")
    row.refresh_from_db()

    assert answer.status_code == 302
    assert (row.state, row.handled_at) == ("waiting", None)
    entry = LogEntry.objects.get(verb="money.event_replayed")
    assert (entry.actor, entry.object_id) == (f"user:{owner.pk}", str(row.pk))
    assert owner_client.get(f"/desk/payment-events/{row.pk}/replay/").status_code == 405


def test_a_failing_event_is_seen_at_the_desk_and_by_the_doctor(
    owner_client, stored, monkeypatch, now
):
    def break_down(event, service, *, now):
        raise ZeroDivisionError("by hand")

    monkeypatch.setattr("perenne.money.actions.inbox.events.follow_event", break_down)
    row = stored()
    page = owner_client.get(f"/desk/payment-events/{row.pk}/").content.decode()

    assert "ZeroDivisionError: by hand" in page
    assert inbox_state(now).failing == 1


@pytest.fixture
def sold(course, make_order, pay, account):
    order = make_order(course)
    pay(order)
    return order


def test_the_comparison_is_shown(owner_client, sold, account, now):
    empty = owner_client.get("/desk/reconciliation/").content.decode()
    assert "Aucune comparaison" in empty
    settle_order(sold.pk, now=now)
    Payment.objects.update(amount_cents=4800)
    reconcile(provider("stripe"), now=now)
    page = owner_client.get("/desk/reconciliation/").content.decode()

    assert "Les montants diffèrent" in page
    assert Payment.objects.get().provider_ref in page
    assert owner_client.post("/desk/reconciliation/run/").status_code == 302


def test_the_command_compares_and_says_what_it_did(sold, account, now):
    out = StringIO()
    with suppress(CommandError):  # the account of the tests serves others too
        call_command("reconcile", json=True, stdout=out)
    (report,) = json.loads(out.getvalue())

    mended = {row["ref"]: row["did"] for row in report["mended"]}
    assert mended[Payment.objects.get().provider_ref] == "recorded"
    assert set(report) == {
        "provider",
        "since",
        "listed",
        "mended",
        "differences",
        "error",
    }


def test_without_a_provider_there_is_nothing_to_compare(db, settings):
    settings.STRIPE_SECRET_KEY = ""
    out = StringIO()
    call_command("reconcile", stdout=out)
    assert out.getvalue() == "No provider is connected.\n"
