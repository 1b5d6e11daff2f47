"""When a launch is open: dates compared, nothing switched by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

# Refunds keep coming for a while: before, the net result is provisional (LA14).
REFUND_WINDOW = timedelta(days=14)


def state_at(opens_at: datetime, closes_at: datetime, now: datetime) -> str:
    """Return "before", "open" or "closed"; open from opens_at up to closes_at."""
    if now < opens_at:
        return "before"
    return "open" if now < closes_at else "closed"


def is_provisional(closes_at: datetime, now: datetime) -> bool:
    """Tell whether refunds of the legal 14 days may still come (R51)."""
    return now < closes_at + REFUND_WINDOW
