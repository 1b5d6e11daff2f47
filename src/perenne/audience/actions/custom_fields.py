"""Keep the owner's own fields, and what they say about people (AE5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from perenne.audience.domain.custom_fields import FieldKind, ValueInvalid, read_value
from perenne.audience.models import CustomField, CustomValue
from perenne.audience.queries.custom_fields import (
    custom_field_by_id,
    custom_fields,
    value_reason,
)
from perenne.audience.queries.imports import is_named_in_segments
from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.people.api import person_by_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from perenne.audience.domain.custom_fields import FieldValue

_LONGEST_NAME, _LONGEST_CHOICE, _MOST_CHOICES = 60, 100, 100


class FieldUnnamed(Refusal):
    """A field is known by its name."""

    sentence = _("Give the field a name of at most 60 characters.")
    field = "name"


class FieldNameTaken(Refusal):
    """Two fields of one name could not be told apart."""

    sentence = _("There is a field of this name already.")
    field = "name"


class ChoicesMissing(Refusal):
    """A choice needs something to choose from."""

    sentence = _("Write at least one choice, each on a line, at most 100 of them.")
    field = "choices"


class ChoiceInUse(Refusal):
    """A choice that people have cannot be taken away."""

    sentence = _(
        "People have a choice you took away. Keep it, or change it there first."
    )
    field = "choices"


class ValueRefused(Refusal):
    """A text is no value of its field; `field` is "field_<id>"."""


@transaction.atomic
def add_custom_field(
    *,
    name: str,
    kind: str,
    choices: Iterable[str] = (),
    actor: str,
    now: datetime,
) -> CustomField:
    """Return a new field.

    Raises  FieldUnnamed, FieldNameTaken, ChoicesMissing: nothing was added
    """
    kind = FieldKind(kind)
    wanted = _choices(choices) if kind == FieldKind.CHOICE else []
    field = CustomField(
        name=_named(name), kind=kind.value, choices=wanted, created_at=now
    )
    _keep(field)
    log.record("audience.custom_field_added", actor=actor, obj=field, at=now, kind=kind)
    return field


@transaction.atomic
def keep_custom_field(
    field_id: int,
    *,
    name: str,
    choices: Iterable[str] = (),
    actor: str,
    now: datetime,
) -> CustomField:
    """Rename a field and change its choices; its kind stays.

    Raises  NotFound, FieldUnnamed, FieldNameTaken, ChoicesMissing, ChoiceInUse: nothing
            was changed
    """
    field = custom_field_by_id(field_id)
    field.name = _named(name)
    if field.kind == FieldKind.CHOICE:
        field.choices = _choices(choices)
        held = CustomValue.objects.filter(field=field).exclude(text__in=field.choices)
        if held.exists():
            raise ChoiceInUse
    _keep(field)
    log.record("audience.custom_field_kept", actor=actor, obj=field, at=now)
    return field


@transaction.atomic
def drop_custom_field(field_id: int, *, actor: str, now: datetime) -> None:
    """Delete a field with all that it says about people; a second call does nothing."""
    field = CustomField.objects.filter(pk=field_id).first()
    if field is None:
        return
    log.record(
        "audience.custom_field_dropped",
        actor=actor,
        obj=field,
        at=now,
        values=CustomValue.objects.filter(field=field).count(),
    )
    field.delete()


@transaction.atomic
def drop_empty_fields(field_ids: Iterable[int], *, actor: str, now: datetime) -> None:
    """Delete those of the fields that say nothing about anybody and that no segment names."""
    for field_id in field_ids:
        held = CustomValue.objects.filter(field_id=field_id).exists()
        if not held and not is_named_in_segments(field_id):
            drop_custom_field(field_id, actor=actor, now=now)


@transaction.atomic
def set_custom_values(
    person_id: int, values: Mapping[int, str], *, actor: str, now: datetime
) -> None:
    """Keep what fields say about a person; an empty text empties the field.

    values  field id → as typed; fields left out stay as they are
    Raises  NotFound, ValueRefused: nothing was changed
    """
    person = person_by_id(person_id)
    if person is None or person.erased_at is not None:
        raise NotFound(person=person_id)
    fields = {field.pk: field for field in custom_fields().filter(pk__in=list(values))}
    if set(values) - set(fields):
        raise NotFound(custom_fields=sorted(set(values) - set(fields)))
    wanted = {pk: _read(fields[pk], text) for pk, text in values.items()}
    changed = _put(person_id, wanted, now=now)
    if changed:
        log.record(
            "audience.custom_values_set",
            actor=actor,
            obj=person,
            at=now,
            fields=sorted(changed),
        )


def _put(
    person_id: int, wanted: Mapping[int, FieldValue | None], *, now: datetime
) -> list[int]:
    """Write what differs from what is kept; return the fields that changed."""
    rows = CustomValue.objects.filter(person_id=person_id, field_id__in=list(wanted))
    held = dict(rows.values_list("field_id", "text"))
    changed = [
        pk for pk, v in wanted.items() if (v.text if v else None) != held.get(pk)
    ]
    for pk in changed:
        value = wanted[pk]
        if value is None:
            rows.filter(field_id=pk).delete()
            continue
        CustomValue.objects.update_or_create(
            field_id=pk,
            person_id=person_id,
            defaults={
                "text": value.text,
                "number": value.number,
                "day": value.day,
                "set_at": now,
            },
        )
    return changed


def _read(field: CustomField, text: str) -> FieldValue | None:
    try:
        return read_value(text, field.kind, choices=field.choices)
    except ValueInvalid as invalid:
        refusal = ValueRefused(value_reason(invalid.code, field))
        refusal.field = f"field_{field.pk}"
        raise refusal from invalid


def _named(name: str) -> str:
    wanted = " ".join(name.split())
    if not wanted or len(wanted) > _LONGEST_NAME:
        raise FieldUnnamed
    return wanted


def _choices(choices: Iterable[str]) -> list[str]:
    """Return the choices with single spaces, each once whatever its capitals."""
    found: dict[str, str] = {}
    for choice in choices:
        if words := " ".join(choice.split()):
            found.setdefault(words.casefold(), words)
    too_long = any(len(words) > _LONGEST_CHOICE for words in found.values())
    if not found or too_long or len(found) > _MOST_CHOICES:
        raise ChoicesMissing
    return list(found.values())


def _keep(field: CustomField) -> None:
    """Save a field; its name must be free.

    Raises  FieldNameTaken
    """
    try:
        with transaction.atomic():
            field.save()
    except IntegrityError:
        raise FieldNameTaken from None
