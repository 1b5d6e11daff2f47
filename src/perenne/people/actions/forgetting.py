"""Take back persons that should never have been added, and gaps that were filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from perenne.core import log
from perenne.people.domain.new_persons import text_digest
from perenne.people.models import Person

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime


@transaction.atomic
def forget_persons(
    person_ids: Collection[int],
    *,
    kept_by: Collection[int] = (),
    actor: str,
    now: datetime,
) -> int:
    """Take persons back whom nothing else is about; return how many.

    kept_by  those whose proofs may not be deleted: their row stays and names nobody
    """
    anonymous = Person.objects.filter(pk__in=kept_by, erased_at=None).update(
        email=Concat(
            Value("erased-"), Cast("pk", CharField()), Value("@erased.invalid")
        ),
        name="",
        note="",
        source={},
        erased_at=now,
    )
    gone = [pk for pk in person_ids if pk not in set(kept_by)]
    rows = Person.objects.filter(pk__in=gone)
    deleted = rows.count()
    rows.delete()
    if anonymous or deleted:
        log.record(
            "people.persons_forgotten",
            actor=actor,
            at=now,
            deleted=deleted,
            anonymous=anonymous,
        )
    return deleted + anonymous


@transaction.atomic
def empty_filled(
    filled: Mapping[str, Mapping[int, str]], *, actor: str, now: datetime
) -> int:
    """Empty names and notes that still are what filled them; return how many.

    filled  "name" or "note" → person → digest, as AddedPerson gives it
    """
    emptied = 0
    for name, digests in filled.items():
        rows = Person.objects.filter(pk__in=list(digests)).values_list("pk", name)
        same = [pk for pk, text in rows if text_digest(text) == digests[pk]]
        emptied += Person.objects.filter(pk__in=same).update(**{name: ""})
    if emptied:
        log.record("people.gaps_emptied", actor=actor, at=now, emptied=emptied)
    return emptied
