"""Where imported contacts stand, each change with its proof (R19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from perenne.audience.domain.statuses import SUBSCRIBED, WITHDRAWN, after_import
from perenne.audience.models import Consent, ContactStatus, Purpose
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

    Known = dict[int, tuple[int, str, str, datetime | None]]

_STATUS_FIELDS = (
    "person",
    "purpose",
    "status",
    "basis",
    "source",
    "joined_at",
    "changed_at",
)


def set_statuses(
    batch: dict[str, ImportedContact],
    persons: dict[str, AddedPerson],
    job: ImportJob,
    *,
    suppressed: set[str],
    effects: ImportEffects,
) -> set[str]:
    """Write new and changed statuses with their proofs; return the addresses changed."""
    known = _known_statuses(persons.values())
    fresh: list[tuple[Any, ...]] = []
    moved: dict[str, list[int]] = {}
    changed: dict[str, str] = {}
    for email, contact in batch.items():
        person_id = persons[email].person_id
        row = known.get(person_id)
        status = after_import(
            row[1] if row else None,
            subscribed=contact.subscribed,
            suppressed=email in suppressed,
            confirmed=row is not None and row[3] is not None,
        )
        if row is None:
            fresh.append(_status(person_id, contact, status, job=job, at=effects.at))
            effects.joined.append(person_id)
        elif status != row[1]:
            moved.setdefault(status, []).append(row[0])
            effects.moved.setdefault((row[1], row[2]), []).append(person_id)
        else:
            continue
        changed[email] = status
    insert_rows(ContactStatus, _STATUS_FIELDS, fresh)
    for status, keys in moved.items():
        ContactStatus.objects.filter(pk__in=keys).update(
            status=status, basis=job.basis, changed_at=effects.at
        )
    _write_proofs(batch, persons, job, changed=changed, at=effects.at)
    return set(changed)


def _known_statuses(persons: Iterable[AddedPerson]) -> Known:
    """Return (row id, status, basis, confirmed at) of contacts by person."""
    ids = [person.person_id for person in persons if not person.is_new]
    if not ids:
        return {}
    rows = ContactStatus.objects.filter(
        purpose=Purpose.LETTER, person_id__in=each_of(ids)
    )
    return {
        person_id: (pk, status, basis, confirmed_at)
        for person_id, pk, status, basis, confirmed_at in rows.values_list(
            "person_id", "pk", "status", "basis", "confirmed_at"
        )
    }


def _status(
    person_id: int,
    contact: ImportedContact,
    status: str,
    *,
    job: ImportJob,
    at: datetime,
) -> tuple[Any, ...]:
    return (
        person_id,
        Purpose.LETTER.value,
        status,
        job.basis,
        job.source,
        contact.created_at or at,
        at,
    )


_PROVEN = {
    SUBSCRIBED: Consent.State.GIVEN.value,
    WITHDRAWN: Consent.State.WITHDRAWN.value,
}
PROOF_FIELDS = (
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
    job: ImportJob,
    *,
    changed: dict[str, str],
    at: datetime,
) -> None:
    """Write one proof for each status that says yes or no; "unknown" proves nothing."""
    rows = [
        (
            persons[email].person_id,
            Purpose.LETTER.value,
            _PROVEN[status],
            job.basis,
            job.wording_id,
            "",
            {"source": job.source} | batch[email].evidence,
            job.actor,
            at,
        )
        for email, status in changed.items()
        if status in _PROVEN
    ]
    insert_rows(Consent, PROOF_FIELDS, rows)
