"""Cash facts for the bilan: flat dated rows and sums, straight from the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from django.db.models import Count, Sum

from perenne.money.models import LedgerEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.db.models import QuerySet

    type DateField = Literal[
        "sold_on", "received_on", "available_on", "paid_out_on", "banked_on"
    ]

_DATES = frozenset(
    {"sold_on", "received_on", "available_on", "paid_out_on", "banked_on"}
)


@dataclass(frozen=True, slots=True)
class CashFact:
    """One money event (METRICS §1).

    received_on   the default date (R113); the later ones are None until known
    amount_cents  signed: receipts above zero; refunds, fees, expenses below
    kind          sale, refund, fee, income, expense
    """

    entry_id: int
    sold_on: date
    received_on: date
    available_on: date | None
    paid_out_on: date | None
    banked_on: date | None
    stream_id: int
    kind: str
    amount_cents: int
    currency: str
    counterparty: str
    cause: str
    ref: str


@dataclass(frozen=True, slots=True)
class CashSum:
    """Money of one stream, kind and cause in one currency over a period.

    month  first day of the month, or None when the sum is over the whole period
    """

    month: date | None
    stream_id: int
    kind: str
    cause: str
    currency: str
    amount_cents: int
    rows: int


def cash_facts(
    start: date, end: date, *, date_field: DateField = "received_on"
) -> list[CashFact]:
    """Return the money events of a period, both days included, in the order of the date."""
    return list(iter_cash_facts(start, end, date_field=date_field))


def iter_cash_facts(
    start: date, end: date, *, date_field: DateField = "received_on"
) -> Iterator[CashFact]:
    """Yield the money events of a period in bounded memory, in the order of the date."""
    rows = (
        _between(start, end, date_field)
        .order_by(date_field, "pk")
        .values_list(
            "pk",
            "sold_on",
            "received_on",
            "available_on",
            "paid_out_on",
            "banked_on",
            "stream_id",
            "kind",
            "amount_cents",
            "currency",
            "counterparty",
            "cause",
            "ref",
        )
    )
    for row in rows.iterator(chunk_size=5000):
        yield CashFact(*row)


def cash_by_stream(
    start: date, end: date, date_field: DateField = "received_on"
) -> list[CashSum]:
    """Return sums per stream, kind, cause and currency: one grouped query."""
    sums: dict[tuple[int, str, str, str], list[int]] = {}
    for row in _days(start, end, date_field):
        _month, stream_id, kind, cause, currency, total, rows = row
        held = sums.setdefault((stream_id, kind, cause, currency), [0, 0])
        held[0] += total
        held[1] += rows
    return [CashSum(None, *key, *sums[key]) for key in sorted(sums)]


def cash_by_month(
    start: date, end: date, date_field: DateField = "received_on"
) -> list[CashSum]:
    """Return the same sums per civil month, oldest first: one grouped query."""
    sums: dict[tuple[date, int, str, str, str], list[int]] = {}
    for row in _days(start, end, date_field):
        month, stream_id, kind, cause, currency, total, rows = row
        held = sums.setdefault((month, stream_id, kind, cause, currency), [0, 0])
        held[0] += total
        held[1] += rows
    return [CashSum(*key, *sums[key]) for key in sorted(sums)]


def _days(
    start: date, end: date, date_field: DateField
) -> Iterator[tuple[date, int, str, str, str, int, int]]:
    """Yield (month, stream, kind, cause, currency, cents, rows) for each day.

    Grouped by the columns of the index in its own order, so the database neither sorts
    nor opens a row: 1,000,000 rows come back as a few thousand days.
    """
    days = (
        _between(start, end, date_field)
        .values_list(date_field, "stream_id", "kind", "cause", "currency")
        .annotate(total=Sum("amount_cents"), rows=Count("pk"))
        .order_by()
    )
    for day, *rest in days.iterator():
        yield (day.replace(day=1), *rest)


def _between(start: date, end: date, date_field: str) -> QuerySet[LedgerEntry]:
    if date_field not in _DATES:
        raise ValueError(f"{date_field!r} is not a date of the ledger")
    return LedgerEntry.objects.filter(
        **{f"{date_field}__gte": start, f"{date_field}__lte": end}
    )
