"""Saved events, whatever their kind, age and shape, are kept and do no harm."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from perenne.core.models import LogEntry
from perenne.money.management.commands.events_ingest import Command
from perenne.money.models import (
    Dispute,
    LedgerEntry,
    Order,
    Payment,
    Payout,
    ProviderEvent,
    Refund,
)

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = next(
    (
        found
        for parent in ROOT.parents
        if (found := parent / "shared/data/stripe").is_dir()
    ),
    None,
)
EVENTS = sorted(SAMPLES.glob("*.*.json")) if SAMPLES else []
_KINDS = """
account.updated balance.available billing_portal.session.created
charge.captured charge.dispute.closed charge.dispute.created charge.dispute.updated
charge.expired charge.failed charge.pending charge.refund.updated charge.refunded
charge.succeeded charge.updated checkout.session.async_payment_failed
checkout.session.async_payment_succeeded checkout.session.completed
checkout.session.expired coupon.created credit_note.created customer.created
customer.deleted customer.source.expiring customer.subscription.deleted
customer.subscription.trial_will_end customer.updated file.created
identity.verification_session.verified invoice.created invoice.finalized invoice.paid
invoice.payment_failed issuing_card.created mandate.updated order.created
payment_intent.amount_capturable_updated payment_intent.canceled
payment_intent.payment_failed payment_intent.processing payment_intent.succeeded
payment_link.created payment_method.attached payment_method.automatically_updated
payment_method.detached payout.canceled payout.created payout.failed payout.paid
payout.reconciliation_completed ping plan.created price.updated product.deleted
promotion_code.created quote.accepted radar.early_fraud_warning.created
refund.created refund.failed refund.updated reporting.report_run.succeeded
review.opened setup_intent.setup_failed setup_intent.succeeded sigma.scheduled_query
source.chargeable subscription_schedule.canceled tax_rate.created
terminal.reader.action_failed test_helpers.test_clock.ready topup.succeeded
transfer.created treasury.received_debit.created v2.core.account.updated
"""
KINDS = _KINDS.split()
ODD = [
    {},
    {"object": None},
    {"object": []},
    {"object": {"id": 7, "object": 3, "metadata": "none"}},
    {"object": {"id": "x" * 900, "object": "charge", "payment_intent": {"id": "pi_1"}}},
    {"object": {"metadata": {"purpose": "order", "key": ["a"]}}},
    {"object": {"metadata": {"purpose": "order", "key": "nobody's"}}},
    {"object": {"metadata": {"purpose": "charge", "key": "nobody's"}}},
    {"object": {"metadata": {"purpose": "method", "key": "nobody's"}}},
    {"object": {"id": "pi_\x00", "note": "\ud800", "amount": float("inf")}},
    {"object": {"id": "dp_1", "object": "dispute", "payment_intent": "pi_unknown"}},
]


def _ingest(*files):
    """Run the command; return its lines and whether it was content."""
    out = StringIO()
    try:
        call_command(
            "events_ingest", *map(str, files), provider="stripe", json=True, stdout=out
        )
    except CommandError:
        return [json.loads(line) for line in out.getvalue().splitlines()], False
    return [json.loads(line) for line in out.getvalue().splitlines()], True


def _books():
    tables = (Order, Payment, Refund, Dispute, Payout, LedgerEntry)
    return [table.objects.count() for table in tables]


@pytest.fixture
def saved(tmp_path):
    """Write values as JSON files: saved(value, …) returns their paths."""

    def write(*values, name="event"):
        paths = [tmp_path / f"{name}-{at}.json" for at in range(len(values))]
        for path, value in zip(paths, values, strict=True):
            path.write_text(
                value if isinstance(value, str) else json.dumps(value), "utf-8"
            )
        return paths

    return write


def _event(kind="ping", event_id="evt_1", **about):
    return {
        "id": event_id,
        "object": "event",
        "type": kind,
        "data": {"object": {"id": "obj_1", "object": "thing", **about}},
    }


@pytest.mark.django_db
@pytest.mark.skipif(not EVENTS, reason="Stripe's samples are not here")
def test_every_sample_is_kept_once_and_a_replay_does_nothing():
    first, content = _ingest(*EVENTS)
    rows, entries = ProviderEvent.objects.count(), LogEntry.objects.count()
    again, content_again = _ingest(*EVENTS)

    assert (content, content_again, rows) == (True, True, len(EVENTS))
    assert {line["stored"] for line in first} == {True}
    assert [line["outcome"] for line in again] == [line["outcome"] for line in first]
    assert {line["stored"] for line in again} == {False}
    assert ProviderEvent.objects.count() == rows
    assert LogEntry.objects.count() == entries
    assert _books() == [0] * 6
    assert not ProviderEvent.objects.filter(handled_at=None).exists()


@pytest.mark.django_db
@pytest.mark.skipif(SAMPLES is None, reason="Stripe's samples are not here")
def test_what_is_no_event_is_an_error_of_its_own_line():
    lines, content = _ingest(SAMPLES / "fixtures3.json", *EVENTS[:1])

    assert content is False
    assert lines[0] == {
        "file": str(SAMPLES / "fixtures3.json"),
        "id": None,
        "stored": False,
        "outcome": None,
        "error": "this is not an event of Stripe",
    }
    assert lines[1]["error"] is None


@pytest.mark.django_db
@pytest.mark.parametrize("odd", range(len(ODD)))
def test_no_kind_and_no_odd_field_breaks_anything(saved, odd):
    events = [
        {"id": f"evt_{at}", "object": "event", "type": kind, "data": ODD[odd]}
        for at, kind in enumerate(KINDS)
    ]
    lines, content = _ingest(*saved(*events))
    again, _ = _ingest(*saved(*events))

    assert content is True
    assert [line["error"] for line in lines] == [None] * len(KINDS)
    assert {line["stored"] for line in again} == {False}
    assert ProviderEvent.objects.count() == len(KINDS)
    assert not ProviderEvent.objects.filter(handled_at=None).exists()
    assert _books() == [0] * 6


@pytest.mark.django_db
def test_an_event_without_its_usual_parts_is_kept(saved):
    thin = {
        "id": "evt_thin",
        "object": "v2.core.event",
        "type": "v2.core.account.updated",
        "related_object": {"id": "acct_1", "type": "v2.core.account"},
    }
    lines, content = _ingest(
        *saved(
            thin, {"object": "event"}, {"type": 5, "data": {}}, _event(event_id=None)
        )
    )

    assert content is True
    assert {line["outcome"] for line in lines} == {"ignored"}
    assert ProviderEvent.objects.count() == 4


@pytest.mark.django_db
def test_a_file_may_hold_many(saved):
    several = [_event(event_id=f"evt_{at}") for at in range(3)]
    rows = "\n".join(json.dumps(event) for event in several) + "\n"
    wrapped = {"object": "list", "url": "/v1/events", "has_more": False}
    bare = {"id": "re_1", "object": "refund", "payment_intent": "pi_1"}
    lines, content = _ingest(
        *saved(several, rows, {**wrapped, "data": several}, {**wrapped, "data": [bare]})
    )

    assert content is True
    assert [len(line.get("events", [])) for line in lines] == [3, 3, 3, 0]
    assert [line["stored"] for line in lines] == [True, False, False, True]
    assert [line["outcome"] for line in lines] == [
        "ignored",
        "ignored",
        "ignored",
        "unknown payment",
    ]
    assert ProviderEvent.objects.count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["", "   ", "no json", "[1, 2", "3", '"text"', "null", "{}", "[" * 100_000]
)
def test_a_file_that_cannot_be_read_keeps_the_others_going(saved, text):
    lines, content = _ingest(*saved(text, _event()))

    assert content is False
    assert (lines[0]["stored"], bool(lines[0]["error"])) == (False, True)
    assert (lines[1]["stored"], lines[1]["error"]) == (True, None)


@pytest.mark.django_db
def test_a_missing_file_is_an_error_of_its_own_line(tmp_path, saved):
    lines, content = _ingest(tmp_path / "nowhere.json", tmp_path, *saved(_event()))

    assert content is False
    assert [line["stored"] for line in lines] == [False, False, True]


@pytest.mark.django_db
def test_what_lets_somebody_act_is_kept_out_of_the_payload(saved):
    (path,) = saved(
        _event("payment_intent.created", client_secret="pi_1_secret_x", amount=5)
    )
    _ingest(path)

    row = ProviderEvent.objects.get()
    assert row.payload["data"]["object"] == {
        "id": "obj_1",
        "object": "thing",
        "amount": 5,
    }
    assert json.loads(row.body)["data"]["object"]["client_secret"] == "pi_1_secret_x"


@pytest.mark.django_db
def test_a_provider_that_does_not_answer_leaves_the_event_waiting(
    saved, settings, monkeypatch
):
    monkeypatch.setattr("perenne.money.gateways.stripe.client.RETRIES", 0)
    settings.STRIPE_SECRET_KEY = "sk_test_shop"
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    lines, content = _ingest(*saved(_event("payout.paid", id="po_1")))

    assert (content, lines[0]["stored"], lines[0]["outcome"]) == (True, True, "waiting")
    assert ProviderEvent.objects.get().handled_at is None


@pytest.mark.django_db
def test_a_poison_event_stops_nothing_else(saved, monkeypatch):
    def break_down(event, service, *, now):
        if event.kind == "poison":
            raise ZeroDivisionError
        return "ignored"

    monkeypatch.setattr("perenne.money.actions.inbox.events.follow_event", break_down)
    lines, content = _ingest(*saved(_event("poison", "evt_1"), _event("ping", "evt_2")))

    assert content is False
    assert [line["outcome"] for line in lines] == ["failing", "ignored"]
    assert lines[0]["error"] == "ZeroDivisionError: "
    states = ProviderEvent.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["failing", "kept"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--provider", "stripe"],
        ["--provider", "nobody", "x.json"],
        ["--provider", "transfer", "x.json"],
    ],
)
def test_a_command_line_that_is_not_understood_is_2(arguments):
    with pytest.raises(SystemExit) as left:
        Command().run_from_argv(["bin/perenne", "events_ingest", *arguments])

    assert left.value.code == 2
