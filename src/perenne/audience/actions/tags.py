"""Stick tags on people and take them off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.audience.models import PersonTag, Tag
from perenne.core import log
from perenne.core.errors import Refusal
from perenne.people.api import person_by_id

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_LONGEST = 100


class TagEmpty(Refusal):
    """A tag needs a name."""

    sentence = _("Give the tag a name of at most 100 characters.")
    field = "name"


def tag_named(name: str, *, now: datetime) -> Tag:
    """Return the tag of that name, whatever its capitals, adding it when it is new.

    Raises  TagEmpty: nothing was added
    """
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > _LONGEST:
        raise TagEmpty
    known = Tag.objects.filter(name__iexact=wanted).first()
    if known is not None:
        return known
    tag, _created = Tag.objects.get_or_create(name=wanted, defaults={"created_at": now})
    return tag


@transaction.atomic
def tag_person(
    person_id: int, *, names: Iterable[str], actor: str, now: datetime
) -> None:
    """Stick tags on a person; those already there stay.

    Raises  TagEmpty: nothing was changed
    """
    tags = [tag_named(name, now=now) for name in names]
    added = [
        tag.name
        for tag in tags
        if PersonTag.objects.get_or_create(
            tag=tag, person_id=person_id, defaults={"at": now}
        )[1]
    ]
    if added:
        log.record(
            "audience.person_tagged",
            actor=actor,
            obj=person_by_id(person_id),
            at=now,
            tags=added,
        )


@transaction.atomic
def untag_person(person_id: int, *, tag_id: int, actor: str, now: datetime) -> None:
    """Take a tag off a person; nothing happens if it is not there."""
    removed, _rows = PersonTag.objects.filter(
        person_id=person_id, tag_id=tag_id
    ).delete()
    if removed:
        log.record(
            "audience.person_untagged",
            actor=actor,
            obj=person_by_id(person_id),
            at=now,
            tag=tag_id,
        )
