"""The only place that asks what time it is.

Domain code, queries and actions take `now` as a parameter; views, tasks and commands get
it here. `frozen` moves the clock for tests, rehearsals and the demo business.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """Return the current instant, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def today(time_zone: str) -> date:
    """Return the civil date of now in the named zone."""
    return now().astimezone(ZoneInfo(time_zone)).date()


@contextmanager
def frozen(instant: datetime) -> Iterator[None]:
    """Make now() answer `instant` (aware) inside the block, in this thread or task."""
    if instant.tzinfo is None:
        raise ValueError("a frozen clock needs an aware datetime")
    token = _frozen.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
