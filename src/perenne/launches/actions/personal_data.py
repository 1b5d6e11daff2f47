"""What launches know of a person (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from perenne.launches.models import Snapshot

if TYPE_CHECKING:
    from datetime import datetime


class LaunchData:
    """The frozen audiences a person was part of."""

    title = _("Launches you were told of")
    tables = frozenset({"launches.snapshot"})

    def export(self, person_id: int) -> dict[str, Any]:
        """Return the launches the person was in the audience of."""
        rows = Snapshot.objects.filter(person_id=person_id).order_by("launch_id")
        return {"audience_of": list(rows.values_list("launch__name", flat=True))}

    def erase(self, person_id: int, *, now: datetime) -> None:
        """Keep the rows: without the person's own data they only count (METRICS §5)."""
