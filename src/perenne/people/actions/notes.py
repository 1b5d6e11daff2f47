"""Write down what to remember about a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.people.models import PersonNote
from perenne.people.queries import person_by_id

if TYPE_CHECKING:
    from datetime import datetime

_LONGEST = 10_000


class NoteEmpty(Refusal):
    """A note says something."""

    sentence = _("Write the note first: at most 10,000 characters.")
    field = "text"


def _checked(text: str) -> str:
    words = text.strip()
    if not words or len(words) > _LONGEST:
        raise NoteEmpty
    return words


@transaction.atomic
def add_note(person_id: int, *, text: str, actor: str, now: datetime) -> PersonNote:
    """Keep a new note about a person.

    Raises  NoteEmpty, NotFound: nothing was changed
    """
    words, person = _checked(text), person_by_id(person_id)
    if person is None or person.erased_at is not None:
        raise NotFound(person=person_id)
    note = PersonNote.objects.create(
        person=person, text=words, actor=actor, written_at=now, changed_at=now
    )
    log.record("people.note_added", actor=actor, obj=person, at=now, note=note.pk)
    return note


@transaction.atomic
def change_note(
    person_id: int, *, note_id: int, text: str, actor: str, now: datetime
) -> None:
    """Change the words of a note about a person.

    Raises  NoteEmpty, NotFound: nothing was changed
    """
    words = _checked(text)
    mine = PersonNote.objects.filter(pk=note_id, person_id=person_id)
    if not mine.update(text=words, changed_at=now):
        raise NotFound(note=note_id)
    log.record(
        "people.note_changed",
        actor=actor,
        obj=person_by_id(person_id),
        at=now,
        note=note_id,
    )


@transaction.atomic
def remove_note(person_id: int, *, note_id: int, actor: str, now: datetime) -> None:
    """Remove a note about a person; nothing happens when it is gone already."""
    removed, _rows = PersonNote.objects.filter(pk=note_id, person_id=person_id).delete()
    if removed:
        log.record(
            "people.note_removed",
            actor=actor,
            obj=person_by_id(person_id),
            at=now,
            note=note_id,
        )
