"""From a row of somebody's export to a contact, or to the reason why not (E1, E2).

Columns are found by name, then by what they hold, never by position. An unknown state
never becomes "subscribed".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from perenne.portability.domain.tables import Row

# Our field → the header names that other tools give it, lower case, without punctuation.
SYNONYMS: dict[str, tuple[str, ...]] = {
    "email": (
        "email", "emailaddress", "mail", "subscriberemail", "adresseemail", "courriel",
        "email1", "emailrequired",
    ),
    "name": ("name", "fullname", "nom", "nomcomplet", "displayname"),
    "first_name": ("firstname", "prenom", "prénom", "givenname"),
    "last_name": ("lastname", "nomdefamille", "surname", "familyname"),
    "note": ("note", "notes"),
    "subscribed": ("subscribedtoemails", "subscribed", "abonne", "abonné"),
    "labels": ("labels", "tags", "etiquettes", "étiquettes"),
    "created_at": ("createdat", "subscribedat", "creationdate", "startdate", "optintime"),
    "deleted_at": ("deletedat",),
    "complimentary": ("complimentaryplan",),
}  # fmt: skip
FIELDS = tuple(SYNONYMS)
_TRUE, _FALSE = {"true", "1", "yes", "oui"}, {"false", "0", "no", "non"}
_LONGEST_NAME = 200
_SURE_SHARE = 0.8
_FIRST_MAIL = datetime(1971, 1, 1, tzinfo=UTC)  # nobody signed up before there was mail


@dataclass(frozen=True, slots=True)
class ParsedContact:
    """A contact as a file tells it.

    email       as typed; `normalise` of parse_contact has accepted it
    subscribed  True, False, or None when the file does not say for this row
    created_at  aware UTC, or None
    labels      tag names in order, without repeats
    extra       other filled columns, by header
    """

    line: int
    email: str
    name: str = ""
    note: str = ""
    subscribed: bool | None = None
    created_at: datetime | None = None
    labels: tuple[str, ...] = ()
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that cannot be taken.

    code    stable: email_missing, email_invalid, not_boolean, date_invalid, date_future,
            duplicate, bytes, too_many_cells, unreadable, too_long
    column  the header it is about, or ""
    detail  what stood there, or the line of the first of two duplicates
    """

    line: int
    code: str
    column: str = ""
    detail: str = ""


def _plain(header: str) -> str:
    return "".join(letter for letter in header.lower() if letter.isalnum())


def match_columns(columns: Iterable[str]) -> dict[str, str]:
    """Return our field → the file's header, for the headers that are known by name."""
    plain: dict[str, str] = {}
    for header in columns:
        plain.setdefault(_plain(header), header)
    found: dict[str, str] = {}
    for name, synonyms in SYNONYMS.items():
        for synonym in synonyms:
            if synonym in plain and plain[synonym] not in found.values():
                found[name] = plain[synonym]
                break
    return found


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


class _Refusal(Exception):
    def __init__(self, code: str, field_name: str, detail: str = "") -> None:
        self.code, self.field_name, self.detail = code, field_name, detail
        super().__init__(code)


def parse_contact(
    row: Row,
    mapping: Mapping[str, str],
    *,
    normalise: Callable[[str], str],
    now: datetime,
) -> ParsedContact | RefusedRow:
    """Return the contact of a row, or why it is refused.

    mapping    our field → header; must have "email"
    normalise  returns the one form of an address; ValueError when it is none
    now        a creation date after it is refused
    """
    if row.problem:
        return RefusedRow(row.line, row.problem)
    cells = {name: row.cells.get(header, "") for name, header in mapping.items()}
    try:
        return ParsedContact(
            line=row.line,
            email=_email(cells, normalise),
            name=_name(cells),
            note=cells.get("note", ""),
            subscribed=_subscribed(cells, mapping),
            created_at=_created_at(cells, now),
            labels=_labels(cells),
            extra=_extra(row, mapping, cells),
        )
    except _Refusal as refusal:
        header = mapping.get(refusal.field_name, "")
        return RefusedRow(row.line, refusal.code, header, refusal.detail)


def _email(cells: Mapping[str, str], normalise: Callable[[str], str]) -> str:
    text = cells.get("email", "")
    if not text:
        raise _Refusal("email_missing", "email")
    try:
        return normalise(text)
    except ValueError:
        raise _Refusal("email_invalid", "email", text[:100]) from None


def _name(cells: Mapping[str, str]) -> str:
    parts = (cells.get("first_name", ""), cells.get("last_name", ""))
    name = cells.get("name") or " ".join(part for part in parts if part)
    if len(name) > _LONGEST_NAME:
        raise _Refusal("too_long", "name")
    return name


def _boolean(cells: Mapping[str, str], name: str) -> bool | None:
    text = cells.get(name, "").lower()
    if not text:
        return None
    if text not in _TRUE | _FALSE:
        raise _Refusal("not_boolean", name, cells[name][:100])
    return text in _TRUE


def _subscribed(cells: Mapping[str, str], mapping: Mapping[str, str]) -> bool | None:
    _boolean(cells, "complimentary")  # a row that lies in one cell is not believed
    if cells.get("deleted_at"):
        return False
    if "subscribed" not in mapping:
        return True  # the owner vouches for the whole file by naming its basis (R19)
    return _boolean(cells, "subscribed")


def _created_at(cells: Mapping[str, str], now: datetime) -> datetime | None:
    text = cells.get("created_at", "")
    if not text:
        return None
    try:
        instant = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        raise _Refusal("date_invalid", "created_at", text[:100]) from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    if instant > now:
        raise _Refusal("date_future", "created_at", text[:100])
    if instant < _FIRST_MAIL:
        raise _Refusal("date_invalid", "created_at", text[:100])
    return instant.astimezone(UTC)


def _labels(cells: Mapping[str, str]) -> tuple[str, ...]:
    names = (label.strip() for label in cells.get("labels", "").split(","))
    return tuple(dict.fromkeys(name[:100] for name in names if name))


def _extra(
    row: Row, mapping: Mapping[str, str], cells: Mapping[str, str]
) -> dict[str, str]:
    known = set(mapping.values())
    extra = {h: cell for h, cell in row.cells.items() if cell and h not in known}
    if cells.get("complimentary"):
        extra[mapping["complimentary"]] = cells["complimentary"]
    return extra
