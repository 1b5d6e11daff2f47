"""The rows behind a figure (HR22): what one finds on clicking it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from perenne.bilan.domain.facts import CAPITAL, SALES, TURNOVER
from perenne.bilan.domain.income import contributions_by_month

if TYPE_CHECKING:
    from collections.abc import Callable

    from perenne.bilan.domain.facts import Away, CashRow, WorkRow
    from perenne.bilan.domain.review import Inputs

CASH_KINDS = {
    "receipts": SALES,
    "refunds": frozenset({"refund"}),
    "fees": frozenset({"fee"}),
    "costs": frozenset({"expense"}),
}
MONEY_FIGURES = (*CASH_KINDS, "contributions", "net", "passive", "away")
TIME_FIGURES = ("direct", "build", "upkeep", "shared")


@dataclass(frozen=True, slots=True)
class Drill:
    """The rows of one figure.

    rows_total     their sum: cents for money, minutes for work
    contributions  cents to set aside, part of the figures "net" and "contributions"
    total          the figure itself
    """

    cash: list[CashRow] = field(default_factory=list)
    work: list[WorkRow] = field(default_factory=list)
    rows_total: int = 0
    contributions: int = 0
    total: int = 0


def rows_behind(
    figure: str,
    facts: Inputs,
    *,
    stream_id: int | None = None,
    absence_id: int | None = None,
    by_sold: bool = False,
) -> Drill:
    """Return the rows a figure was made of, for one stream or for all.

    absence_id, by_sold  which absence "away" is about, and by which date

    Raises  LookupError: there is no such figure or absence
    """
    if figure in TIME_FIGURES:
        return _time(figure, facts, stream_id)
    if figure == "away":
        return _away(facts, absence_id=absence_id, by_sold=by_sold)
    if figure not in MONEY_FIGURES:
        raise LookupError(figure)
    wanted = _wanted(figure, facts)
    rows = [row for row in facts.cash if stream_id in {None, row.stream_id}]
    kept = [row for row in rows if wanted(row)]
    social = 0
    if figure in {"contributions", "net"}:
        social = sum(contributions_by_month(rows, facts.rate).values())
    whole = sum(row.amount_cents for row in kept)
    total = social if figure == "contributions" else whole + social
    return Drill(cash=kept, rows_total=whole, contributions=social, total=total)


def _wanted(figure: str, facts: Inputs) -> Callable[[CashRow], bool]:
    if figure in CASH_KINDS:
        return lambda row: row.kind in CASH_KINDS[figure]
    if figure == "contributions":
        return lambda row: (
            row.kind in TURNOVER
            and row.cause != CAPITAL
            and facts.rate(row.stream_id, row.received_on) is not None
        )
    if figure == "passive":
        worked = {(row.on, row.stream_id) for row in facts.work}
        return lambda row: (
            row.kind in SALES and (row.received_on, row.stream_id) not in worked
        )
    return lambda row: True


def _time(figure: str, facts: Inputs, stream_id: int | None) -> Drill:
    shared = figure == "shared"
    rows = [
        row
        for row in facts.work
        if (row.stream_id is None) == shared
        and (shared or stream_id in {None, row.stream_id})
        and (figure in {"direct", "shared"} or row.activity == figure)
    ]
    whole = sum(row.minutes for row in rows)
    return Drill(work=rows, rows_total=whole, total=whole)


def _away(facts: Inputs, *, absence_id: int | None, by_sold: bool) -> Drill:
    away = _absence(facts, absence_id)
    rows = [
        row
        for row in facts.past_cash
        if away.first_on
        <= (row.sold_on if by_sold else row.received_on)
        <= away.last_on
    ]
    whole = sum(row.amount_cents for row in rows)
    return Drill(cash=rows, rows_total=whole, total=whole)


def _absence(facts: Inputs, absence_id: int | None) -> Away:
    for away in facts.absences:
        if away.absence_id == absence_id:
            return away
    raise LookupError("absence")
