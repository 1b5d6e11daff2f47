"""Saved events in a file: one, a list, one a line, or a list as an API answers it. Pure."""

from __future__ import annotations

import json
from typing import Any

_WRAPPERS = ("data", "events")


class NoEvents(ValueError):
    """The file holds nothing that could be an event."""


def bodies_in(content: bytes) -> list[bytes]:
    """Return the body of each event in a file, the file itself when it holds only one.

    Raises  NoEvents: not text, not JSON, or empty
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NoEvents("this is not text in UTF-8") from error
    if not text.strip():
        raise NoEvents("the file is empty")
    try:
        held = json.loads(text)
    except json.JSONDecodeError as error:
        return _lines(text, error)
    except (ValueError, RecursionError) as error:
        raise NoEvents("this is not JSON that can be read") from error
    items = _items(held)
    return [text.encode()] if items is None else [_body(item) for item in items]


def _items(held: Any) -> list[Any] | None:
    """Return what a list or its wrapper holds; None for a thing of its own."""
    if isinstance(held, list):
        return held
    if not isinstance(held, dict) or "type" in held:
        return None
    for name in _WRAPPERS:
        if isinstance(held.get(name), list):
            return list(held[name])
    return None


def _lines(text: str, error: ValueError) -> list[bytes]:
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not lines[0].lstrip().startswith("{"):
        raise NoEvents("this is not JSON") from error
    try:
        json.loads(lines[0])
    except (ValueError, RecursionError):
        raise NoEvents("this is not JSON") from error
    return [line.encode() for line in lines]


def _body(item: Any) -> bytes:
    return json.dumps(item).encode()
