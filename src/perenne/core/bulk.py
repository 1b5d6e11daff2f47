"""Many rows in one statement, without a model instance for each.

For imports and letters, where instances cost more than the database does. Columns and
values are given by the caller; constraints still hold. Call it inside an action.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from django.db import connection
from django.db.models import DateField, DateTimeField, DecimalField, JSONField

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.db.models import Field, Model


def insert_rows(
    model: type[Model],
    fields: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    skip_conflicts: bool = False,
) -> None:
    """Insert rows; every row gives its values in the order of `fields`.

    On PostgreSQL each column travels as one array: a parameter for each value would cost
    more than the insert itself.

    fields          names of model fields; those left out must have a database default
                    or be nullable
    rows            text, numbers, booleans, None, dates, aware datetimes; a dict for JSON
    skip_conflicts  leave out rows that would break a unique constraint
    """
    if not rows:
        return
    columns = [cast("Field[Any, Any]", model._meta.get_field(name)) for name in fields]
    quoted = ", ".join(connection.ops.quote_name(str(c.column)) for c in columns)
    tail = " ON CONFLICT DO NOTHING" if skip_conflicts else ""
    # Names come from the models, values are parameters.
    head = f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({quoted}) "
    values = _prepared(columns, rows)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"{head}VALUES ({marks}){tail}", values)
            return
        arrays = ", ".join(f"%s::{_type_of(column)}[]" for column in columns)
        cursor.execute(
            f"{head}SELECT * FROM unnest({arrays}){tail}",  # noqa: S608
            [list(column) for column in zip(*values, strict=True)],
        )


def _type_of(column: Field[Any, Any]) -> str:
    """Return the type of a column without its length: a cast to that would cut silently."""
    return str(column.db_type(connection)).partition("(")[0]


def _prepared(
    columns: Sequence[Field[Any, Any]], rows: Sequence[Sequence[Any]]
) -> Sequence[Sequence[Any]]:
    """Return values as the database driver takes them; equal instants are turned once."""
    turns = [(n, turn) for n, c in enumerate(columns) if (turn := _turn_for(c))]
    if not turns:
        return rows
    prepared = [list(row) for row in rows]
    for line in prepared:
        for n, turn in turns:
            line[n] = turn(line[n])
    return prepared


def _turn_for(column: Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Return how a column's values are turned for the driver, None for as they are."""
    ops = connection.ops
    if isinstance(column, JSONField):
        return lambda value: json.dumps(value) if value else "{}"
    if isinstance(column, DateTimeField):
        return cache(ops.adapt_datetimefield_value)
    if isinstance(column, DateField):
        return cache(ops.adapt_datefield_value)
    if isinstance(column, DecimalField):
        digits, places = column.max_digits, column.decimal_places
        return lambda value: ops.adapt_decimalfield_value(value, digits, places)
    return None
