"""Contacts as they come from another tool's file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedContact:
    """One contact of a file, read and checked.

    email       already normalised (people.api.normal_address)
    created_at  when they joined there, aware; None when the file does not say
    subscribed  True, False, or None when the file does not say
    labels      the other tool's labels: become tags like `tags`
    note, extra kept on the person when they had no note, and with the proof
    evidence    what proves the consent there: dates, network address, line of the file
    """

    email: str
    name: str = ""
    created_at: datetime | None = None
    subscribed: bool | None = None
    tags: tuple[str, ...] = ()
    note: str = ""
    labels: tuple[str, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ImportCounts:
    """What an import did, in contacts. created + updated + unchanged = rows given.

    suppressed  of them, those whose address is suppressed and stayed so
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    suppressed: int = 0

    def add(self, other: ImportCounts) -> None:
        """Add a batch's counts to these."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.suppressed += other.suppressed
