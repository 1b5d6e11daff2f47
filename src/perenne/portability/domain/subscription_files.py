"""Read saved subscription objects: a JSON list, a list object, or a line for each."""

from __future__ import annotations

import json
from typing import Any


class UnreadableSubscriptions(Exception):
    """The file holds no JSON objects."""


def read_objects(content: bytes) -> list[Any]:
    """Return the objects of a file, in order; an event stands for its object.

    A line that is no JSON stands as its text, so that it is refused by its number.

    Raises  UnreadableSubscriptions: the file is empty or no text
    """
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise UnreadableSubscriptions from error
    if not text:
        raise UnreadableSubscriptions
    try:
        found = json.loads(text)
    except ValueError:
        return [_of(_line(line)) for line in text.splitlines() if line.strip()]
    if isinstance(found, dict) and found.get("object") == "list":
        found = found.get("data") or []
    return [_of(row) for row in (found if isinstance(found, list) else [found])]


def _line(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _of(row: Any) -> Any:
    """Return the object an event is about; anything else as it is."""
    if isinstance(row, dict) and row.get("object") == "event":
        return (row.get("data") or {}).get("object")
    return row
