"""What memberships knows of a person, and how it forgets (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from perenne.memberships.api import erase_passes, passes_to_export

if TYPE_CHECKING:
    from datetime import datetime


class PassesOfAPerson:
    """Answer access and erasure requests about passes."""

    title = _("What is open to you")
    tables = frozenset({"memberships.pass"})

    def export(self, person_id: int) -> dict[str, Any]:
        """Return every pass ever given, instants in ISO 8601 UTC."""
        return {
            "passes": [
                {
                    "resource": row.resource,
                    "source": row.source,
                    "starts_at": row.starts_at.isoformat(),
                    "reason": row.reason,
                    "ends_at": row.ends_at.isoformat() if row.ends_at else None,
                    "revoked_at": (
                        row.revoked_at.isoformat() if row.revoked_at else None
                    ),
                }
                for row in passes_to_export(person_id)
            ]
        }

    def erase(self, person_id: int, *, now: datetime) -> None:
        """Remove the passes."""
        erase_passes(person_id, now=now)
