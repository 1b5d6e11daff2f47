"""Hand over and erase what is held about a person (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.mail.api import forget_address, suppress
from perenne.people.domain.personal_data import personal_data
from perenne.people.models import Person, PersonalDataRequest, PersonNote, User
from perenne.people.queries import person_by_id, works_here

if TYPE_CHECKING:
    from datetime import datetime


class PersonWorksHere(Refusal):
    """Whoever runs the place cannot be erased from it."""

    sentence = _("This person is in the team. Take them out of it first.")


class PeopleData:
    """The person themselves, notes about them and what they asked for."""

    title = _("You")
    tables = frozenset({"people.personnote", "people.personaldatarequest"})

    def export(self, person_id: int) -> dict[str, Any]:
        """Return address, name, origin, notes and requests."""
        person = Person.objects.get(pk=person_id)
        notes = PersonNote.objects.filter(person_id=person_id).order_by("pk")
        asked = PersonalDataRequest.objects.filter(person_id=person_id).order_by("pk")
        return {
            "person": {
                "email": person.email,
                "name": person.name,
                "language": person.language,
                "time_zone": person.time_zone,
                "country": person.country,
                "source": person.source,
                "known_since": person.created_at.isoformat(),
            },
            "notes": [
                {"at": note.written_at.isoformat(), "text": note.text} for note in notes
            ]
            + ([{"at": None, "text": person.note}] if person.note else []),
            "requests": [
                {
                    "asked_at": row.asked_at.isoformat(),
                    "due_on": row.due_on.isoformat(),
                    "state": row.state,
                }
                for row in asked
            ],
        }

    def erase(self, person_id: int, *, now: datetime) -> None:
        """Remove the notes; the requests stay as the proof that they were answered."""
        PersonNote.objects.filter(person_id=person_id).delete()
        log.record("people.notes_erased", actor="system", at=now, person=person_id)


@transaction.atomic
def erase_person(person_id: int, *, actor: str, now: datetime) -> bool:
    """Erase somebody from everything, but for what the law obliges to keep.

    Invoices and books stay with the issued documents; the address stays on the suppression
    list as a keyed hash, so that no old list brings them back (R30, R33). The person's row
    stays, nameless, for what points to it. A second call changes nothing.
    Returns  whether anything was erased
    Raises   NotFound, PersonWorksHere: nothing was changed
    """
    person = person_by_id(person_id)
    if person is None:
        raise NotFound(person=person_id)
    if works_here(person):
        raise PersonWorksHere
    if not Person.objects.filter(pk=person_id, erased_at=None).update(erased_at=now):
        return False
    suppress(person.email, reason="unsubscribed", now=now, actor=actor)
    for _key, handler in personal_data:
        handler.erase(person_id, now=now)
    forget_address(person.email, now=now)
    Person.objects.filter(pk=person_id).update(
        email=f"erased-{person_id}@erased.invalid",
        name="",
        note="",
        source={},
        country="",
        time_zone="",
        user=None,
    )
    if person.user_id is not None:
        User.objects.filter(pk=person.user_id).delete()
    log.record("people.person_erased", actor=actor, obj=person, at=now)
    return True
