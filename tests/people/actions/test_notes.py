"""Notes about a person: kept, changed, removed, each logged."""

import pytest

from perenne.core.errors import NotFound
from perenne.core.models import LogEntry
from perenne.people.actions.notes import NoteEmpty, add_note, change_note, remove_note
from perenne.people.models import PersonNote

pytestmark = pytest.mark.django_db


def test_a_note_is_kept_changed_and_removed(person, make_person, now):
    note = add_note(person.pk, text=" Likes blue ", actor="user:1", now=now)
    by = {"note_id": note.pk, "actor": "user:1", "now": now}
    change_note(person.pk, text="Likes red", **by)
    assert PersonNote.objects.get().text == "Likes red"
    other = make_person("bob@example.org")
    with pytest.raises(NotFound):
        change_note(other.pk, text="Mine", **by)
    remove_note(other.pk, **by)
    assert PersonNote.objects.get().text == "Likes red"
    remove_note(person.pk, **by)
    remove_note(person.pk, **by)
    assert PersonNote.objects.count() == 0
    verbs = LogEntry.objects.filter(verb__startswith="people.note_").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == [
        "people.note_added",
        "people.note_changed",
        "people.note_removed",
    ]


@pytest.mark.parametrize("text", ["", "  ", "x" * 10_001])
def test_an_empty_or_endless_note_is_refused(person, text, now):
    with pytest.raises(NoteEmpty):
        add_note(person.pk, text=text, actor="user:1", now=now)
    assert PersonNote.objects.count() == 0
