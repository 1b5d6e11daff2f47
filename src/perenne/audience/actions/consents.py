"""Agree and object: the status now, and its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.audience.actions.proofs import prove, wording_of
from perenne.audience.domain.statuses import SUBSCRIBED, UNKNOWN, WITHDRAWN
from perenne.audience.models import (
    Basis,
    Consent,
    ContactStatus,
    Purpose,
)
from perenne.audience.queries.letters import messages_under_way
from perenne.audience.queries.purposes import (
    is_for_letters,
    purposes_offered,
    shipped_wording,
)
from perenne.core import log
from perenne.core.errors import Refusal
from perenne.mail.api import drop_recipient, lift_suppression, suppress
from perenne.people.api import person_by_id

if TYPE_CHECKING:
    from datetime import datetime


class SaleNotNamed(Refusal):
    """Writing to customers without their consent needs the sale that allows it (R17)."""

    sentence = _("Say which order makes this person a customer.")


class HasUnsubscribed(Refusal):
    """Only the person can take back an objection."""

    sentence = _(
        "This person unsubscribed. Only they can subscribe again, with a sign-up form."
    )


@transaction.atomic
def record_consent(
    person_id: int,
    *,
    purpose: str = Purpose.LETTER,
    basis: str = Basis.CONSENT,
    wording: str,
    source: str,
    page: str = "",
    evidence: dict[str, Any] | None = None,
    actor: str,
    now: datetime,
) -> ContactStatus:
    """Subscribe a person on a basis you hold: a paper list, a sale, a trade card.

    wording   what they were told or agreed to, in their language
    source    "hand", "sale", "import:<name>": a word to find them by
    evidence  for a sale: {"order": "<number>"} (R17)
    Writes the status and a proof "given"; a person already subscribed gets the proof only.
    Raises    SaleNotNamed, HasUnsubscribed: nothing was changed
    """
    if basis == Basis.SALE and not (evidence or {}).get("order"):
        raise SaleNotNamed
    row = ensure_contact(person_id, purpose=purpose, source=source, now=now)
    if row.status == WITHDRAWN:
        raise HasUnsubscribed
    if row.status != SUBSCRIBED:
        row.status, row.basis, row.changed_at = SUBSCRIBED, basis, now
        row.save(update_fields=["status", "basis", "changed_at"])
    prove(
        person_id,
        purpose=purpose,
        state=Consent.State.GIVEN,
        basis=basis,
        wording=wording_of(wording),
        page=page,
        evidence=evidence,
        actor=actor,
        now=now,
    )
    log.record(
        "audience.consent_recorded",
        actor=actor,
        obj=person_by_id(person_id),
        at=now,
        purpose=str(purpose),
        basis=str(basis),
    )
    return row


@transaction.atomic
def withdraw_consent(
    person_id: int,
    *,
    purpose: str | None = None,
    page: str = "",
    evidence: dict[str, Any] | None = None,
    wording: str = "Unsubscribed",
    actor: str,
    now: datetime,
) -> bool:
    """Stop writing to a person, at once (R22); None means for every purpose.

    Writes status, proof and, when no purpose is left, the suppression list; takes the
    person out of letters of that purpose that are on their way. A second call changes
    nothing. Returns whether anything changed.
    """
    person = person_by_id(person_id)
    if person is None:
        return False
    rows = ContactStatus.objects.filter(person_id=person_id).exclude(status=WITHDRAWN)
    if purpose is not None:
        rows = rows.filter(purpose=purpose)
    changed = [row for row in rows if _withdraw(row, now=now)]
    for row in changed:
        prove(
            person_id,
            purpose=row.purpose,
            state=Consent.State.WITHDRAWN,
            basis=row.basis,
            wording=wording_of(wording),
            page=page,
            evidence=evidence,
            actor=actor,
            now=now,
        )
    purposes = [row.purpose for row in changed]
    drop_recipient(messages_under_way(purposes), address=person.email)
    if not is_subscribed_to_anything(person_id):
        suppress(person.email, reason="unsubscribed", now=now, actor=actor)
    if changed:
        log.record(
            "audience.consent_withdrawn",
            actor=actor,
            obj=person,
            at=now,
            purposes=sorted(purposes),
        )
    return bool(changed)


def _withdraw(row: ContactStatus, *, now: datetime) -> bool:
    """Withdraw one row unless somebody else just did."""
    return bool(
        ContactStatus.objects.filter(pk=row.pk)
        .exclude(status=WITHDRAWN)
        .update(status=WITHDRAWN, changed_at=now)
    )


def is_subscribed_to_anything(person_id: int) -> bool:
    """Tell whether any purpose is left on which the person may be written to."""
    held = ContactStatus.objects.filter(person_id=person_id, status=SUBSCRIBED)
    return held.exclude(purpose=Purpose.MEASURE).exists()


def ensure_contact(
    person_id: int, *, purpose: str, source: str, now: datetime
) -> ContactStatus:
    """Return the person's row for a purpose, and make sure they have the letter's."""
    defaults = {
        "status": UNKNOWN,
        "basis": Basis.CONSENT,
        "source": source[:64],
        "joined_at": now,
        "changed_at": now,
    }
    for wanted in {Purpose.LETTER.value, str(purpose)}:
        ContactStatus.objects.get_or_create(
            person_id=person_id, purpose=wanted, defaults=defaults
        )
    return ContactStatus.objects.get(person_id=person_id, purpose=purpose)


def accept(
    person_id: int, *, purpose: str, email: str, actor: str, now: datetime
) -> bool:
    """Subscribe somebody who proved that the mailbox is theirs; True if it was new."""
    changed = (
        ContactStatus.objects.filter(person_id=person_id, purpose=purpose)
        .exclude(status=SUBSCRIBED, confirmed_at__isnull=False)
        .update(
            status=SUBSCRIBED, basis=Basis.CONSENT, confirmed_at=now, changed_at=now
        )
    )
    if is_for_letters(purpose):
        lift_suppression(email, reason="unsubscribed", now=now, actor=actor)
    return bool(changed)


@transaction.atomic
def choose_purposes(
    person_id: int, *, wanted: list[str], language: str, page: str, now: datetime
) -> None:
    """Keep what a person ticked on their preferences page: yes and no, each proven.

    Unknown purposes are ignored; the link they came by proves the mailbox is theirs.
    """
    person = person_by_id(person_id)
    if person is None:
        return
    who = f"person:{person_id}"
    for purpose in purposes_offered(person_id):
        if purpose not in wanted:
            withdraw_consent(person_id, purpose=purpose, page=page, actor=who, now=now)
            continue
        ensure_contact(person_id, purpose=purpose, source="preferences", now=now)
        words = shipped_wording(purpose, language=language, on=now.date())
        if accept(person_id, purpose=purpose, email=person.email, actor=who, now=now):
            prove(
                person_id,
                purpose=purpose,
                state=Consent.State.CONFIRMED,
                basis=Basis.CONSENT,
                wording=wording_of(words),
                page=page,
                actor=who,
                now=now,
            )
            log.record("audience.consent_chosen", actor=who, obj=person, at=now)
