"""What a file of contacts is: its tables, how they are written, the tool, the columns."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from perenne.portability.domain.archives import open_table, tables_in
from perenne.portability.domain.contacts import (
    RowRefused,
    address_column,
    json_cells,
)
from perenne.portability.domain.formats import FORMATS, recognise
from perenne.portability.domain.formats.base import ALONE, ANY
from perenne.portability.domain.states import State
from perenne.portability.domain.tables import (
    Layout,
    Row,
    UnreadableTable,
    detect_layout,
    read_rows,
)
from perenne.portability.domain.writing import Habits, habits_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from perenne.portability.domain.archives import Part
    from perenne.portability.domain.formats.base import SourceFormat

_SAMPLE_ROWS = 100
# Who is not to be written to is read first: when an address stands in two tables of a
# zip, its second mention is refused.
_ORDER = {
    State.COMPLAINED: 0,
    State.BOUNCED: 1,
    State.UNSUBSCRIBED: 2,
    State.UNKNOWN: 3,
    None: 3,
    State.SUBSCRIBED: 4,
}


@dataclass(frozen=True, slots=True)
class Table:
    """One table of contacts in a file.

    name   path inside a zip, "" for a file that is a table itself
    state  of all its rows, by its name; None when that does not say
    """

    name: str
    size: int
    layout: Layout
    state: State | None = None


@dataclass(frozen=True, slots=True)
class ContactFile:
    """A file as it was understood; everything here is shown and can be changed.

    columns  of all tables, and those found inside cells of JSON
    mapping  column → target, as proposed
    sample   the first rows of the first table
    """

    source: SourceFormat
    tables: tuple[Table, ...]
    habits: Habits
    columns: tuple[str, ...]
    mapping: dict[str, str]
    sample: tuple[Row, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what is kept to read the file again; file_from gives it back."""
        return {
            "format": self.source.key,
            "decimal_sign": self.habits.decimal_sign,
            "day_first": self.habits.day_first,
            "columns": list(self.columns),
            "tables": [
                {
                    "name": table.name,
                    "size": table.size,
                    "encoding": table.layout.encoding,
                    "delimiter": table.layout.delimiter,
                    "columns": list(table.layout.columns),
                    "state": table.state,
                }
                for table in self.tables
            ],
        }

    def columns_key(self) -> str:
        """Return what two files of the same tool and columns have in common."""
        names = "\n".join([self.source.key, *sorted(self.columns)])
        return sha256(names.encode()).hexdigest()


def file_from(data: Mapping[str, Any], mapping: Mapping[str, str]) -> ContactFile:
    """Return the file that was kept as JSON, without its sample."""
    return ContactFile(
        source=FORMATS[data["format"]],
        tables=tuple(
            Table(
                kept["name"],
                kept["size"],
                Layout(kept["encoding"], kept["delimiter"], tuple(kept["columns"])),
                State(kept["state"]) if kept["state"] else None,
            )
            for kept in data["tables"]
        ),
        habits=Habits(data["decimal_sign"], day_first=data["day_first"]),
        columns=tuple(data["columns"]),
        mapping=dict(mapping),
    )


@dataclass(frozen=True, slots=True)
class Choices:
    """What somebody said about a file; "" and None leave it to be detected.

    source  a key of FORMATS
    """

    source: str = ""
    encoding: str = ""
    delimiter: str = ""
    decimal_sign: str = ""
    day_first: bool | None = None


def understand(
    stream: IO[bytes], *, file_name: str, choices: Choices | None = None
) -> ContactFile:
    """Return what a file is; its mapping may lack an "email".

    Raises  UnreadableTable: no table of contacts in it
    """
    said = choices or Choices()
    parts = tables_in(stream)
    found = [
        opened
        for part in parts
        if (opened := _open(stream, part, said, alone=len(parts) == 1))
    ]
    if not found:
        raise UnreadableTable("zip_empty")
    layout, sample = found[0].layout, _first_rows(stream, found[0])
    source = FORMATS.get(said.source) or recognise(layout.columns)
    tables = [
        Table(t.name, t.size, t.layout, source.state_of_file(t.name or file_name))
        for t in found
        if t is found[0] or recognise(t.layout.columns) is recognise(layout.columns)
    ]
    tables.sort(key=lambda table: (_ORDER[table.state], table.name))
    columns = _columns(tables, source, sample)
    detected = habits_of(sample, delimiter=layout.delimiter)
    return ContactFile(
        source=source,
        tables=tuple(tables),
        habits=Habits(
            said.decimal_sign or detected.decimal_sign,
            day_first=detected.day_first if said.day_first is None else said.day_first,
        ),
        columns=columns,
        mapping=_proposed(source, columns, sample),
        sample=tuple(sample),
    )


def _open(stream: IO[bytes], part: Part, said: Choices, *, alone: bool) -> Table | None:
    """Return a table; None for one in a zip that holds no addresses, as lists of posts."""
    with open_table(stream, part.name) as table:
        try:
            layout = detect_layout(
                table, encoding=said.encoding, delimiter=said.delimiter
            )
        except UnreadableTable:
            if alone:
                raise
            return None
    found = Table(part.name, part.size, layout)
    if alone or "email" in ANY.mapping(layout.columns).values():
        return found
    return None


def sample_of(stream: IO[bytes], file: ContactFile) -> list[Row]:
    """Return the first rows of a file, to be shown."""
    return _first_rows(stream, file.tables[0])


def _first_rows(stream: IO[bytes], table: Table) -> list[Row]:
    with open_table(stream, table.name) as opened:
        return list(islice(read_rows(opened, table.layout), _SAMPLE_ROWS))


def _columns(
    tables: list[Table], source: SourceFormat, sample: list[Row]
) -> tuple[str, ...]:
    """Return the columns of all tables once, and the keys seen in cells of JSON."""
    found = dict.fromkeys(c for table in tables for c in table.layout.columns)
    for column, target in source.mapping(found).items():
        if target == "json":
            for row in sample:
                found |= dict.fromkeys(_keys(row, column))
    return tuple(found)


def _keys(row: Row, column: str) -> Iterator[str]:
    try:
        yield from (f"{column}.{key}" for key in json_cells(row.cells.get(column, "")))
    except RowRefused:  # it is answered when the row is read
        return


def _proposed(
    source: SourceFormat, columns: tuple[str, ...], sample: list[Row]
) -> dict[str, str]:
    """Return column → target; the column of addresses is found by its cells if need be."""
    mapping = source.mapping(columns)
    spread = {c for c, target in mapping.items() if target == "json"}
    for column in columns:
        if column.partition(".")[0] in spread and column not in spread:
            mapping[column] = mapping[column] or "new:text"
    if "email" not in mapping.values() and (address := address_column(sample)):
        mapping[address] = "email"
    return mapping


def doubled(mapping: Mapping[str, str]) -> str | None:
    """Return a target that more than one column was sent to and that takes only one."""
    targets = [target for target in mapping.values() if target in ALONE]
    return next((t for t in targets if targets.count(t) > 1), None)
