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
from django.db.models.expressions import RawSQL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import Field, Model


def insert_rows(
    model: type[Model],
    fields: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    skip_conflicts: bool = False,
) -> None:
    """Insert rows; every row gives its values in the order of `fields`.

    On PostgreSQL all rows travel as one JSON document: a parameter for each value costs
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
        types = ", ".join(
            f"c{n} {_type_of(column)}" for n, column in enumerate(columns)
        )
        named = [{f"c{n}": v for n, v in enumerate(row)} for row in values]
        cursor.execute(
            f"{head}SELECT * FROM json_to_recordset(%s) AS rows({types}){tail}",  # noqa: S608
            [json.dumps(named)],
        )


def each_of(values: Iterable[str | int]) -> RawSQL:
    """Return values to look up among (`email__in=each_of(emails)`), as one parameter.

    A thousand parameters take longer to hand over than to look up.
    """
    listed = list(values)
    if connection.vendor == "sqlite":
        return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(listed)])
    of_numbers = bool(listed) and isinstance(listed[0], int)
    statement = _NUMBERS_OF_JSON if of_numbers else _TEXTS_OF_JSON
    return RawSQL(statement, [json.dumps(listed)])  # noqa: S611 - one of two constants


_TEXTS_OF_JSON = "SELECT value FROM json_array_elements_text(%s)"
_NUMBERS_OF_JSON = "SELECT value::bigint FROM json_array_elements_text(%s)"


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
    if connection.vendor == "sqlite":
        return _turn_for_sqlite(column)
    # In one document: what JSON knows goes as it is, the rest as text.
    if isinstance(column, DateField):
        return cache(lambda value: value and value.isoformat())
    if isinstance(column, DecimalField):
        return lambda value: value if value is None else str(value)
    return None


def _turn_for_sqlite(column: Field[Any, Any]) -> Callable[[Any], Any] | None:
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
