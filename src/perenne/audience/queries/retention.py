"""Who has been kept as long as the law allows (R32)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from perenne.audience.domain.statuses import SUBSCRIBED
from perenne.audience.models import ContactStatus
from perenne.core import legal
from perenne.core.models import LogEntry
from perenne.people.api import Person, last_contacts, months_before, working_here

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_BATCH = 500
_PURGE_ALLOWED, _PURGE_STOPPED = "audience.purge_allowed", "audience.purge_stopped"


@dataclass(frozen=True, slots=True)
class Stale:
    """Somebody who has not turned to us for longer than the law lets us keep them."""

    person: Person
    last_contact_at: datetime


def purge_is_allowed() -> bool:
    """Tell whether the owner let the purge begin, and has not stopped it since."""
    said = LogEntry.objects.filter(verb__in=[_PURGE_ALLOWED, _PURGE_STOPPED])
    newest = said.order_by("-pk").values_list("verb", flat=True).first()
    return newest == _PURGE_ALLOWED


def kept_since(now: datetime) -> datetime:
    """Return the instant before which a last contact is too old."""
    months = int(legal.value("consent_rules", "prospect_months", on=now.date()))
    return months_before(now, months)


def stale_persons(now: datetime, *, examined: int | None = None) -> Iterator[Stale]:
    """Yield who is to be erased, by id; read five hundred at a time.

    examined  look at no more than about so many old contacts; None for all of them

    Nobody who may be written to now: their consent is alive. Nobody who bought, learned,
    booked, signed in or spoke to us since, and nobody of the team.
    """
    since, last = kept_since(now), 0
    alive = ContactStatus.objects.filter(person_id=OuterRef("pk"), status=SUBSCRIBED)
    old = Person.objects.filter(
        ~Exists(alive), erased_at=None, created_at__lt=since
    ).order_by("pk")
    seen = 0
    while batch := list(old.filter(pk__gt=last)[:_BATCH]):
        last, seen = batch[-1].pk, seen + len(batch)
        keys = [person.pk for person in batch]
        contacts, team = last_contacts(keys), working_here(keys)
        for person in batch:
            at = max(person.created_at, contacts.get(person.pk, person.created_at))
            if at < since and person.pk not in team:
                yield Stale(person, at)
        if examined is not None and seen >= examined:
            return
