"""Proofs of consent, written inside the actions that change a contact's status (R19)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from perenne.audience.domain.wordings import digest, plain_wording
from perenne.audience.models import Consent, Wording

if TYPE_CHECKING:
    from datetime import datetime


def wording_of(text: str) -> Wording:
    """Return the kept row of a wording, adding it when it is new."""
    row, _created = Wording.objects.get_or_create(
        digest=digest(text), defaults={"text": plain_wording(text)}
    )
    return row


def prove(
    person_id: int,
    *,
    purpose: str,
    state: str,
    basis: str,
    wording: Wording,
    page: str = "",
    evidence: dict[str, Any] | None = None,
    actor: str,
    now: datetime,
) -> Consent:
    """Add one proof; call it in the transaction that changes the status."""
    return Consent.objects.create(
        person_id=person_id,
        purpose=purpose,
        state=state,
        basis=basis,
        wording=wording,
        page=page[:500],
        evidence=evidence or {},
        actor=actor,
        at=now,
    )
