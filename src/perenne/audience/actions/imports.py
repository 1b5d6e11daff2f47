"""Take over contacts from another tool, a thousand at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import get_language

from perenne.audience.actions.imported_marks import set_fields, set_tags
from perenne.audience.actions.imported_statuses import set_statuses
from perenne.audience.actions.proofs import wording_of
from perenne.audience.domain.imports import (
    ImportCounts,
    ImportedContact,
    ImportEffects,
    ImportJob,
)
from perenne.audience.models import Basis
from perenne.core import log
from perenne.mail.api import suppress, suppressed_among
from perenne.people.api import NewPerson, add_persons

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from perenne.people.api import AddedPerson

_BATCH = 1000


def open_import(*, basis: str, source: str, actor: str) -> ImportJob:
    """Return what the batches of an import share; its wording is kept now.

    basis   what the owner declares: "consent", "sale" or "b2b" (R17, R18)
    source  short name of the origin ("ghost"): contacts get the source "import:ghost"
    """
    return ImportJob(
        basis=Basis(basis).value,
        source=f"import:{source}"[:64],
        wording_id=wording_of(f"Imported from {source}; declared basis: {basis}").pk,
        language=get_language() or "fr",
        actor=actor,
    )


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
    are there and the import can be run again.

    rows           read lazily; an address given again is applied after its first mention
    basis, source  as of open_import
    """
    job = open_import(basis=basis, source=source, actor=actor)
    counts = ImportCounts()
    for batch in _batches(rows):
        done, _effects = import_batch(batch.values(), job, now=now)
        counts.add(done)
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
def import_batch(
    contacts: Iterable[ImportedContact], job: ImportJob, *, now: datetime
) -> tuple[ImportCounts, ImportEffects]:
    """Make up to some thousand contacts known; return counts and what was changed.

    A contact whose status the file does not say never becomes subscribed; who withdrew
    here, confirmed here or is suppressed stays so. Each change of status writes its proof
    (R19); who bounced or complained there is suppressed here (R30).

    contacts  no address twice
    """
    batch = {contact.email: contact for contact in contacts}
    persons = add_persons(
        [_person(row, job) for row in batch.values()],
        language=job.language,
        actor=job.actor,
        now=now,
    )
    effects = ImportEffects(at=now)
    suppressed = _suppress(batch, job, now=now)
    changed = set_statuses(batch, persons, job, suppressed=suppressed, effects=effects)
    changed |= set_tags(batch, persons, job, effects=effects)
    changed |= set_fields(batch, persons, effects=effects)
    counts = _count(batch, persons, changed, effects=effects)
    counts.suppressed = len(suppressed)
    if counts.created or counts.updated:
        log.record(
            "audience.contacts_imported",
            actor=job.actor,
            at=now,
            source=job.source,
            basis=job.basis,
            created=counts.created,
            updated=counts.updated,
        )
    return counts, effects


def _person(row: ImportedContact, job: ImportJob) -> NewPerson:
    source: dict[str, Any] = {"import": job.source.removeprefix("import:")} | row.touch
    if row.extra:
        source["extra"] = row.extra
    return NewPerson(
        email=row.email,
        name=row.name,
        note=row.note,
        source=source,
        created_at=row.created_at,
    )


def _suppress(
    batch: dict[str, ImportedContact], job: ImportJob, *, now: datetime
) -> set[str]:
    """Keep the suppressions the file brings; return the suppressed addresses."""
    suppressed = suppressed_among(list(batch))
    for email, contact in batch.items():
        if contact.suppress and email not in suppressed:
            suppress(email, reason=contact.suppress, now=now, actor=job.actor)
            suppressed.add(email)
    return suppressed


def _count(
    batch: dict[str, ImportedContact],
    persons: dict[str, AddedPerson],
    changed: set[str],
    *,
    effects: ImportEffects,
) -> ImportCounts:
    """Return the counts; note the persons that are new or had a gap filled."""
    created = filled = 0
    for email, person in persons.items():
        if person.is_new:
            effects.new.append(person.person_id)
            created += 1
        elif person.filled or email in changed:
            filled += 1
        for name, digest in person.filled.items():
            effects.filled.setdefault(name, {})[person.person_id] = digest
    return ImportCounts(
        created=created, updated=filled, unchanged=len(batch) - created - filled
    )
