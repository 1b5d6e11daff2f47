"""The ledger, issued invoices and declarations refuse UPDATE and DELETE in the database itself."""

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from perenne.money.actions.books.billing import issue_invoice
from perenne.money.actions.exits.exits import declare
from perenne.money.domain.books.invoices import Customer, Line
from perenne.streams.api import default_stream, ensure_default_streams

# Dates and states filled in later; they are no part of what was sealed.
FILLED_IN_LATER = {
    "money.LedgerEntry": {"available_on", "paid_out_on", "banked_on"},
    "money.Declaration": set(),
    "money.Invoice": {"paid_on", "credited_cents", "pdf_sha256"},
}


@pytest.fixture
def books(business, now):
    """A ledger row, an issued invoice and a declaration."""
    declare(
        "withdrawal",
        key="form-1",
        name="Ana Silva",
        email="ana@example.org",
        reference="K7M-2QX-9RT",
        wanted_on=None,
        language="fr",
        now=now,
    )
    ensure_default_streams(language="en", now=now)
    issue_invoice(
        ref="mission:1",
        customer=Customer(name="Ana Silva"),
        lines=[Line(description="Bilan de carrière", unit_price_cents=9000)],
        stream_id=default_stream("one_to_one").pk,
        currency="EUR",
        sold_on=date(2026, 9, 15),
        paid=True,
        due_on=None,
        actor="owner",
        now=now,
    )


@pytest.mark.parametrize("label", sorted(FILLED_IN_LATER))
def test_every_column_of_a_kept_row_refuses_update(books, label):
    model = apps.get_model(label)
    table = connection.ops.quote_name(model._meta.db_table)
    for field in model._meta.local_concrete_fields:
        if field.name in FILLED_IN_LATER[label]:
            continue
        column = connection.ops.quote_name(field.column)
        with pytest.raises(IntegrityError), transaction.atomic():
            connection.cursor().execute(f"UPDATE {table} SET {column} = {column}")


@pytest.mark.parametrize("label", sorted(FILLED_IN_LATER))
def test_a_kept_row_refuses_delete(books, label):
    model = apps.get_model(label)
    table = connection.ops.quote_name(model._meta.db_table)
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(f"DELETE FROM {table}")
    assert model.objects.count() == 1
