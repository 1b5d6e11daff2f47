"""Memberships' part of the person card: what they may see, until when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from perenne.memberships.queries import granted_passes, passes_of
from perenne.money.api import fulfilment
from perenne.people.api import Happening, Standing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def _labels() -> dict[str, str]:
    return {
        f"{kind}:{key}": label
        for kind, handler in fulfilment
        for key, label in handler.choices()
    }


class PassDealings:
    """Passes open now, and when each was given."""

    title = gettext_lazy("Access")

    def standing(self, person_id: int, *, now: datetime) -> list[Standing]:
        """Return the open passes and until when they hold."""
        held = passes_of(person_id, now=now)
        labels = _labels() if held else {}
        return [
            Standing(
                labels.get(row.resource, row.resource),
                _("until %s") % date_format(row.ends_at, "SHORT_DATE_FORMAT")
                if row.ends_at
                else _("for good"),
                reverse("desk_memberships_access"),
            )
            for row in held
        ]

    def happened(
        self, person_id: int, *, until: datetime, most: int
    ) -> list[Happening]:
        """Return every pass at the instant it was given."""
        rows = granted_passes(person_id, until=until)[:most]
        labels = _labels() if rows else {}
        return [
            Happening(
                row.granted_at,
                _("Got access to “%s”") % labels.get(row.resource, row.resource),
                reverse("desk_memberships_access"),
            )
            for row in rows
        ]

    def last_contacts(self, person_ids: Sequence[int]) -> dict[int, datetime]:
        """Return nothing: what they bought or booked says so already."""
        return {}
