"""Contacts as they come from another tool's file, and what bringing them in changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from perenne.audience.domain.custom_fields import FieldValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedContact:
    """One contact of a file, read and checked.

    email       already normalised (people.api.normal_address)
    created_at  when they joined there, aware; None when the file does not say
    subscribed  True, False, or None when the file does not say
    suppress    "bounced" or "complained" there: the address goes on the suppression list
    labels      the other tool's labels: become tags like `tags`
    fields      custom field id → value; kept where the person has none
    note, extra kept on the person when they had no note, and with the proof
    touch       where they first came from (AE23), kept on a new person
    evidence    what proves the consent there: dates, network address, line of the file
    """

    email: str
    name: str = ""
    created_at: datetime | None = None
    subscribed: bool | None = None
    suppress: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""
    labels: tuple[str, ...] = ()
    fields: dict[int, FieldValue] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    touch: dict[str, str] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportJob:
    """What all batches of an import share.

    source      as it stands on contacts: "import:ghost"
    wording_id  of what is kept with the proofs
    tag_ids     by name, as they were found so far
    """

    basis: str
    source: str
    wording_id: int
    language: str
    actor: str
    tag_ids: dict[str, int] = field(default_factory=dict)


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


@dataclass(slots=True, kw_only=True)
class ImportEffects:
    """What a batch of an import changed, so that it can be undone; ids of persons only.

    at      the instant that stands on all it wrote
    new     persons that were added
    filled  "name" or "note" → person → digest of what now stands there
    joined  persons that became contacts
    moved   (status, basis) before → persons whose status changed
    tags    tag → persons it was stuck on
    fields  custom field → persons who got a value
    """

    at: datetime
    new: list[int] = field(default_factory=list)
    filled: dict[str, dict[int, str]] = field(default_factory=dict)
    joined: list[int] = field(default_factory=list)
    moved: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    tags: dict[int, list[int]] = field(default_factory=dict)
    fields: dict[int, list[int]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return them as JSON, runs of ids as spans; effects_from gives the same back."""
        return {
            "at": self.at.isoformat(),
            "new": spans(self.new),
            "filled": self.filled,
            "joined": spans(self.joined),
            "moved": [[*before, spans(ids)] for before, ids in self.moved.items()],
            "tags": [[key, spans(ids)] for key, ids in self.tags.items()],
            "fields": [[key, spans(ids)] for key, ids in self.fields.items()],
        }


def effects_from(data: dict[str, Any]) -> ImportEffects:
    """Return the effects that were kept as JSON."""
    return ImportEffects(
        at=datetime.fromisoformat(data["at"]),
        new=unspanned(data["new"]),
        filled={
            name: {int(person): digest for person, digest in digests.items()}
            for name, digests in data["filled"].items()
        },
        joined=unspanned(data["joined"]),
        moved={(status, basis): unspanned(ids) for status, basis, ids in data["moved"]},
        tags={key: unspanned(ids) for key, ids in data["tags"]},
        fields={key: unspanned(ids) for key, ids in data["fields"]},
    )


def spans(ids: Iterable[int]) -> list[list[int]]:
    """Return ids in order as [first, how many], so that a thousand in a row are one."""
    found: list[list[int]] = []
    for number in sorted(ids):
        if found and number == found[-1][0] + found[-1][1]:
            found[-1][1] += 1
        else:
            found.append([number, 1])
    return found


def unspanned(pairs: Iterable[list[int]]) -> list[int]:
    """Return the ids of spans in order."""
    return [first + n for first, count in pairs for n in range(count)]
