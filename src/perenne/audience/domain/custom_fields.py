"""What the owner keeps about people beside name and note: kinds, and values as typed (AE5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

LONGEST_VALUE = 500
_TRUE = frozenset({"true", "1", "yes", "y", "oui", "vrai", "on", "x"})
_FALSE = frozenset({"false", "0", "no", "n", "non", "faux", "off"})
# What stands between thousands: spaces of all widths and apostrophes.
_GROUPS = re.compile("[\\s'\u2019]")
_PLAIN_NUMBER = re.compile(r"[+-]?\d{1,13}(\.\d+)?")
_MOST_DECIMALS = 6
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_OTHER_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?: .*)?")


class FieldKind(StrEnum):
    """What a field's values are."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"


class ValueInvalid(ValueError):
    """The text is no value of that kind.

    code  stable: too_long, not_number, not_date, not_yes_no, not_choice
    """

    def __init__(self, code: str) -> None:
        """Keep the code."""
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class FieldValue:
    """A value as it is kept.

    text    in one form by kind: the words, "1234.5", "2026-03-01", "yes" or "no", the
            choice as the owner wrote it; never ""
    number  of a number, else None
    day     of a date, else None
    """

    text: str
    number: Decimal | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Writing:
    """How numbers and dates are written where a value comes from.

    decimal_sign  "." or ",", or "" when a lone sign of either kind is the decimal one
    day_first     01/02/2026 is the first of February
    """

    decimal_sign: str = ""
    day_first: bool = True


def read_value(
    text: str,
    kind: str,
    *,
    choices: Iterable[str] = (),
    writing: Writing | None = None,
) -> FieldValue | None:
    """Return the value that a text means for a field of that kind; None when it is empty.

    choices  of a choice, compared without capitals
    Raises   ValueInvalid
    """
    words = " ".join(text.split())
    if not words:
        return None
    if len(words) > LONGEST_VALUE:
        raise ValueInvalid("too_long")
    if kind == FieldKind.CHOICE:
        return _choice(words, choices)
    return _READERS[FieldKind(kind)](words, writing or Writing())


def _text(words: str, _writing: Writing) -> FieldValue:
    return FieldValue(words)


def _number(words: str, writing: Writing) -> FieldValue:
    bare = _GROUPS.sub("", words)
    sign = writing.decimal_sign or _lone_sign(bare)
    if sign:
        bare = bare.replace("," if sign == "." else ".", "").replace(sign, ".")
    if not _PLAIN_NUMBER.fullmatch(bare):
        raise ValueInvalid("not_number")
    number = round(Decimal(bare), _MOST_DECIMALS)
    shown = f"{number:f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return FieldValue("0" if shown == "-0" else shown, number=number)


def _lone_sign(bare: str) -> str:
    """Return the last of the signs that stand in a number, "" when there is none."""
    return max(".,", key=bare.rfind) if "." in bare or "," in bare else ""


def _date(words: str, writing: Writing) -> FieldValue:
    if found := _ISO_DAY.fullmatch(words):
        year, month, day = map(int, found.groups())
    elif found := _OTHER_DAY.fullmatch(words):
        first, second, year = map(int, found.groups())
        day, month = (first, second) if writing.day_first else (second, first)
    else:
        raise ValueInvalid("not_date")
    try:
        value = date(year, month, day)
    except ValueError:
        raise ValueInvalid("not_date") from None
    return FieldValue(value.isoformat(), day=value)


def _yes_no(words: str, _writing: Writing) -> FieldValue:
    lower = words.lower()
    if lower not in _TRUE | _FALSE:
        raise ValueInvalid("not_yes_no")
    return FieldValue("yes" if lower in _TRUE else "no")


def _choice(words: str, choices: Iterable[str]) -> FieldValue:
    for choice in choices:
        if choice.casefold() == words.casefold():
            return FieldValue(choice)
    raise ValueInvalid("not_choice")


_READERS: dict[FieldKind, Callable[[str, Writing], FieldValue]] = {
    FieldKind.TEXT: _text,
    FieldKind.NUMBER: _number,
    FieldKind.DATE: _date,
    FieldKind.YES_NO: _yes_no,
}
