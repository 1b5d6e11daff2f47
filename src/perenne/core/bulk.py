"""Many rows in one statement, without a model instance for each.

For imports and letters, where instances cost more than the database does. Columns and
values are given by the caller; constraints still hold. Call it inside an action.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.db import connection
from django.db.models import DateTimeField, JSONField

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Field, Model

_PER_STATEMENT = 2000


def insert_rows(
    model: type[Model],
    fields: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    skip_conflicts: bool = False,
) -> None:
    """Insert rows; every row gives its values in the order of `fields`.

    fields          names of model fields; those left out must have a database default
                    or be nullable
    rows            text, numbers, booleans, None, aware datetimes; a dict for JSON
    skip_conflicts  leave out rows that would break a unique constraint
    """
    columns = [cast("Field[Any, Any]", model._meta.get_field(name)) for name in fields]
    quoted = ", ".join(connection.ops.quote_name(str(c.column)) for c in columns)
    tail = " ON CONFLICT DO NOTHING" if skip_conflicts else ""
    # Names come from the models, values are parameters.
    head = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({quoted}) VALUES "  # noqa: S608
    mark = f"({', '.join(['%s'] * len(columns))})"
    values = _prepared(columns, rows)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(head + mark + tail, values)
            return
        for start in range(0, len(values), _PER_STATEMENT):
            chunk = values[start : start + _PER_STATEMENT]
            marks = ", ".join([mark] * len(chunk))
            flat = [value for row in chunk for value in row]
            cursor.execute(head + marks + tail, flat)


def _prepared(
    columns: Sequence[Field[Any, Any]], rows: Sequence[Sequence[Any]]
) -> Sequence[Sequence[Any]]:
    """Return values as the database driver takes them; equal instants are turned once."""
    instants = [n for n, c in enumerate(columns) if isinstance(c, DateTimeField)]
    documents = [n for n, c in enumerate(columns) if isinstance(c, JSONField)]
    if not (instants or documents):
        return rows
    adapt = cache(connection.ops.adapt_datetimefield_value)
    prepared = [list(row) for row in rows]
    for line in prepared:
        for n in instants:
            line[n] = adapt(line[n])
        for n in documents:
            line[n] = json.dumps(line[n]) if line[n] else "{}"
    return prepared
