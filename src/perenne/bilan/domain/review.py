"""The review of a period: every figure of the bilan, made from rows by one function."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.bilan.domain.dependency import dependency
from perenne.bilan.domain.facts import CAPITAL, SALES, TURNOVER
from perenne.bilan.domain.holidays import holiday_test
from perenne.bilan.domain.hours import (
    StreamHours,
    coverage,
    passive_ratio,
    per_hour,
    rate_range,
    spread_build,
    spread_shared,
    working_days,
)
from perenne.bilan.domain.income import (
    StreamCash,
    cash_by_stream,
    contributions_by_month,
    net_by_month,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from perenne.bilan.domain.dependency import Dependency
    from perenne.bilan.domain.facts import Away, CashRow, WorkRow
    from perenne.bilan.domain.holidays import HolidayTest
    from perenne.bilan.domain.hours import Coverage
    from perenne.bilan.domain.income import Rate
    from perenne.bilan.domain.periods import Period


@dataclass(frozen=True, slots=True)
class Source:
    """A stream as the review names it."""

    stream_id: int
    name: str
    nature: str


@dataclass(frozen=True, slots=True)
class LaunchLine:
    """A launch of the period; share, low and high are fractions, None without a base."""

    slug: str
    name: str
    opens_on: date
    base: int
    buyers: int
    buyers_outside: int
    net_cents: int
    refunded_cents: int
    provisional: bool
    minutes: int
    per_hour_cents: int | None
    share: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Inputs:
    """All a review is made from.

    cash        money rows counted in the period by the chosen date
    past_cash   rows of the absences and of the 26 weeks before them, by either date
    work        work of the period
    built       (day, stream id, minutes) of build work of the period and 24 months before
    off         public holidays and days off: not working days
    today       days after it are not judged
    rate        social rate by stream and day received, in basis points
    """

    period: Period
    date_rule: str
    currency: str
    sources: Sequence[Source]
    cash: Sequence[CashRow]
    past_cash: Sequence[CashRow]
    work: Sequence[WorkRow]
    built: Sequence[tuple[date, int, int]]
    absences: Sequence[Away]
    off: frozenset[date]
    today: date
    rate: Rate
    launches: Sequence[LaunchLine]
    other_currencies: int = 0


@dataclass(frozen=True, slots=True)
class StreamLine:
    """One stream: what it brought, what it took, what an hour of it brings.

    rate, rate_at_once  cents per hour, build hours spread or charged at once
    range               95 % of rate in cents, when receipts are few
    passive             fraction of receipts on days without work on it
    """

    source: Source
    cash: StreamCash
    hours: StreamHours
    rate: int | None
    rate_at_once: int | None
    range: tuple[int, int] | None
    passive: Decimal | None


@dataclass(frozen=True, slots=True)
class Review:
    """The figures of one period; amounts in cents of currency, time in minutes.

    net_by_month     (stream, cents per month) of streams with money, in stream order
    unspread         shared minutes that no stream's direct hours can bear
    undeducted       streams with turnover whose contributions are not known
    """

    period: Period
    date_rule: str
    currency: str
    lines: list[StreamLine]
    months: list[date]
    net_by_month: list[tuple[Source, list[int]]]
    net: int
    minutes: int
    rate: int | None
    passive: Decimal | None
    coverage: Coverage
    unspread: int
    undeducted: list[Source]
    by_stream: Dependency | None
    by_client: Dependency | None
    holidays: list[HolidayTest]
    launches: list[LaunchLine]
    other_currencies: int

    @property
    def is_empty(self) -> bool:
        """Tell whether the period has neither money nor hours."""
        return not self.lines


def make_review(facts: Inputs) -> Review:
    """Return every figure of the period (METRICS §2–5), each from the rows alone."""
    contributions = contributions_by_month(facts.cash, facts.rate)
    cash = cash_by_stream(facts.cash, contributions)
    hours, unspread = _hours(facts)
    worked = {(row.on, row.stream_id) for row in facts.work if row.stream_id}
    lines = [
        _line(
            source,
            cash.get(source.stream_id),
            hours.get(source.stream_id),
            passive=passive,
        )
        for source, passive in _with_passive(facts, worked)
        if source.stream_id in cash or source.stream_id in hours
    ]
    months = facts.period.months()
    by_month = net_by_month(facts.cash, contributions, months)
    net = sum(line.cash.net for line in lines)
    minutes = sum(line.hours.spread for line in lines) + unspread
    days = working_days(facts.period, off=facts.off, today=facts.today)
    return Review(
        period=facts.period,
        date_rule=facts.date_rule,
        currency=facts.currency,
        lines=lines,
        months=months,
        net_by_month=[
            (source, by_month[source.stream_id])
            for source in facts.sources
            if source.stream_id in by_month
        ],
        net=net,
        minutes=minutes,
        rate=per_hour(net, minutes),
        passive=passive_ratio(facts.cash, worked),
        coverage=coverage(days, {row.on for row in facts.work}),
        unspread=unspread,
        undeducted=_undeducted(facts),
        by_stream=dependency({line.source.name: line.cash.net for line in lines}),
        by_client=dependency(_by_client(facts.cash)),
        holidays=_holidays(facts),
        launches=list(facts.launches),
        other_currencies=facts.other_currencies,
    )


def _with_passive(
    facts: Inputs, worked: set[tuple[date, int]]
) -> list[tuple[Source, Decimal | None]]:
    rows: defaultdict[int, list[CashRow]] = defaultdict(list)
    for row in facts.cash:
        rows[row.stream_id].append(row)
    return [
        (source, passive_ratio(rows[source.stream_id], worked))
        for source in facts.sources
    ]


def _line(
    source: Source,
    cash: StreamCash | None,
    hours: StreamHours | None,
    *,
    passive: Decimal | None,
) -> StreamLine:
    money, time = cash or StreamCash(), hours or StreamHours()
    return StreamLine(
        source=source,
        cash=money,
        hours=time,
        rate=per_hour(money.net, time.spread),
        rate_at_once=per_hour(money.net, time.at_once),
        range=rate_range(money, time.spread),
        passive=passive,
    )


def _hours(facts: Inputs) -> tuple[dict[int, StreamHours], int]:
    sums: defaultdict[int, defaultdict[str, int]] = defaultdict(
        lambda: defaultdict(int)
    )
    shared = 0
    for row in facts.work:
        if row.stream_id is None:
            shared += row.minutes
            continue
        sums[row.stream_id]["direct"] += row.minutes
        if row.activity in {"build", "upkeep"}:
            sums[row.stream_id][row.activity] += row.minutes
    parts = spread_shared({key: row["direct"] for key, row in sums.items()}, shared)
    for stream_id, minutes in parts.items():
        sums[stream_id]["shared"] = minutes
    built: defaultdict[int, list[tuple[date, int]]] = defaultdict(list)
    for on, stream_id, minutes in facts.built:
        built[stream_id].append((on, minutes))
    for stream_id, work in built.items():
        if charged := spread_build(work, facts.period):
            sums[stream_id]["build_spread"] = charged
    hours = {key: StreamHours(**row) for key, row in sums.items()}
    return hours, 0 if parts else shared


def _undeducted(facts: Inputs) -> list[Source]:
    missing = {
        row.stream_id
        for row in facts.cash
        if row.kind in TURNOVER
        and row.cause != CAPITAL
        and facts.rate(row.stream_id, row.received_on) is None
    }
    return [source for source in facts.sources if source.stream_id in missing]


def _by_client(rows: Sequence[CashRow]) -> dict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int)
    for row in rows:
        if row.kind in SALES and row.counterparty:
            sums[row.counterparty] += row.amount_cents
    return dict(sums)


def _holidays(facts: Inputs) -> list[HolidayTest]:
    dates = [min(row.received_on, row.sold_on) for row in facts.past_cash]
    since = min(dates, default=None)
    return [
        holiday_test(away, facts.past_cash, books_since=since)
        for away in facts.absences
        if away.first_on <= facts.today
    ]
