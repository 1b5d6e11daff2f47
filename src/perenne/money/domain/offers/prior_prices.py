"""The price that may be struck through beside a reduced one (C. conso L112-1-1, R67)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Applied:
    """A price as it held from an instant on; on_sale False: it was not sold any more."""

    since: datetime
    amount_cents: int
    on_sale: bool = True


def prior_price(
    history: Sequence[Applied], *, sold_since: datetime, now: datetime, days: int
) -> int | None:
    """Return the price that may be struck through at `now`, or None.

    It is the lowest price applied to everybody in the `days` days before the reduction
    began. Reductions that follow each other without a rise are one: its beginning is the
    first of them. A price that was not really on sale for all these days is not struck,
    so neither is a launch price that nobody could pay, nor a ladder that only rises.

    history     of one way to pay, oldest first
    sold_since  since when the offer can be bought at all
    """
    rows = _changes([row for row in history if row.since <= now])
    first = _first_reduction(rows)
    if first is None:
        return None
    began = rows[first].since
    opened = began - timedelta(days=days)
    before = _applied(rows[:first], since=opened, until=began)
    if before is None or sold_since > opened:
        return None
    lowest = min(row.amount_cents for row in before)
    return lowest if lowest > rows[-1].amount_cents else None


def _changes(rows: Sequence[Applied]) -> list[Applied]:
    """Return the rows that changed something."""
    found: list[Applied] = []
    for row in rows:
        if not found or (row.amount_cents, row.on_sale) != (
            found[-1].amount_cents,
            found[-1].on_sale,
        ):
            found.append(row)
    return found


def _first_reduction(rows: list[Applied]) -> int | None:
    """Return where the reductions that hold now began; None when nothing is reduced."""
    at = len(rows) - 1
    while at > 0 and _reduces(rows[at - 1], rows[at]):
        at -= 1
    return at + 1 if at < len(rows) - 1 else None


def _reduces(former: Applied, row: Applied) -> bool:
    return former.on_sale and row.on_sale and row.amount_cents < former.amount_cents


def _applied(
    rows: list[Applied], *, since: datetime, until: datetime
) -> list[Applied] | None:
    """Return what was applied from `since` to `until`; None when not sold throughout."""
    ends = [row.since for row in rows[1:]] + [until]
    found = [row for row, end in zip(rows, ends, strict=True) if end > since]
    if not found or found[0].since > since or not all(row.on_sale for row in found):
        return None
    return found
