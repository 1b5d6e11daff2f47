"""A time zone that is looked up when a time is first shown."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable

SESSION_KEY = "time_zone"
_DEFAULT = "Europe/Paris"


def zone_named(name: str) -> ZoneInfo:
    """Return the zone, or that of Paris when the name is empty or unknown."""
    try:
        return ZoneInfo(name or _DEFAULT)
    except (KeyError, ValueError):
        return ZoneInfo(_DEFAULT)


class LazyZone(tzinfo):
    """Stands for a zone without reading it from the database until it matters."""

    def __init__(self, find: Callable[[], ZoneInfo]) -> None:
        """Keep how to find the zone."""
        self._find = find
        self._found: ZoneInfo | None = None

    @property
    def zone(self) -> ZoneInfo:
        """Return the real zone, found once."""
        if self._found is None:
            self._found = self._find()
        return self._found

    def __str__(self) -> str:
        return self.zone.key

    def utcoffset(self, when: datetime | None) -> timedelta | None:
        """Return the real zone's offset."""
        return self.zone.utcoffset(when)

    def dst(self, when: datetime | None) -> timedelta | None:
        """Return the real zone's daylight saving."""
        return self.zone.dst(when)

    def tzname(self, when: datetime | None) -> str | None:
        """Return the real zone's abbreviation, or its name when asked without a date."""
        return self.zone.tzname(when) if when is not None else self.zone.key

    def fromutc(self, when: datetime) -> datetime:
        """Return the wall time of an instant."""
        return self.zone.fromutc(when.replace(tzinfo=self.zone)).replace(tzinfo=self)
