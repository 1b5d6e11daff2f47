"""Segments as earlier versions kept them, in the words of today."""

from __future__ import annotations

from typing import Any

_DATES: dict[tuple[Any, bool], str] = {
    ("joined_before", True): "before",
    ("joined_before", False): "since",
    ("joined_after", True): "since",
    ("joined_after", False): "before",
}


def upgraded(data: Any) -> Any:
    """Return the JSON of a segment as version 2; what is not of version 1 stays as it is.

    Version 1 was one list: {"match": "all", "conditions": [{"on": "tag", "is": true,
    "value": 3}]}.
    """
    if not isinstance(data, dict) or "conditions" not in data:
        return data
    rows = data["conditions"]
    if not isinstance(rows, list):
        return {"match": "all", "of": rows}
    return {
        "version": 2,
        "match": data.get("match", "all"),
        "of": [_condition(row) for row in rows],
    }


def _condition(row: Any) -> Any:
    if not isinstance(row, dict):
        return row
    on, wanted, value = row.get("on"), row.get("is", True) is True, row.get("value")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if (on, wanted) in _DATES:
        return {"on": "joined", "op": _DATES[on, wanted], "value": value}
    return {"on": on, "op": "is" if wanted else "is_not", "value": value}
