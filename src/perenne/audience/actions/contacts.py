"""Add contacts by hand, and stop writing to them for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from perenne.audience.actions.consents import ensure_contact, record_consent
from perenne.audience.models import Purpose
from perenne.core import log
from perenne.core.queries import current_business
from perenne.mail.api import suppress
from perenne.people.api import find_or_add_person, person_by_id

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.people.api import Person


@transaction.atomic
def add_contact(
    *,
    email: str,
    name: str = "",
    basis: str = "",
    order: str = "",
    wording: str = "",
    actor: str,
    now: datetime,
) -> Person:
    """Return the person, added as a contact; subscribed only with a basis and its words.

    Raises  InvalidAddress, SaleNotNamed, HasUnsubscribed: nothing was changed
    """
    business = current_business()
    person = find_or_add_person(
        email=email,
        name=name,
        language=business.language if business else "fr",
        actor=actor,
        now=now,
    )
    if basis:
        record_consent(
            person.pk,
            basis=basis,
            wording=wording,
            source="hand",
            evidence={"order": order} if order else {},
            actor=actor,
            now=now,
        )
    else:
        ensure_contact(person.pk, purpose=Purpose.LETTER, source="hand", now=now)
        log.record("audience.contact_added", actor=actor, obj=person, at=now)
    return person


@transaction.atomic
def suppress_contact(person_id: int, *, actor: str, now: datetime) -> None:
    """Put a person's address on the suppression list, whatever they agreed to."""
    person = person_by_id(person_id)
    if person is None:
        return
    suppress(person.email, reason="manual", now=now, actor=actor)
    log.record("audience.contact_suppressed", actor=actor, obj=person, at=now)
