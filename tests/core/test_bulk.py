"""Rows inserted many at a time."""

import pytest
from django.db import IntegrityError, transaction

from perenne.core.bulk import insert_rows
from perenne.core.models import LogEntry

pytestmark = pytest.mark.django_db
FIELDS = ("at", "actor", "verb", "object_type", "object_id", "data")


def test_rows_are_read_back_as_given(now):
    insert_rows(
        LogEntry,
        FIELDS,
        [(now, "owner", "x.done", "", str(n), {"n": n, "é": None}) for n in range(3)]
        + [(now, "owner", "x.done", "", "3", {})],
    )
    rows = LogEntry.objects.order_by("pk").values_list("at", "object_id", "data")
    assert list(rows) == [
        *((now, str(n), {"n": n, "é": None}) for n in range(3)),
        (now, "3", {}),
    ]


def test_no_row_costs_nothing(db):
    insert_rows(LogEntry, FIELDS, [])
    assert LogEntry.objects.count() == 0


def test_a_conflict_is_refused_or_skipped(person):
    row = ("ana@example.org", "", "", "fr", {}, person.created_at, "", "")
    fields = [
        "email",
        "name",
        "note",
        "language",
        "source",
        "created_at",
        "time_zone",
        "country",
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows(type(person), fields, [row])
    insert_rows(type(person), fields, [row], skip_conflicts=True)
    assert type(person).objects.count() == 1
