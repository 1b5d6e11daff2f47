"""When a live event begins, when people are reminded, and when its link shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, time
    from zoneinfo import ZoneInfo

_HOUR = timedelta(hours=1)
_LINK_BEFORE = timedelta(minutes=15)


def instant_of(on: date, at: time, zone: ZoneInfo) -> datetime | None:
    """Return the instant of a wall time in UTC; None when clocks skip it that day.

    Of an hour that comes twice it is the first.
    """
    wall = datetime.combine(on, at, zone)
    instant = wall.astimezone(UTC)
    return instant if instant.astimezone(zone).time() == at else None


def day_before(starts_at: datetime, zone: ZoneInfo) -> datetime:
    """Return the same hour of the day before, by the zone's clocks, in UTC."""
    wall = starts_at.astimezone(zone)
    return (wall - timedelta(days=1)).replace(fold=0).astimezone(UTC)


def hour_before(starts_at: datetime) -> datetime:
    """Return the instant one hour earlier."""
    return starts_at - _HOUR


def reminders(
    starts_at: datetime, zone: ZoneInfo, *, now: datetime
) -> tuple[datetime | None, datetime | None]:
    """Return when to remind, the day before and the hour before; None: too late for it."""
    day, hour = day_before(starts_at, zone), hour_before(starts_at)
    return (day if day > now else None, hour if hour > now else None)


def link_opens_at(starts_at: datetime) -> datetime:
    """Return from when on the link to join is shown."""
    return starts_at - _LINK_BEFORE
