"""Queries whose SQL is built once: on hot pages building takes longer than answering.

    _SINCE = Compiled(
        lambda person_id, now: Pass.objects.filter(...).values_list("starts_at"),
        person_id=-7_001,
        now=datetime(1901, 1, 1, tzinfo=UTC),
    )
    rows = _SINCE.rows(person_id=12, now=now)

What is asked for stays written, and read back, as Django's; only the way from a query to
its text is walked once for each kind of database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import Model, QuerySet

type Value = int | str | datetime


@dataclass(frozen=True, slots=True)
class _Plan:
    """A query's text; for each place in it a value's name, or the value itself.

    converters  what Django does with a column's values, by the column's place
    """

    sql: str
    places: tuple[tuple[str | None, Any], ...]
    converters: tuple[tuple[int, tuple[Any, Any]], ...]

    def read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return a row as Django would."""
        values = list(row)
        for at, (converters, column) in self.converters:
            for convert in converters:
                values[at] = convert(values[at], column, connection)
        return tuple(values)


class Compiled:
    """A query of `values_list` over named values, none of which is ever None."""

    def __init__(
        self, build: Callable[..., QuerySet[Any, Any]], **samples: Value
    ) -> None:
        """Keep how the query is built; nothing is built yet.

        samples  a value for each name that stands nowhere else in the query, by which
                 its places are found
        """
        self._build, self._samples = build, samples
        self._plans: dict[str, _Plan] = {}

    def rows(self, **values: Value) -> list[tuple[Any, ...]]:
        """Return the rows for these values, in the query's order. One query."""
        plan = self._plans.get(connection.vendor)
        if plan is None:
            plan = self._plans[connection.vendor] = self._plan()
        bound = [
            like if name is None else _bound(values[name], like)
            for name, like in plan.places
        ]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, bound)
            found = cursor.fetchall()
        return [plan.read(row) for row in found] if plan.converters else found

    def _plan(self) -> _Plan:
        compiler: Any = self._build(**self._samples).query.get_compiler("default")
        sql, params = compiler.as_sql()
        names = {_adapted(sample): name for name, sample in self._samples.items()}
        places = tuple((names.get(param), param) for param in params)
        missing = self._samples.keys() - {name for name, _like in places}
        if missing:
            raise LookupError(f"{sorted(missing)} stand nowhere in the query")
        columns = [each[0] for each in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns)
        return _Plan(sql, places, tuple(converters.items()))


def columns_of(model: type[Model]) -> list[str]:
    """Return the columns that make an instance of a model, for values_list."""
    return [field.attname for field in model._meta.concrete_fields]


def instance_of[M: Model](model: type[M], row: tuple[Any, ...]) -> M:
    """Return a row of columns_of(model) as Django would have read it."""
    return model.from_db(connection.alias, columns_of(model), row)


def _adapted(value: Value) -> Any:
    """Return a value as the database's driver is given it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value


def _bound(value: Value, like: Any) -> Any:
    """Return a value for a place, with the type that Django gave the sample there."""
    if isinstance(value, int):
        return type(like)(value)
    return _adapted(value)
