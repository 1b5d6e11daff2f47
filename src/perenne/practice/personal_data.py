"""What practice knows of a person, and how it forgets (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from perenne.practice.api import (
    bookings_to_export,
    client_of,
    erase_practice_data,
    packs_to_export,
)

if TYPE_CHECKING:
    from datetime import datetime

_BILLING = (
    "company",
    "siren",
    "vat_number",
    "street",
    "postcode",
    "city",
    "country",
)


class PracticeOfAPerson:
    """Answer access and erasure requests about sessions, packs and missions."""

    title = _("Sessions and missions")
    tables = frozenset({"practice.booking", "practice.client", "practice.pack"})

    def export(self, person_id: int) -> dict[str, Any]:
        """Return sessions, packs and billing details, instants in ISO 8601 UTC."""
        client = client_of(person_id)
        return {
            "sessions": [
                {
                    "service": row.service.name,
                    "starts_at": row.starts_at.isoformat(),
                    "ends_at": row.ends_at.isoformat(),
                    "time_zone": row.time_zone,
                    "state": row.state,
                    "note": row.note,
                    "booked_at": row.created_at.isoformat(),
                }
                for row in bookings_to_export(person_id)
            ],
            "packs": [
                {
                    "pack": row.kind.name,
                    "left": row.left,
                    "given_at": row.granted_at.isoformat(),
                    "expires_at": row.expires_at.isoformat(),
                    "reason": row.reason,
                    "movements": [
                        {
                            "at": move.at.isoformat(),
                            "why": move.why,
                            "credits": move.change,
                            "reason": move.reason,
                        }
                        for move in row.movements.all()
                    ],
                }
                for row in packs_to_export(person_id)
            ],
            "client": (
                {name: getattr(client, name) for name in _BILLING} if client else None
            ),
        }

    def erase(self, person_id: int, *, now: datetime) -> None:
        """Cancel what is to come and blank what was written."""
        erase_practice_data(person_id, now=now)
