"""From a row to a contact, or to the reason why not."""

from datetime import UTC, datetime

import pytest

from perenne.people.domain.addresses import normal_address
from perenne.portability.domain.contacts import (
    ParsedContact,
    RefusedRow,
    address_column,
    match_columns,
    parse_contact,
)
from perenne.portability.domain.tables import Row

NOW = datetime(2026, 9, 15, tzinfo=UTC)


def parse(mapping=None, **cells):
    row = Row(line=7, cells=cells, raw=list(cells.values()))
    return parse_contact(
        row, mapping or match_columns(cells), normalise=normal_address, now=NOW
    )


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
        subscribed=False,
        created_at=datetime(1991, 10, 2, 20, 30, 31, tzinfo=UTC),
        labels=("vip", "test-label"),
        extra={"gift_id": "abc"},
    )


@pytest.mark.parametrize(
    ("cells", "subscribed"),
    [
        ({}, True),  # no such column: the declared basis is for the whole file
        ({"subscribed_to_emails": "true"}, True),
        ({"subscribed_to_emails": "FALSE"}, False),
        ({"subscribed_to_emails": ""}, None),
        ({"subscribed_to_emails": "true", "deleted_at": "2024-01-01"}, False),
    ],
)
def test_an_unknown_state_never_becomes_subscribed_r19(cells, subscribed):
    assert parse(email="a@example.org", **cells).subscribed is subscribed


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
    assert match_columns(["id", "Email Address", "First Name", "Prénom", "TAGS"]) == {
        "email": "Email Address",
        "first_name": "First Name",
        "labels": "TAGS",
    }


def test_an_unknown_address_column_is_found_by_what_it_holds():
    rows = [
        Row(2, {"id": "1", "correo": "a@example.org", "nombre": "joe"}),
        Row(3, {"id": "2", "correo": "b@example.org", "nombre": ""}),
    ]
    assert address_column(rows) == "correo"
    assert address_column([Row(2, {"a": "x@y.fr", "b": "z@y.fr"})]) is None
