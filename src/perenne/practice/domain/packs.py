"""Session packs: until when they hold, and where one stands at an instant."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_NOTICE_DAYS = 14
_NOTICE_TIME = time(9)


class PackState(StrEnum):
    """Where a pack stands at an instant; only an OPEN one pays for a session."""

    OPEN = "open"
    USED_UP = "used_up"
    EXPIRED = "expired"
    SHUT = "shut"
    REVOKED = "revoked"


def last_day(granted_on: date, months: int) -> date:
    """Return the last day of a pack: so many months later, at most the month's last."""
    number = granted_on.year * 12 + granted_on.month - 1 + months
    year, month = number // 12, number % 12 + 1
    return date(year, month, min(granted_on.day, monthrange(year, month)[1]))


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant the civil day is over in the zone, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)


def notice_at(day: date, zone: ZoneInfo) -> datetime:
    """Return when to say that `day` is the last one: two weeks before, at nine."""
    on = day - timedelta(days=_NOTICE_DAYS)
    return datetime.combine(on, _NOTICE_TIME, zone).astimezone(UTC)


def state_of(
    *,
    left: int,
    expires_at: datetime,
    open_until: datetime | None,
    revoked_at: datetime | None,
    now: datetime,
) -> PackState:
    """Return where a pack stands at `now`."""
    if revoked_at is not None:
        return PackState.REVOKED
    if expires_at <= now:
        return PackState.EXPIRED
    if open_until is not None and open_until <= now:
        return PackState.SHUT
    return PackState.OPEN if left else PackState.USED_UP
