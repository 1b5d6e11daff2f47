"""What a stopped timer is worth, in minutes per civil day."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from perenne.core.domain.money import allocate

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

# Over this, the timer was probably forgotten and the person is asked.
FORGOTTEN_AFTER = timedelta(hours=12)
_MICROSECOND = timedelta(microseconds=1)


def minutes_by_day(
    started_at: datetime, stopped_at: datetime, zone: ZoneInfo
) -> list[tuple[date, int]]:
    """Split the time between two instants over the civil days of a zone.

    Elapsed time is measured between instants, so a change of clock neither adds nor
    loses an hour. The whole is rounded once to the nearest minute, half up, then spread
    over the days in proportion to their length: the parts sum to the whole.

    started_at, stopped_at  aware
    Returns                 (civil day, minutes ≥ 1) in order; [] under half a minute
    """
    start, stop = started_at.astimezone(UTC), stopped_at.astimezone(UTC)
    days, spans = [], []
    at = start
    while at < stop:
        day = at.astimezone(zone).date()
        midnight = datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)
        until = min(stop, midnight.astimezone(UTC))
        days.append(day)
        spans.append((until - at) // _MICROSECOND)
        at = until
    whole = (sum(spans) * _MICROSECOND + timedelta(seconds=30)) // timedelta(minutes=1)
    if not whole:
        return []
    parts = allocate(whole, spans)
    return [(day, part) for day, part in zip(days, parts, strict=True) if part]


def is_forgotten(started_at: datetime, now: datetime) -> bool:
    """Tell whether a timer has run so long that it was probably forgotten."""
    return now - started_at > FORGOTTEN_AFTER
