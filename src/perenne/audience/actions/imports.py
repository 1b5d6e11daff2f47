"""Take over contacts from another tool, a thousand at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import get_language

from perenne.audience.actions.proofs import wording_of
from perenne.audience.actions.tags import tag_named
from perenne.audience.domain.imports import ImportCounts, ImportedContact
from perenne.audience.domain.statuses import SUBSCRIBED, WITHDRAWN, after_import
from perenne.audience.models import (
    Basis,
    Consent,
    ContactStatus,
    PersonTag,
    Purpose,
    Wording,
)
from perenne.core import log
from perenne.core.bulk import insert_rows
from perenne.mail.api import suppressed_among
from perenne.people.api import NewPerson, add_persons

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from perenne.people.api import AddedPerson

_BATCH = 1000
_LONGEST_TAG = 100


@dataclass(frozen=True, slots=True)
class _Job:
    """What all batches of an import share."""

    basis: str
    source: str
    wording: Wording
    language: str
    tag_ids: dict[str, int]
    actor: str
    now: datetime


def import_contacts(
    rows: Iterable[ImportedContact],
    *,
    basis: str,
    source: str,
    actor: str,
    now: datetime,
) -> ImportCounts:
    """Make contacts known and return what was done; importing again adds nothing.

    Batches of 1,000, each in a transaction of its own: after a crash the batches before
    are there and the import can be run again. A contact whose status the file does not
    say never becomes subscribed; who withdrew here, confirmed here or is suppressed stays
    so. Each change of status writes its proof (R19).

    rows    read lazily; an address given again is applied after its first mention
    basis   what the owner declares: "consent", "sale" or "b2b" (R17, R18)
    source  short name of the origin ("ghost"): contacts get the source "import:ghost"
    """
    job = _Job(
        basis=Basis(basis).value,
        source=f"import:{source}"[:64],
        wording=wording_of(f"Imported from {source}; declared basis: {basis}"),
        language=get_language() or "fr",
        tag_ids={},
        actor=actor,
        now=now,
    )
    counts = ImportCounts()
    for batch in _batches(rows):
        counts.add(_import_batch(batch, job))
    return counts


def _batches(rows: Iterable[ImportedContact]) -> Iterator[dict[str, ImportedContact]]:
    """Cut rows into batches in which no address stands twice."""
    batch: dict[str, ImportedContact] = {}
    for row in rows:
        if len(batch) == _BATCH or row.email in batch:
            yield batch
            batch = {}
        batch[row.email] = row
    if batch:
        yield batch


@transaction.atomic
def _import_batch(batch: dict[str, ImportedContact], job: _Job) -> ImportCounts:
    persons = add_persons(
        [_person(row, job) for row in batch.values()],
        language=job.language,
        actor=job.actor,
        now=job.now,
    )
    suppressed = suppressed_among(list(batch))
    changed = _set_statuses(batch, persons, suppressed=suppressed, job=job)
    changed |= _set_tags(batch, persons, job)
    created = {email for email, person in persons.items() if person.is_new}
    filled = {email for email, person in persons.items() if person.was_filled}
    updated = (changed | filled) - created
    counts = ImportCounts(
        created=len(created),
        updated=len(updated),
        unchanged=len(batch) - len(created) - len(updated),
        suppressed=len(suppressed),
    )
    if created or updated:
        log.record(
            "audience.contacts_imported",
            actor=job.actor,
            at=job.now,
            source=job.source,
            basis=job.basis,
            created=counts.created,
            updated=counts.updated,
        )
    return counts


def _person(row: ImportedContact, job: _Job) -> NewPerson:
    source: dict[str, Any] = {"import": job.source.removeprefix("import:")}
    if row.extra:
        source["extra"] = row.extra
    return NewPerson(
        email=row.email,
        name=row.name,
        note=row.note,
        source=source,
        created_at=row.created_at,
    )


def _set_statuses(
    batch: dict[str, ImportedContact],
    persons: dict[str, AddedPerson],
    *,
    suppressed: set[str],
    job: _Job,
) -> set[str]:
    """Write new and changed statuses with their proofs; return the addresses changed."""
    known = _known_statuses(persons.values())
    fresh: list[tuple[Any, ...]] = []
    moved: dict[str, list[int]] = {}
    changed: dict[str, str] = {}
    for email, contact in batch.items():
        person_id = persons[email].person_id
        key, current, confirmed_at = known.get(person_id, (None, None, None))
        status = after_import(
            current,
            subscribed=contact.subscribed,
            suppressed=email in suppressed,
            confirmed=confirmed_at is not None,
        )
        if status == current:
            continue
        changed[email] = status
        if key is None:
            fresh.append(_status(person_id, contact, status=status, job=job))
        else:
            moved.setdefault(status, []).append(key)
    insert_rows(ContactStatus, _STATUS_FIELDS, fresh)
    for status, keys in moved.items():
        ContactStatus.objects.filter(pk__in=keys).update(
            status=status, basis=job.basis, changed_at=job.now
        )
    _write_proofs(batch, persons, changed=changed, job=job)
    return set(changed)


def _known_statuses(
    persons: Iterable[AddedPerson],
) -> dict[int, tuple[int, str, datetime | None]]:
    """Return (row id, status, confirmed at) of contacts by person; new ones have none."""
    rows = ContactStatus.objects.filter(
        purpose=Purpose.LETTER,
        person_id__in=[person.person_id for person in persons if not person.is_new],
    )
    return {
        person_id: (pk, status, confirmed_at)
        for person_id, pk, status, confirmed_at in rows.values_list(
            "person_id", "pk", "status", "confirmed_at"
        )
    }


_STATUS_FIELDS = (
    "person",
    "purpose",
    "status",
    "basis",
    "source",
    "joined_at",
    "changed_at",
)


def _status(
    person_id: int, contact: ImportedContact, *, status: str, job: _Job
) -> tuple[Any, ...]:
    return (
        person_id,
        Purpose.LETTER.value,
        status,
        job.basis,
        job.source,
        contact.created_at or job.now,
        job.now,
    )


_PROVEN = {
    SUBSCRIBED: Consent.State.GIVEN.value,
    WITHDRAWN: Consent.State.WITHDRAWN.value,
}
_PROOF_FIELDS = (
    "person",
    "purpose",
    "state",
    "basis",
    "wording",
    "page",
    "evidence",
    "actor",
    "at",
)


def _write_proofs(
    batch: dict[str, ImportedContact],
    persons: dict[str, AddedPerson],
    *,
    changed: dict[str, str],
    job: _Job,
) -> None:
    """Write one proof for each status that says yes or no; "unknown" proves nothing."""
    rows = [
        (
            persons[email].person_id,
            Purpose.LETTER.value,
            _PROVEN[status],
            job.basis,
            job.wording.pk,
            "",
            {"source": job.source} | batch[email].evidence,
            job.actor,
            job.now,
        )
        for email, status in changed.items()
        if status in _PROVEN
    ]
    insert_rows(Consent, _PROOF_FIELDS, rows)


def _set_tags(
    batch: dict[str, ImportedContact], persons: dict[str, AddedPerson], job: _Job
) -> set[str]:
    """Stick tags and labels; return the addresses that got one."""
    wanted = {
        (persons[email].person_id, _tag_id(name, job)): email
        for email, contact in batch.items()
        for name in (*contact.tags, *contact.labels)
        if name.strip()
    }
    if not wanted:
        return set()
    known = {person.person_id for person in persons.values() if not person.is_new}
    held = set(
        PersonTag.objects.filter(person_id__in=known).values_list("person_id", "tag_id")
    )
    missing = {pair: email for pair, email in wanted.items() if pair not in held}
    insert_rows(
        PersonTag,
        ("person", "tag", "at"),
        [(person_id, tag_id, job.now) for person_id, tag_id in missing],
        skip_conflicts=True,
    )
    return set(missing.values())


def _tag_id(name: str, job: _Job) -> int:
    """Return the tag's id, asking the database once per name and import."""
    key = " ".join(name.split())[:_LONGEST_TAG]
    if key not in job.tag_ids:
        job.tag_ids[key] = tag_named(key, now=job.now).pk
    return job.tag_ids[key]
