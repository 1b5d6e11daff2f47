"""Persons added many at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
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
    """What became of one: their id, whether they are new, whether a gap was filled."""

    person_id: int
    is_new: bool
    was_filled: bool
