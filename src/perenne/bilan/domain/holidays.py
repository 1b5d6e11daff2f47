"""The holiday test, first part: what came in while away (METRICS §4, HR11)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from perenne.bilan.domain.facts import Away, CashRow

WEEKS_BEFORE = 26
# A median of fewer weeks says little about a normal week.
FEWEST_WEEKS = 8


@dataclass(frozen=True, slots=True)
class AwayCash:
    """What came in during one absence, by one date.

    net          cents: receipts − refunds − fees − direct costs, before contributions
    by_cause     cents per cause, largest first
    weekly       net × 7 ÷ days
    normal_week  median weekly net of the weeks before; None when too few are known
    weeks_known  how many whole weeks before the absence have books
    """

    net: int
    by_cause: list[tuple[str, int]]
    weekly: int
    normal_week: int | None
    weeks_known: int

    @property
    def kept(self) -> Decimal | None:
        """Share of a normal week that still came in, a fraction; None if not known."""
        if not self.normal_week or self.normal_week < 0:
            return None
        return Decimal(self.weekly) / self.normal_week


@dataclass(frozen=True, slots=True)
class HolidayTest:
    """One absence seen by the date received and again by the date sold."""

    away: Away
    received: AwayCash
    sold: AwayCash


def holiday_test(
    away: Away, rows: Sequence[CashRow], *, books_since: date | None
) -> HolidayTest:
    """Return what came in during the absence, by both dates.

    rows         at least those of the absence and of the 26 weeks before it
    books_since  first day with any money row; earlier weeks are not known
    """
    return HolidayTest(
        away,
        received=_seen(
            away, rows, date_of=lambda row: row.received_on, books_since=books_since
        ),
        sold=_seen(
            away, rows, date_of=lambda row: row.sold_on, books_since=books_since
        ),
    )


def _seen(
    away: Away,
    rows: Iterable[CashRow],
    *,
    date_of: Callable[[CashRow], date],
    books_since: date | None,
) -> AwayCash:
    by_cause: defaultdict[str, int] = defaultdict(int)
    weeks = [0] * WEEKS_BEFORE
    for row in rows:
        day = date_of(row)
        if away.first_on <= day <= away.last_on:
            by_cause[row.cause] += row.amount_cents
            continue
        week = (away.first_on - day).days - 1
        if 0 <= week < WEEKS_BEFORE * 7:
            weeks[week // 7] += row.amount_cents
    known = _weeks_known(away.first_on, books_since)
    net = sum(by_cause.values())
    return AwayCash(
        net=net,
        by_cause=sorted(by_cause.items(), key=lambda pair: (-pair[1], pair[0])),
        weekly=_rounded(Decimal(net) * 7 / away.day_count),
        normal_week=_median(weeks[:known]) if known >= FEWEST_WEEKS else None,
        weeks_known=known,
    )


def _weeks_known(first_on: date, books_since: date | None) -> int:
    if books_since is None or books_since >= first_on:
        return 0
    return min(WEEKS_BEFORE, (first_on - books_since) // timedelta(days=7))


def _median(weeks: list[int]) -> int:
    return _rounded(median([Decimal(week) for week in weeks]))


def _rounded(exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
