"""From a row of somebody's export to a contact, or to the reason why not.

Columns are found by name, then by what they hold, never by position. An unknown state
never becomes "subscribed".
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from perenne.portability.domain.labels import split_labels
from perenne.portability.domain.states import State, most_careful
from perenne.portability.domain.writing import Habits, read_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from perenne.portability.domain.formats.base import SourceFormat
    from perenne.portability.domain.tables import Row

_NO_TEXT = re.compile("[\x00\ud800-\udfff]")  # JSON can spell them
_TRUE = frozenset({"true", "1", "yes", "oui", "y", "x", "vrai"})
_FALSE = frozenset({"false", "0", "no", "non", "n", "faux"})
# What stands for "pays nothing" in a column of plans and tiers.
_FREE = _FALSE | {"", "free", "none", "gratuit", "comp", "basic"}
_LONGEST_NAME, _LONGEST_EVIDENCE = 200, 200
_SURE_SHARE = 0.8
_FIRST_MAIL = datetime(1971, 1, 1, tzinfo=UTC)  # nobody signed up before there was mail


@dataclass(frozen=True, slots=True)
class ParsedContact:
    """A contact as a file tells it: the one neutral row that every format becomes.

    email       as typed; `normalise` of parse_contact has accepted it
    state       what the file says, UNKNOWN when it does not
    word        a word of state that nobody knows, "" when it is known
    created_at  aware UTC, or None
    labels      tag names in order, without repeats
    fields      column → value of a custom field, as its reader made it
    paid        they pay there; None when the file does not say
    touch       where they first came from: "utm_source", "referrer", "page"
    evidence    column → what proves their consent
    """

    line: int
    email: str
    name: str = ""
    note: str = ""
    state: State = State.UNKNOWN
    word: str = ""
    created_at: datetime | None = None
    labels: tuple[str, ...] = ()
    fields: dict[str, Any] = field(default_factory=dict)
    paid: bool | None = None
    touch: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be taken.

    code    stable: email_missing, email_invalid, not_boolean, date_invalid, date_future,
            duplicate, bytes, too_many_cells, unreadable, too_long, not_json, and those of
            custom fields: not_number, not_date, not_yes_no, not_choice
    column  the header it is about, or ""
    detail  what stood there, or the line of the first of two duplicates
    """

    line: int
    code: str
    column: str = ""
    detail: str = ""


class CellRefused(ValueError):
    """A cell is none of what its column holds; `code` as of RefusedRow."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How the rows of a file become contacts.

    mapping    column → target (formats.base.TARGETS); columns left out may be missing
    source     the tool that wrote it
    state      of all rows, from the file's name; None when it does not say
    silent     the state of rows for which nothing says one
    readers    column of a custom field → returns its value or None; raises CellRefused
    normalise  returns the one form of an address; ValueError when it is none
    now        a date after it is refused
    """

    mapping: Mapping[str, str]
    source: SourceFormat
    state: State | None = None
    silent: State = State.UNKNOWN
    habits: Habits = field(default_factory=Habits)
    readers: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)
    normalise: Callable[[str], str]
    now: datetime


def address_column(rows: Iterable[Row]) -> str | None:
    """Return the one header under which most filled cells hold an @-address, or None."""
    filled: dict[str, int] = {}
    addresses: dict[str, int] = {}
    for row in rows:
        for header, cell in row.cells.items():
            if cell:
                filled[header] = filled.get(header, 0) + 1
                addresses[header] = addresses.get(header, 0) + (
                    cell.count("@") == 1 and "." in cell.rpartition("@")[2]
                )
    sure = [h for h, count in filled.items() if addresses[h] / count >= _SURE_SHARE]
    return sure[0] if len(sure) == 1 else None


class RowRefused(Exception):
    """A row cannot be taken; becomes a RefusedRow."""

    def __init__(self, code: str, column: str, detail: str = "") -> None:
        """Keep why, where, and what stood there."""
        self.code, self.column, self.detail = code, column, detail
        super().__init__(code)


class _Cells:
    """The filled cells of a row by where they go."""

    __slots__ = ("_by_target", "plan")

    def __init__(self, row: Row, plan: Plan) -> None:
        self.plan = plan
        self._by_target: dict[str, list[tuple[str, str]]] = {}
        cells = row.cells
        for column, target in plan.mapping.items():
            if target == "json":
                cells = cells | _spread(column, cells.get(column, ""))
        for column, target in plan.mapping.items():
            if target and (cell := cells.get(column, "")):
                self._by_target.setdefault(target, []).append((column, cell))

    def at(self, target: str) -> list[tuple[str, str]]:
        """Return (column, cell) of what goes there, in the file's order."""
        return self._by_target.get(target, [])

    def one(self, target: str) -> str:
        """Return the first cell that goes there, or ""."""
        found = self._by_target.get(target)
        return found[0][1] if found else ""

    def starting(self, beginning: str) -> Iterator[tuple[str, str, str]]:
        """Yield (rest of the target, column, cell) of targets that begin so."""
        for target, found in self._by_target.items():
            if target.startswith(beginning):
                for column, cell in found:
                    yield target.removeprefix(beginning), column, cell


def _spread(column: str, cell: str) -> dict[str, str]:
    """Return what a cell of JSON holds as cells of columns "attributes.city"."""
    return {f"{column}.{key}": text for key, text in json_cells(cell, column).items()}


def json_cells(cell: str, column: str = "") -> dict[str, str]:
    """Return the plain values in a cell of JSON as text; lists are joined by commas.

    Raises  RowRefused: not_json
    """
    try:
        data = json.loads(cell or "{}")
    except ValueError:
        raise RowRefused("not_json", column, cell[:100]) from None
    if not isinstance(data, dict):
        raise RowRefused("not_json", column, cell[:100])
    found = {}
    for key, value in data.items():
        many = value if isinstance(value, list) else [value]
        plain = [v for v in many if isinstance(v, str | int | float | bool)]
        if any(not str(v).isprintable() and _NO_TEXT.search(str(v)) for v in plain):
            raise RowRefused("bytes", column)
        if words := ", ".join(
            str(v).lower() if isinstance(v, bool) else str(v) for v in plain
        ):
            found[str(key)] = words
    return found


def parse_contact(row: Row, plan: Plan) -> ParsedContact | RefusedRow:
    """Return the contact of a row, or why it is refused; the plan must map an "email"."""
    if row.problem:
        return RefusedRow(row.line, row.problem)
    try:
        cells = _Cells(row, plan)
        state, word = _state(cells)
        return ParsedContact(
            line=row.line,
            email=_email(cells),
            name=_name(cells),
            note="\n".join(cell for _column, cell in cells.at("note")),
            state=state,
            word=word,
            created_at=_date(cells, "created_at"),
            labels=_labels(cells),
            fields=_fields(cells),
            paid=_paid(cells),
            touch={k: cell[:200] for k, _column, cell in cells.starting("touch:")},
            evidence={c: cell[:_LONGEST_EVIDENCE] for c, cell in cells.at("evidence")},
        )
    except RowRefused as refusal:
        return RefusedRow(row.line, refusal.code, refusal.column, refusal.detail)


def _email(cells: _Cells) -> str:
    for column, text in cells.at("email"):
        try:
            return cells.plan.normalise(text)
        except ValueError:
            raise RowRefused("email_invalid", column, text[:100]) from None
    column = next(c for c, target in cells.plan.mapping.items() if target == "email")
    raise RowRefused("email_missing", column)


def _name(cells: _Cells) -> str:
    parts = (cells.one("first_name"), cells.one("last_name"))
    name = cells.one("name") or " ".join(part for part in parts if part)
    if len(name) > _LONGEST_NAME:
        raise RowRefused("too_long", (cells.at("name") or cells.at("first_name"))[0][0])
    return name


def _boolean(column: str, cell: str) -> bool:
    lower = cell.lower()
    if lower not in _TRUE | _FALSE:
        raise RowRefused("not_boolean", column, cell[:100])
    return lower in _TRUE


_SAYS = frozenset(
    {"status", "subscribed", "unsubscribed", "unsubscribed_at", "deleted_at"}
)
# Of these an empty cell is an answer that is missing; a missing date is none.
_ANSWERS = frozenset({"status", "subscribed", "unsubscribed"})


def _state(cells: _Cells) -> tuple[State, str]:
    """Return the most careful of what the row says, and a word that nobody knows."""
    plan, word = cells.plan, ""
    said: list[State] = [plan.state] if plan.state else []
    for _column, cell in cells.at("status"):
        state = plan.source.state(cell)
        word = word if state else cell[:60]
        said.append(state or State.UNKNOWN)
    for column, cell in cells.at("subscribed"):
        yes = _boolean(column, cell)
        said.append(State.SUBSCRIBED if yes else State.UNSUBSCRIBED)
    for column, cell in cells.at("unsubscribed"):
        out = _boolean(column, cell)
        said.append(State.UNSUBSCRIBED if out else State.SUBSCRIBED)
    if _date(cells, "unsubscribed_at") or cells.at("deleted_at"):
        said.append(State.UNSUBSCRIBED)
    if said:
        return most_careful(said), word
    asked = not _ANSWERS.isdisjoint(plan.mapping.values())
    return (State.UNKNOWN if asked else plan.silent), word


def _date(cells: _Cells, target: str) -> datetime | None:
    for column, text in cells.at(target):
        try:
            instant = read_instant(text, day_first=cells.plan.habits.day_first)
        except ValueError:
            raise RowRefused("date_invalid", column, text[:100]) from None
        if instant > cells.plan.now:
            raise RowRefused("date_future", column, text[:100])
        if instant < _FIRST_MAIL:
            raise RowRefused("date_invalid", column, text[:100])
        return instant.astimezone(UTC)
    return None


def _labels(cells: _Cells) -> tuple[str, ...]:
    names: list[str] = []
    for _column, cell in cells.at("labels"):
        names += split_labels(cell)
    for column, cell in cells.at("label"):
        lower = cell.lower()
        if lower not in _FALSE:
            names.append(column if lower in _TRUE else cell)
    for column, cell in cells.at("complimentary"):
        if _boolean(column, cell):
            names.append(column)
    return tuple(dict.fromkeys(name[:100] for name in names))


def _paid(cells: _Cells) -> bool | None:
    found = cells.at("paid")
    return any(cell.lower() not in _FREE for _column, cell in found) if found else None


def _fields(cells: _Cells) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for column, reader in cells.plan.readers.items():
        for known, cell in cells.at(cells.plan.mapping[column]):
            if known != column:
                continue
            try:
                value = reader(cell)
            except CellRefused as refused:
                raise RowRefused(refused.code, column, cell[:100]) from None
            if value is not None:
                values[column] = value
    return values
