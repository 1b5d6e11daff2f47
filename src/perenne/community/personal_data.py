"""What community knows of a person, and how it forgets (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from perenne.community.api import erase_seats, seats_to_export

if TYPE_CHECKING:
    from datetime import datetime


class EventsOfAPerson:
    """Answer access and erasure requests about seats in live events."""

    title = _("Live events")
    tables = frozenset({"community.seat"})

    def export(self, person_id: int) -> dict[str, Any]:
        """Return every seat, instants in ISO 8601 UTC."""
        return {
            "live_events": [
                {
                    "event": row.event.title,
                    "starts_at": row.event.starts_at.isoformat(),
                    "taken_at": row.taken_at.isoformat(),
                    "given_up_at": (
                        row.released_at.isoformat() if row.released_at else None
                    ),
                    "came": row.came,
                }
                for row in seats_to_export(person_id)
            ]
        }

    def erase(self, person_id: int, *, now: datetime) -> None:
        """Free the seats to come and remove all of them."""
        erase_seats(person_id, now=now)
