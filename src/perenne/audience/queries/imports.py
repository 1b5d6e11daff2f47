"""Reads about what an import brought."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from perenne.audience.models import (
    Consent,
    ContactStatus,
    CustomValue,
    PersonTag,
    Purpose,
    Segment,
    SignupForm,
    Tag,
)
from perenne.people.api import persons_with_traces

if TYPE_CHECKING:
    from perenne.audience.domain.imports import ImportEffects


def tags_only_of_import(effects: ImportEffects) -> list[int]:
    """Return the tags that a batch made and that nothing uses any more."""
    made = Tag.objects.filter(pk__in=list(effects.tags), created_at=effects.at)
    worn = PersonTag.objects.filter(tag_id=OuterRef("pk"))
    given = SignupForm.objects.filter(tags=OuterRef("pk"))
    free = made.exclude(Exists(worn)).exclude(Exists(given))
    ids = free.values_list("pk", flat=True)
    return [pk for pk in ids if not is_named_in_segments(pk)]


def is_named_in_segments(number: int) -> bool:
    """Tell whether any segment names that number, be it of a tag or of anything else."""
    named = re.compile(rf"\b{number}\b")
    expressions = Segment.objects.values_list("expression", flat=True)
    return any(named.search(json.dumps(expression)) for expression in expressions)


def untouched_since_import(effects: ImportEffects) -> set[int]:
    """Return the persons an import added about whom nothing else is known by now.

    A purchase, a letter received, a tag or a value set since, a consent, a line in the
    log: any of them keeps a person.
    """
    if not effects.new:
        return set()
    ours = (Consent, ContactStatus, CustomValue, PersonTag)
    labels = [model._meta.label_lower for model in ours]
    touched = persons_with_traces(effects.new, but_in=labels)
    status = ContactStatus.objects.filter(person_id__in=effects.new)
    since = [
        Consent.objects.filter(person_id__in=effects.new).exclude(at=effects.at),
        status.exclude(changed_at=effects.at),
        status.exclude(purpose=Purpose.LETTER),
        PersonTag.objects.filter(person_id__in=effects.new).exclude(at=effects.at),
        CustomValue.objects.filter(person_id__in=effects.new).exclude(
            set_at=effects.at
        ),
    ]
    for rows in since:
        touched.update(rows.values_list("person_id", flat=True))
    return set(effects.new) - touched
