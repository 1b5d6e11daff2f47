"""The algebra of segments: conditions in groups of which all, any or none must hold.

A segment is JSON that people can read:

    {"version": 2, "match": "all", "of": [
        {"on": "tag", "op": "is", "value": "3"},
        {"match": "none", "of": [{"on": "bought", "op": "is", "value": "light"}]}]}

What a condition may be on is known by whoever answers for it; the algebra only knows the
kinds of conditions, their operators and what each operator asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal

from perenne.audience.domain.segment_versions import upgraded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

Match = Literal["all", "any", "none"]
Kind = Literal["choice", "text", "date", "number", "amount"]
Value = str | int | date
Path = tuple[int, ...]

VERSION = 2
MATCHES: tuple[Match, ...] = ("all", "any", "none")
OPERATORS: dict[Kind, dict[str, Literal["words", "day", "days", "count"]]] = {
    "choice": {"is": "words", "is_not": "words"},
    "text": {
        "is": "words",
        "is_not": "words",
        "contains": "words",
        "lacks": "words",
    },
    "date": {
        "last_days": "days",
        "not_last_days": "days",
        "since": "day",
        "before": "day",
    },
    # A count is nought when there is nothing; an amount that is not known is neither.
    "number": {"at_least": "count", "at_most": "count"},
    "amount": {"from": "count", "up_to": "count"},
}
_POSITIVE = {"is_not": "is", "lacks": "contains"}
_MOST_CONDITIONS, _DEEPEST, _LONGEST, _MOST_NUMBER = 50, 4, 200, 1_000_000


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition.

    on     key of what it is about: "tag", "bought"
    op     an operator of that key's kind
    value  text (for a choice its value), a whole number, or a civil day
    """

    on: str
    op: str
    value: Value


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions and groups of which all, any, or none hold; all of nothing is everybody."""

    match: Match = "all"
    of: tuple[Condition | Group, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one place of an expression.

    path  the position in each group from the outermost on; () is the whole
    what  "form", "match", "unknown", "operator", "value", "day", "number", "empty",
          "deep" or "many"
    """

    path: Path
    what: str


class SegmentInvalid(ValueError):
    """The expression cannot be read; `problems` says where and why, all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(
            "; ".join(f"{problem.what} at {list(problem.path)}" for problem in problems)
        )
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of whoever answers for a condition, always in the affirmative.

    op     "is" or "contains" (text), "since" or "before" (instant, the first included,
           the second not), "at_least" (a number from 1 on), "from" or "up_to" (an amount)
    now    the instant of the question, for what holds only for a time
    """

    op: Literal["is", "contains", "since", "before", "at_least", "from", "up_to"]
    value: Any
    now: datetime


def read_expression(data: Any, kinds: Mapping[str, Kind]) -> Group:
    """Return the expression that stored JSON means; {} means everybody.

    kinds   the kind of everything a condition may be on
    Raises  SegmentInvalid: with every problem found
    """
    problems: list[Problem] = []
    root = _group(upgraded(data), (), kinds=kinds, problems=problems)
    if len(list(conditions_of(root))) > _MOST_CONDITIONS:
        problems.append(Problem((), "many"))
    if problems:
        raise SegmentInvalid(problems)
    return root


def _group(
    data: Any, path: Path, *, kinds: Mapping[str, Kind], problems: list[Problem]
) -> Group:
    if not isinstance(data, dict) or not isinstance(data.get("of", []), list):
        problems.append(Problem(path, "form"))
        return Group()
    match, rows = data.get("match", "all"), data.get("of", [])
    if match not in MATCHES:
        problems.append(Problem(path, "match"))
        match = "all"
    if len(path) > _DEEPEST:
        problems.append(Problem(path, "deep"))
        return Group()
    if path and not rows:
        problems.append(Problem(path, "empty"))
    of = []
    for index, row in enumerate(rows):
        read = _group if isinstance(row, dict) and "of" in row else _condition
        of.append(read(row, (*path, index), kinds=kinds, problems=problems))
    # Nobody wants "any of nothing": an expression without conditions is everybody.
    return Group(match if of else "all", tuple(of))


def _condition(
    row: Any, path: Path, *, kinds: Mapping[str, Kind], problems: list[Problem]
) -> Condition:
    nothing = Condition("", "", "")
    if not isinstance(row, dict) or not isinstance(row.get("on"), str):
        problems.append(Problem(path, "form"))
        return nothing
    kind = kinds.get(row["on"])
    if kind is None:
        problems.append(Problem(path, "unknown"))
        return nothing
    op = row.get("op")
    if not isinstance(op, str) or op not in OPERATORS[kind]:
        problems.append(Problem(path, "operator"))
        return nothing
    value = _READERS[OPERATORS[kind][op]](row.get("value"))
    if value is None or (op == "at_least" and value == 0):
        what = {"day": "day", "words": "value"}.get(OPERATORS[kind][op], "number")
        problems.append(Problem(path, what))
        return nothing
    return Condition(row["on"], op, value)


def _words(value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        return None
    return value.strip()


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _number(value: Any) -> int | None:
    """Return a whole number, also as a form field hands it over."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= _MOST_NUMBER else None


def _days(value: Any) -> int | None:
    return _number(value) or None


_READERS: dict[str, Any] = {
    "words": _words,
    "day": _day,
    "days": _days,
    "count": _number,
}


def write_expression(expression: Group) -> dict[str, Any]:
    """Return the JSON of an expression; read_expression gives the same one back."""
    return {"version": VERSION} | _written(expression)


def _written(node: Condition | Group) -> dict[str, Any]:
    if isinstance(node, Group):
        return {"match": node.match, "of": [_written(part) for part in node.of]}
    is_day = isinstance(node.value, date)
    value = node.value.isoformat() if is_day else node.value  # type: ignore[union-attr]
    return {"on": node.on, "op": node.op, "value": value}


def conditions_of(node: Condition | Group) -> Iterator[Condition]:
    """Yield every condition, in reading order."""
    if isinstance(node, Condition):
        yield node
        return
    for part in node.of:
        yield from conditions_of(part)


def asked_of(
    condition: Condition, *, now: datetime, zone: ZoneInfo
) -> tuple[Asked, bool]:
    """Return what a condition asks in the affirmative, and whether that is wanted.

    Days are civil days of `zone`; "in the last n days" counts back from `now`.
    """
    op, value = condition.op, condition.value
    if op == "at_most":
        return Asked("at_least", int(str(value)) + 1, now), False
    if op in _POSITIVE:
        return Asked(_POSITIVE[op], value, now), False  # type: ignore[arg-type]
    if isinstance(value, date):
        midnight = datetime.combine(value, time.min, tzinfo=zone)
        return Asked(op, midnight.astimezone(UTC), now), True  # type: ignore[arg-type]
    if op in {"last_days", "not_last_days"}:
        back = now - timedelta(days=int(value))
        return Asked("since" if op == "last_days" else "before", back, now), True
    return Asked(op, value, now), True  # type: ignore[arg-type]
