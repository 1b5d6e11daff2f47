"""Write persons: one per address, over everything they do here (AE1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from perenne.core import log
from perenne.core.bulk import each_of, insert_rows
from perenne.people.domain.addresses import normal_address
from perenne.people.domain.new_persons import AddedPerson, NewPerson, text_digest
from perenne.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


@transaction.atomic
def find_or_add_person(
    *,
    email: str,
    now: datetime,
    actor: str,
    name: str = "",
    language: str = "fr",
    time_zone: str = "",
    source: dict[str, Any] | None = None,
) -> Person:
    """Return the one person with that address, adding them if new.

    A known person's name and zone are filled when they were empty, never overwritten.
    source   first touch; kept only when the person is new (AE23)
    Raises   InvalidAddress: nothing was changed
    """
    person, created = Person.objects.get_or_create(
        email=normal_address(email),
        defaults={
            "name": name.strip(),
            "language": language,
            "time_zone": time_zone,
            "source": source or {},
            "created_at": now,
        },
    )
    if created:
        log.record("people.person_added", actor=actor, obj=person, at=now)
        return person
    gaps = {"name": name.strip(), "time_zone": time_zone}
    filled = {key: val for key, val in gaps.items() if val and not getattr(person, key)}
    if filled:
        Person.objects.filter(pk=person.pk).update(**filled)
        for key, val in filled.items():
            setattr(person, key, val)
    return person


@transaction.atomic
def add_persons(
    persons: Sequence[NewPerson], *, language: str, actor: str, now: datetime
) -> dict[str, AddedPerson]:
    """Make up to some thousand persons known in a few statements; return them by address.

    Known persons get a name and a note where they had none; nothing is overwritten.
    persons  no address twice
    """
    if not persons:
        return {}
    wanted = {person.email: person for person in persons}
    known = _known(wanted)
    fresh = [person for email, person in wanted.items() if email not in known]
    insert_rows(
        Person,
        _NEW_FIELDS,
        [
            (
                person.email,
                person.name.strip()[:200],
                person.note,
                language,
                person.source,
                person.created_at or now,
                "",
                "",
            )
            for person in fresh
        ],
        skip_conflicts=True,
    )
    added = _known([person.email for person in fresh]) if fresh else {}
    filled = _fill_gaps(known, wanted)
    if fresh or filled:
        log.record(
            "people.persons_added",
            actor=actor,
            at=now,
            added=len(fresh),
            filled=len(filled),
        )
    found = {
        email: AddedPerson(pk, is_new=False, filled=filled.get(pk, {}))
        for email, (pk, _name, _note) in known.items()
    }
    for email, (pk, _name, _note) in added.items():
        found[email] = AddedPerson(pk, is_new=True)
    return found


_NEW_FIELDS = (
    "email",
    "name",
    "note",
    "language",
    "source",
    "created_at",
    "time_zone",
    "country",
)


def _known(emails: Iterable[str]) -> dict[str, tuple[int, str, str]]:
    """Return (id, name, note) of known persons by address."""
    rows = Person.objects.filter(email__in=each_of(emails))
    return {
        email: (pk, name, note)
        for email, pk, name, note in rows.values_list("email", "pk", "name", "note")
    }


def _fill_gaps(
    known: dict[str, tuple[int, str, str]], wanted: dict[str, NewPerson]
) -> dict[int, dict[str, str]]:
    """Fill empty names and notes of known persons; return whose, with digests."""
    changed: list[Person] = []
    filled: dict[int, dict[str, str]] = {}
    for email, (pk, name, note) in known.items():
        new = wanted[email]
        offered = {"name": (name, new.name.strip()[:200]), "note": (note, new.note)}
        gaps = {key: text for key, (old, text) in offered.items() if text and not old}
        if gaps:
            changed.append(Person(pk=pk, **({"name": name, "note": note} | gaps)))
            filled[pk] = {key: text_digest(text) for key, text in gaps.items()}
    if changed:
        Person.objects.bulk_update(changed, ["name", "note"], batch_size=200)
    return filled
