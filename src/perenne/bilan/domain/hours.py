"""What an hour brings, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from math import sqrt
from typing import TYPE_CHECKING

from perenne.core.domain.money import allocate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from perenne.bilan.domain.facts import CashRow
    from perenne.bilan.domain.income import StreamCash
    from perenne.bilan.domain.periods import Period

# Build hours are spread straight over 24 months (METRICS §2).
BUILD_LIFE_DAYS = 730
UNCERTAIN_UNDER = Decimal("0.60")
UNKNOWN_UNDER = Decimal("0.30")
# Under this many receipts the range is shown beside the rate (HR17).
FEW_RECEIPTS = 30
_Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the period's working days have any logged work."""

    worked: int
    working: int

    @property
    def share(self) -> Decimal | None:
        """Worked ÷ working days, a fraction; None without a working day."""
        return Decimal(self.worked) / self.working if self.working else None

    @property
    def confidence(self) -> str:
        """Return "known" from 60 %, "uncertain" from 30 %, else "unknown"."""
        share = self.share
        if share is None or share < UNKNOWN_UNDER:
            return "unknown"
        return "uncertain" if share < UNCERTAIN_UNDER else "known"


def working_days(period: Period, *, off: Collection[date], today: date) -> list[date]:
    """Return Monday to Friday without public holidays and absences, up to today."""
    return [
        day
        for day in period.days()
        if day.weekday() < 5 and day not in off and day <= today
    ]


def coverage(working: Iterable[date], worked: Collection[date]) -> Coverage:
    """Return how much of the working days is known (METRICS §2)."""
    days = list(working)
    return Coverage(sum(day in worked for day in days), len(days))


@dataclass(frozen=True, slots=True)
class StreamHours:
    """Minutes of a stream: direct (build included), shared, and build spread.

    direct        logged on the stream in the period
    shared        its part of the shared minutes
    build         the part of direct spent on making assets in the period
    build_spread  what assets made now and in the last 24 months charge to the period
    upkeep        the part of direct spent on upkeep and support
    """

    direct: int = 0
    shared: int = 0
    build: int = 0
    build_spread: int = 0
    upkeep: int = 0

    @property
    def at_once(self) -> int:
        """Minutes with all build hours charged when they were worked."""
        return self.direct + self.shared

    @property
    def spread(self) -> int:
        """Minutes with build hours spread over the asset's life."""
        return self.direct - self.build + self.build_spread + self.shared


def spread_shared(direct: Mapping[int, int], shared: int) -> dict[int, int]:
    """Spread shared minutes over streams by their direct minutes; the parts sum up.

    Returns  {} when no stream has direct minutes: nothing says whose they are
    """
    streams = sorted(direct)
    weights = [direct[stream_id] for stream_id in streams]
    if not sum(weights):
        return {}
    return dict(zip(streams, allocate(shared, weights), strict=True))


def spread_build(built: Iterable[tuple[date, int]], period: Period) -> int:
    """Return the build minutes charged to a period, straight over 24 months.

    Σ minutes × days of the asset's life inside the period ÷ 730, rounded once, half up.
    Life begins on the day of the work: the first sale of each asset is not known here.
    """
    whole = 0
    for on, minutes in built:
        last = on + timedelta(days=BUILD_LIFE_DAYS - 1)
        inside = (min(last, period.end) - max(on, period.start)).days + 1
        whole += minutes * max(0, inside)
    return (2 * whole + BUILD_LIFE_DAYS) // (2 * BUILD_LIFE_DAYS)


def per_hour(net_cents: int, minutes: int) -> int | None:
    """Return the effective hourly rate in cents per hour: net × 60 ÷ minutes.

    Rounded once, half away from zero; None without a minute.
    """
    if minutes <= 0:
        return None
    exact = Decimal(net_cents) * 60 / Decimal(minutes)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def rate_range(cash: StreamCash, minutes: int) -> tuple[int, int] | None:
    """Return a 95 % range of the hourly rate in cents, when receipts are few.

    The receipts are read as a compound Poisson total, whose variance is estimated by
    Σ amount² (Ross, Introduction to Probability Models, §5.4.2); costs and hours are
    taken as they are. None from 30 receipts, without receipts or without minutes.
    """
    if not 0 < cash.receipt_count < FEW_RECEIPTS or minutes <= 0:
        return None
    half = _Z95 * sqrt(cash.square_sum)
    low, high = (cash.net - half) * 60 / minutes, (cash.net + half) * 60 / minutes
    return round(low), round(high)


def passive_ratio(
    rows: Iterable[CashRow], worked: Collection[tuple[date, int]]
) -> Decimal | None:
    """Return the part of receipts that came on days without work on their stream.

    By the date received; sales and outside income only; None without receipts (HR12).
    worked  (day, stream id) pairs that have direct minutes
    """
    passive = received = 0
    for row in rows:
        if row.kind in {"sale", "income"}:
            received += row.amount_cents
            if (row.received_on, row.stream_id) not in worked:
                passive += row.amount_cents
    return Decimal(passive) / received if received > 0 else None
