"""The algebra of segments: conditions joined by "all of" or "any of".

A segment is JSON that people can read:

    {"match": "all", "conditions": [{"on": "tag", "is": true, "value": 3}, ...]}
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Match = Literal["all", "any"]
TAG, SOURCE, JOINED_BEFORE, JOINED_AFTER = (
    "tag",
    "source",
    "joined_before",
    "joined_after",
)
BUILT_IN = (TAG, SOURCE, JOINED_BEFORE, JOINED_AFTER)
_DATES = {JOINED_BEFORE, JOINED_AFTER}
_MOST = 20


class SegmentInvalid(ValueError):
    """The expression cannot be read."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition.

    on     "tag" (id), "source" (text), "joined_before", "joined_after" (date), or the
           key of a registered segment source ("bought")
    wanted False turns the condition round: has not the tag, has not bought
    value  int, str or date, as `on` asks
    """

    on: str
    wanted: bool
    value: int | str | date


@dataclass(frozen=True, slots=True)
class Expression:
    """Conditions that all, or any of them, must hold; none means everybody."""

    match: Match = "all"
    conditions: tuple[Condition, ...] = ()


def read_expression(data: Any) -> Expression:
    """Return the expression that stored JSON means; {} means everybody.

    Raises  SegmentInvalid: not of that form, or more than 20 conditions
    """
    if not isinstance(data, dict) or data.get("match", "all") not in {"all", "any"}:
        raise SegmentInvalid("a segment matches all or any of its conditions")
    rows = data.get("conditions", [])
    if not isinstance(rows, list) or len(rows) > _MOST:
        raise SegmentInvalid("conditions are a list of at most 20")
    return Expression(data.get("match", "all"), tuple(_condition(row) for row in rows))


def _condition(row: Any) -> Condition:
    if not isinstance(row, dict) or not isinstance(row.get("on"), str):
        raise SegmentInvalid("a condition says what it is on")
    if not isinstance(row.get("is", True), bool):
        raise SegmentInvalid("a condition is wanted or not")
    return Condition(
        row["on"], row.get("is", True), _value(row["on"], row.get("value"))
    )


def _value(on: str, value: Any) -> int | str | date:
    if on in _DATES:
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise SegmentInvalid("the date is not valid") from None
    if on == TAG and (not isinstance(value, int) or isinstance(value, bool)):
        raise SegmentInvalid("a tag is chosen by its number")
    if not isinstance(value, int | str) or isinstance(value, bool) or value == "":
        raise SegmentInvalid("a condition needs a value")
    return value


def write_expression(expression: Expression) -> dict[str, Any]:
    """Return the JSON of an expression; read_expression gives the same one back."""
    return {
        "match": expression.match,
        "conditions": [
            {
                "on": condition.on,
                "is": condition.wanted,
                "value": (
                    condition.value.isoformat()
                    if isinstance(condition.value, date)
                    else condition.value
                ),
            }
            for condition in expression.conditions
        ],
    }
