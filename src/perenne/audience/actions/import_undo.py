"""Take back what a batch of an import did, and only that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from perenne.audience.actions.imported_statuses import PROOF_FIELDS
from perenne.audience.actions.proofs import wording_of
from perenne.audience.domain.statuses import SUBSCRIBED, UNKNOWN
from perenne.audience.models import (
    Consent,
    ContactStatus,
    CustomValue,
    PersonTag,
    Purpose,
    Tag,
)
from perenne.audience.queries.imports import tags_only_of_import, untouched_since_import
from perenne.audience.queries.letters import messages_under_way
from perenne.core import log
from perenne.core.bulk import insert_rows
from perenne.mail.api import drop_recipient, suppressed_among
from perenne.people.api import empty_filled, forget_persons, persons_by_ids

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from django.db.models import QuerySet

    from perenne.audience.domain.imports import ImportEffects

_WORDS = "Import undone"


@dataclass(frozen=True, slots=True)
class _Proof:
    """What stands on the proofs that an undo writes."""

    wording: int
    evidence: dict[str, int]
    actor: str
    now: datetime


@transaction.atomic
def undo_import_batch(
    effects: ImportEffects, *, evidence: dict[str, int], actor: str, now: datetime
) -> int:
    """Take back what import_batch changed; return how many persons were removed.

    What changed since stays as it is: a status, a tag or value set anew, a name written
    over. A person it added goes, unless anything else is about them by now: then they
    stay, without what the import gave, and are not written to. Proofs are never deleted:
    a row "withdrawn" says that the import's consent is void, "given" that an earlier one
    holds again. Suppressed addresses stay so.

    evidence  kept on these rows: {"undone_import": 7}
    """
    alone = untouched_since_import(effects)
    proof = _Proof(wording_of(_WORDS).pk, evidence, actor, now)
    _unstick(effects)
    _void_joined(effects, alone, proof)
    for (status, basis), persons in effects.moved.items():
        _move_back(persons, effects.at, before=(status, basis), proof=proof)
    empty_filled(effects.filled, actor=actor, now=now)
    removed = _remove(alone, actor=actor, now=now)
    log.record(
        "audience.import_undone",
        actor=actor,
        at=now,
        removed=removed,
        evidence=evidence,
    )
    return removed


def _unstick(effects: ImportEffects) -> None:
    """Take off tags and values that the import set; drop the tags that it made."""
    for tag_id, persons in effects.tags.items():
        PersonTag.objects.filter(
            tag_id=tag_id, person_id__in=persons, at=effects.at
        ).delete()
    for field_id, persons in effects.fields.items():
        CustomValue.objects.filter(
            field_id=field_id, person_id__in=persons, set_at=effects.at
        ).delete()
    Tag.objects.filter(pk__in=tags_only_of_import(effects)).delete()


def _void_joined(effects: ImportEffects, alone: Collection[int], proof: _Proof) -> None:
    """Void what those who became contacts by the import are said to have agreed to."""
    rows = _unchanged(effects.joined, effects.at)
    _prove(rows.filter(status=SUBSCRIBED), Consent.State.WITHDRAWN, proof)
    rows.filter(person_id__in=alone).delete()
    rows.filter(status=SUBSCRIBED).update(status=UNKNOWN, changed_at=proof.now)


def _move_back(
    persons: Collection[int], at: datetime, *, before: tuple[str, str], proof: _Proof
) -> None:
    """Put statuses back that nobody changed since; to "subscribed" only who may be."""
    status, basis = before
    rows = _unchanged(persons, at)
    if status == SUBSCRIBED:
        emails = {person.email: person.pk for person in persons_by_ids(persons)}
        out = [emails[email] for email in suppressed_among(list(emails))]
        rows = rows.exclude(person_id__in=out)
        _prove(rows, Consent.State.GIVEN, proof)
    else:
        _prove(rows.filter(status=SUBSCRIBED), Consent.State.WITHDRAWN, proof)
    rows.update(status=status, basis=basis, changed_at=proof.now)


def _unchanged(persons: Collection[int], at: datetime) -> QuerySet[ContactStatus]:
    """Return the rows of contacts whose status is still what the import made it."""
    return ContactStatus.objects.filter(
        purpose=Purpose.LETTER, person_id__in=persons, changed_at=at
    )


def _prove(rows: QuerySet[ContactStatus], state: str, proof: _Proof) -> None:
    """Write a proof for each contact; who is not to be written to leaves what is sent."""
    found = list(rows.values_list("person_id", "basis"))
    insert_rows(
        Consent,
        PROOF_FIELDS,
        [
            (
                person_id,
                Purpose.LETTER.value,
                str(state),
                basis,
                proof.wording,
                "",
                proof.evidence,
                proof.actor,
                proof.now,
            )
            for person_id, basis in found
        ],
    )
    under_way = messages_under_way([Purpose.LETTER.value])
    if state == Consent.State.WITHDRAWN and under_way:
        for person in persons_by_ids([person_id for person_id, _basis in found]):
            drop_recipient(under_way, address=person.email)


def _remove(alone: Collection[int], *, actor: str, now: datetime) -> int:
    """Forget persons; those with proofs keep a row that names nobody (R33)."""
    proofs = Consent.objects.filter(person_id__in=alone)
    kept = set(proofs.values_list("person_id", flat=True))
    proofs.exclude(at=now).update(evidence={})
    return forget_persons(alone, kept_by=kept, actor=actor, now=now)
