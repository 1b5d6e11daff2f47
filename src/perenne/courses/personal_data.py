"""What courses knows of a person, and how it forgets (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from perenne.courses.api import erase_progress, progress_to_export

if TYPE_CHECKING:
    from datetime import datetime


class LearningOfAPerson:
    """Answer access and erasure requests about progress."""

    title = _("What you learned")
    tables = frozenset({"courses.progress"})

    def export(self, person_id: int) -> dict[str, Any]:
        """Return every lesson opened, instants in ISO 8601 UTC."""
        return {"progress": progress_to_export(person_id)}

    def erase(self, person_id: int, *, now: datetime) -> None:
        """Remove the progress."""
        erase_progress(person_id, now=now)
