"""What the audience hands over and erases about a person (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.audience.models import (
    Confirmation,
    Consent,
    ContactStatus,
    CustomValue,
    LetterReceipt,
    PersonTag,
)
from perenne.people.api import person_by_id

if TYPE_CHECKING:
    from datetime import datetime


class AudienceData:
    """Consents, statuses, tags, custom fields and letters received.

    The proofs themselves are kept without their evidence: they show that an objection was
    respected, and name nobody once the person is anonymous.
    """

    title = _("Letters, consents and tags")
    tables = frozenset(
        {
            "audience.consent",
            "audience.contactstatus",
            "audience.customvalue",
            "audience.persontag",
            "audience.letterreceipt",
        }
    )

    def export(self, person_id: int) -> dict[str, Any]:
        """Return consents with their proof, purposes, tags, fields and letters."""
        consents = Consent.objects.filter(person_id=person_id).order_by("id")
        statuses = ContactStatus.objects.filter(person_id=person_id).order_by("id")
        tags = PersonTag.objects.filter(person_id=person_id).order_by("id")
        fields = CustomValue.objects.filter(person_id=person_id).order_by("field__name")
        letters = LetterReceipt.objects.filter(person_id=person_id).order_by("id")
        return {
            "consents": [
                {
                    "purpose": row.purpose,
                    "state": row.state,
                    "basis": row.basis,
                    "wording": row.wording.text,
                    "wording_sha256": row.wording.digest,
                    "page": row.page,
                    "evidence": row.evidence,
                    "at": row.at.isoformat(),
                }
                for row in consents.select_related("wording")
            ],
            "purposes": [
                {
                    "purpose": row.purpose,
                    "status": row.status,
                    "source": row.source,
                    "since": row.joined_at.isoformat(),
                }
                for row in statuses
            ],
            "tags": list(tags.values_list("tag__name", flat=True)),
            "fields": dict(fields.values_list("field__name", "text")),
            "letters": [
                {
                    "subject": row.letter.subject,
                    "at": row.letter.started_at and row.letter.started_at.isoformat(),
                }
                for row in letters.select_related("letter")
            ],
        }

    @transaction.atomic
    def erase(self, person_id: int, *, now: datetime) -> None:
        """Erase all but the bare proofs, emptied of what identifies."""
        for model in (PersonTag, CustomValue, LetterReceipt, ContactStatus):
            model._default_manager.filter(person_id=person_id).delete()
        Consent.objects.filter(person_id=person_id).update(evidence={})
        person = person_by_id(person_id)
        if person is not None:
            Confirmation.objects.filter(email=person.email).delete()
