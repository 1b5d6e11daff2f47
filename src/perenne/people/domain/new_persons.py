"""Persons added many at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """A person to be known.

    email       already normalised
    created_at  when they were first met; None means now
    """

    email: str
    name: str = ""
    note: str = ""
    source: dict[str, Any] = field(default_factory=dict)
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AddedPerson:
    """What became of one.

    filled  "name" or "note", where there was none → digest of what stands there now
    """

    person_id: int
    is_new: bool
    filled: dict[str, str] = field(default_factory=dict)


def text_digest(text: str) -> str:
    """Return what tells whether a text still stands, without keeping the text."""
    return sha256(text.encode()).hexdigest()[:16]
