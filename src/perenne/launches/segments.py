"""Segments by launches: who was in their audience."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from perenne.audience.api import SegmentPart
from perenne.launches.queries import launches, people_in_snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perenne.audience.api import Asked


def _launches() -> Sequence[tuple[str, str]]:
    return [(str(launch.pk), launch.name) for launch in launches()]


def _in_audience(asked: Asked) -> Any:
    chosen = str(asked.value)
    return people_in_snapshot(int(chosen) if chosen.isdecimal() else 0)


SOURCES: dict[str, SegmentPart] = {
    "launched_to": SegmentPart(
        label=_("Was in the audience of the launch"),
        group=_("Launches"),
        kind="choice",
        said=_("was in the audience of the launch “%s”"),
        denied=_("was not in the audience of the launch “%s”"),
        list_choices=_launches,
        find=_in_audience,
    ),
}
