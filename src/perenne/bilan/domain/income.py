"""What a stream brings: net cash and the social contributions it bears."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.bilan.domain.facts import CAPITAL, SALES, TURNOVER
from perenne.core.domain.money import share

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from perenne.bilan.domain.facts import CashRow


@dataclass(frozen=True, slots=True)
class StreamCash:
    """What came in and went out on one stream, in signed cents.

    receipts       sales and outside income
    refunds        given back, ≤ 0 unless one was reversed
    fees, costs    payment fees; direct costs recorded by hand; ≤ 0
    contributions  social contributions to set aside, ≤ 0 while receipts exceed refunds
    receipt_count  rows of receipts: few make every figure uncertain
    square_sum     Σ amount² of the receipts, for the range of a compound Poisson total
    """

    receipts: int = 0
    refunds: int = 0
    fees: int = 0
    costs: int = 0
    contributions: int = 0
    receipt_count: int = 0
    square_sum: int = 0

    @property
    def net(self) -> int:
        """Net cash in cents (METRICS §2): the sum of its five parts.

        Affiliate commissions are not recorded separately yet: they are in costs.
        """
        parts = (self.receipts, self.refunds, self.fees, self.costs)
        return sum(parts) + self.contributions


type Rate = Callable[[int, date], int | None]


def contributions_by_month(
    rows: Iterable[CashRow], rate: Rate
) -> dict[tuple[int, date], int]:
    """Return the social contributions per (stream, month) in cents, ≤ 0 for receipts.

    Base: sales, outside income and refunds; capital income is not turnover. Each row
    bears the rate of the day it was received, whatever date the review counts by (R119).
    One rounding per stream, month and rate, half away from zero.

    rate  (stream id, day received) to basis points, or None when it is not known
    """
    bases: defaultdict[tuple[int, date, int], int] = defaultdict(int)
    for row in rows:
        if row.kind not in TURNOVER or row.cause == CAPITAL:
            continue
        rate_bp = rate(row.stream_id, row.received_on)
        if rate_bp is not None:
            bases[row.stream_id, row.month, rate_bp] += row.amount_cents
    found: defaultdict[tuple[int, date], int] = defaultdict(int)
    for (stream_id, month, rate_bp), base in bases.items():
        found[stream_id, month] -= share(base, rate_bp)
    return dict(found)


def cash_by_stream(
    rows: Iterable[CashRow], contributions: Mapping[tuple[int, date], int]
) -> dict[int, StreamCash]:
    """Return the parts of net cash per stream; they sum to the rows, to the cent."""
    sums: defaultdict[int, defaultdict[str, int]] = defaultdict(
        lambda: defaultdict(int)
    )
    for row in rows:
        part = sums[row.stream_id]
        if row.kind in SALES:
            part["receipts"] += row.amount_cents
            part["receipt_count"] += 1
            part["square_sum"] += row.amount_cents**2
        else:
            part[_PART[row.kind]] += row.amount_cents
    for (stream_id, _month), cents in contributions.items():
        sums[stream_id]["contributions"] += cents
    return {stream_id: StreamCash(**part) for stream_id, part in sums.items()}


_PART = {"refund": "refunds", "fee": "fees", "expense": "costs"}


def net_by_month(
    rows: Iterable[CashRow],
    contributions: Mapping[tuple[int, date], int],
    months: Sequence[date],
) -> dict[int, list[int]]:
    """Return net cash per stream for each month, in the order of months, in cents."""
    sums: defaultdict[tuple[int, date], int] = defaultdict(int)
    for row in rows:
        sums[row.stream_id, row.month] += row.amount_cents
    for key, cents in contributions.items():
        sums[key] += cents
    streams = {stream_id for stream_id, _month in sums}
    return {
        stream_id: [sums.get((stream_id, month), 0) for month in months]
        for stream_id in streams
    }
