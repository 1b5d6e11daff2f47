"""The audience's part of the person card: what they agreed to and were sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from perenne.audience.models import Consent, LetterReceipt
from perenne.audience.queries.purposes import purpose_labels
from perenne.people.api import Happening, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


class ConsentDealings:
    """Consents given, confirmed and withdrawn."""

    title = gettext_lazy("Consents")

    def standing(self, person_id: int, *, now: datetime) -> list[Standing]:
        """Return nothing: the card shows them with their proof."""
        return []

    def happened(
        self, person_id: int, *, until: datetime, most: int
    ) -> list[Happening]:
        """Return each proof."""
        rows = Consent.objects.filter(person_id=person_id, at__lte=until)
        labels = purpose_labels()
        return [
            Happening(
                row.at,
                _("%(purpose)s: %(state)s")
                % {
                    "purpose": labels.get(row.purpose, row.purpose),
                    "state": row.get_state_display(),
                },
            )
            for row in rows.order_by("-at", "-pk")[:most]
        ]

    def last_contacts(self, person_ids: Sequence[int]) -> dict[int, datetime]:
        """Return the last word each person said themselves, or was recorded for."""
        rows = Consent.objects.filter(person_id__in=person_ids).order_by()
        return dict(rows.values_list("person_id").annotate(last=Max("at")))


class LetterDealings:
    """Letters that were sent to the person."""

    title = gettext_lazy("Letters")

    def standing(self, person_id: int, *, now: datetime) -> list[Standing]:
        """Return nothing: a letter does not last."""
        return []

    def happened(
        self, person_id: int, *, until: datetime, most: int
    ) -> list[Happening]:
        """Return each letter at the instant its sending began."""
        rows = LetterReceipt.objects.filter(
            person_id=person_id, letter__started_at__lte=until
        ).values_list("letter__started_at", "letter__subject", "letter_id")
        return [
            Happening(
                at,
                _("Letter “%s”") % subject,
                reverse("desk_audience_letter", args=[letter_id]),
            )
            for at, subject, letter_id in rows.order_by("-letter__started_at", "-pk")[
                :most
            ]
            if at is not None
        ]

    def last_contacts(self, person_ids: Sequence[int]) -> dict[int, datetime]:
        """Return nothing: a letter is from us to them."""
        return {}
