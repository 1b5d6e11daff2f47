"""From a row to a contact, or to the reason why not."""

from datetime import UTC, datetime

import pytest

from perenne.people.domain.addresses import normal_address
from perenne.portability.domain.contacts import (
    ParsedContact,
    Plan,
    RefusedRow,
    address_column,
    parse_contact,
)
from perenne.portability.domain.formats import ANY, recognise
from perenne.portability.domain.states import State
from perenne.portability.domain.tables import Row

NOW = datetime(2026, 9, 15, tzinfo=UTC)


def parse(mapping=None, **cells):
    source = recognise(cells)
    plan = Plan(
        mapping=mapping or source.mapping(cells),
        source=source,
        silent=State.SUBSCRIBED,
        normalise=normal_address,
        now=NOW,
    )
    return parse_contact(Row(line=7, cells=cells, raw=list(cells.values())), plan)


def test_a_ghost_member_is_read_whole():
    assert parse(
        email="Test@Example.com",
        name="test",
        note="test note",
        subscribed_to_emails="false",
        labels="vip, test-label,vip",
        created_at="1991-10-02T20:30:31.000Z",
        gift_id="abc",
    ) == ParsedContact(
        line=7,
        email="test@example.com",
        name="test",
        note="test note",
        state=State.UNSUBSCRIBED,
        created_at=datetime(1991, 10, 2, 20, 30, 31, tzinfo=UTC),
        labels=("vip", "test-label"),
    )


@pytest.mark.parametrize(
    ("cells", "state"),
    [
        ({}, State.SUBSCRIBED),  # no such column: the declared basis is for all of them
        ({"subscribed_to_emails": "true"}, State.SUBSCRIBED),
        ({"subscribed_to_emails": "FALSE"}, State.UNSUBSCRIBED),
        ({"subscribed_to_emails": ""}, State.UNKNOWN),
        (
            {"subscribed_to_emails": "true", "deleted_at": "2024-01-01"},
            State.UNSUBSCRIBED,
        ),
        ({"status": ""}, State.UNKNOWN),
        ({"status": "Subscribed"}, State.SUBSCRIBED),
        ({"status": "désabonné"}, State.UNSUBSCRIBED),
        ({"status": "pending", "subscribed": "yes"}, State.UNKNOWN),
        ({"status": "active", "unsubscribed_at": "2024-01-01"}, State.UNSUBSCRIBED),
        ({"status": "spam", "unsubscribed": "no"}, State.COMPLAINED),
    ],
)
def test_an_unknown_state_never_becomes_subscribed_r19(cells, state):
    assert parse(email="a@example.org", **cells).state is state


@pytest.mark.parametrize("word", ["vip", "subscribed?", "inactive", "0", "abonnés"])
def test_a_word_that_nobody_knows_is_said_and_subscribes_nobody_r19(word):
    found = parse(email="a@example.org", status=word)
    assert (found.state, found.word) == (State.UNKNOWN, word)


@pytest.mark.parametrize(
    ("cells", "refusal"),
    [
        ({"email": ""}, RefusedRow(7, "email_missing", "email")),
        ({"email": "nobody"}, RefusedRow(7, "email_invalid", "email", "nobody")),
        (
            {"email": "a@example.org", "subscribed_to_emails": "perhaps"},
            RefusedRow(7, "not_boolean", "subscribed_to_emails", "perhaps"),
        ),
        (
            {"email": "a@example.org", "complimentary_plan": "not_boolean"},
            RefusedRow(7, "not_boolean", "complimentary_plan", "not_boolean"),
        ),
        (
            {"email": "a@example.org", "created_at": "yesterday"},
            RefusedRow(7, "date_invalid", "created_at", "yesterday"),
        ),
        (
            {"email": "a@example.org", "created_at": "2031-01-01T00:00:00Z"},
            RefusedRow(7, "date_future", "created_at", "2031-01-01T00:00:00Z"),
        ),
        (
            {"email": "a@example.org", "created_at": "0001-01-01T00:00:00+14:00"},
            RefusedRow(7, "date_invalid", "created_at", "0001-01-01T00:00:00+14:00"),
        ),
        (
            {"email": "a@example.org", "created_at": "9999-12-31T23:59:59-12:00"},
            RefusedRow(7, "date_future", "created_at", "9999-12-31T23:59:59-12:00"),
        ),
    ],
)
def test_a_malformed_row_is_refused_with_its_reason(cells, refusal):
    assert parse(**cells) == refusal


def test_columns_are_found_by_name_however_it_is_written():
    columns = ["id", "Email Address", "First Name", "Prénom", "TAGS"]
    assert ANY.mapping(columns) == {
        "id": "",
        "Email Address": "email",
        "First Name": "first_name",
        "Prénom": "",
        "TAGS": "labels",
    }


def test_an_unknown_address_column_is_found_by_what_it_holds():
    rows = [
        Row(2, {"id": "1", "correo": "a@example.org", "nombre": "joe"}),
        Row(3, {"id": "2", "correo": "b@example.org", "nombre": ""}),
    ]
    assert address_column(rows) == "correo"
    assert address_column([Row(2, {"a": "x@y.fr", "b": "z@y.fr"})]) is None
