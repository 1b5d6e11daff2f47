"""Tags and custom fields of imported contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.audience.actions.tags import tag_named
from perenne.audience.models import CustomValue, PersonTag
from perenne.core.bulk import each_of, insert_rows

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from perenne.audience.domain.imports import (
        ImportedContact,
        ImportEffects,
        ImportJob,
    )
    from perenne.people.api import AddedPerson

_LONGEST_TAG = 100


def set_tags(
    batch: dict[str, ImportedContact],
    persons: dict[str, AddedPerson],
    job: ImportJob,
    *,
    effects: ImportEffects,
) -> set[str]:
    """Stick tags and labels; return the addresses that got one."""
    wanted = {
        (persons[email].person_id, _tag_id(name, job, effects.at)): email
        for email, contact in batch.items()
        for name in (*contact.tags, *contact.labels)
        if name.strip()
    }
    if not wanted:
        return set()
    known = _known(persons.values())
    held: set[tuple[int, int]] = set()
    if known:
        rows = PersonTag.objects.filter(person_id__in=each_of(known))
        held = set(rows.values_list("person_id", "tag_id"))
    missing = {pair: email for pair, email in wanted.items() if pair not in held}
    insert_rows(
        PersonTag,
        ("person", "tag", "at"),
        [(person_id, tag_id, effects.at) for person_id, tag_id in missing],
        skip_conflicts=True,
    )
    for person_id, tag_id in missing:
        effects.tags.setdefault(tag_id, []).append(person_id)
    return set(missing.values())


def _tag_id(name: str, job: ImportJob, now: datetime) -> int:
    """Return the tag's id, asking the database once per name and import."""
    key = " ".join(name.split())[:_LONGEST_TAG]
    if key not in job.tag_ids:
        job.tag_ids[key] = tag_named(key, now=now).pk
    return job.tag_ids[key]


def set_fields(
    batch: dict[str, ImportedContact],
    persons: dict[str, AddedPerson],
    *,
    effects: ImportEffects,
) -> set[str]:
    """Keep values of custom fields where there are none; return whose were added."""
    wanted = {
        (persons[email].person_id, field_id): (email, value)
        for email, contact in batch.items()
        for field_id, value in contact.fields.items()
    }
    if not wanted:
        return set()
    known = _known(persons.values())
    held: set[tuple[int, int]] = set()
    if known:
        rows = CustomValue.objects.filter(person_id__in=each_of(known))
        held = set(rows.values_list("person_id", "field_id"))
    missing = {pair: found for pair, found in wanted.items() if pair not in held}
    insert_rows(
        CustomValue,
        ("person", "field", "text", "number", "day", "set_at"),
        [
            (person_id, field_id, value.text, value.number, value.day, effects.at)
            for (person_id, field_id), (_email, value) in missing.items()
        ],
        skip_conflicts=True,
    )
    for person_id, field_id in missing:
        effects.fields.setdefault(field_id, []).append(person_id)
    return {email for email, _value in missing.values()}


def _known(persons: Iterable[AddedPerson]) -> list[int]:
    """Return the persons who were here before; the others hold nothing yet."""
    return [person.person_id for person in persons if not person.is_new]
