"""Reads of the ledger: the receipts book, outside money, and the check of the chain."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Exists, OuterRef, Q, Sum

from perenne.core.domain.money import Money
from perenne.money.domain.books.ledger import GENESIS, Break, Sealed, breaks
from perenne.money.models import LedgerEntry, LedgerHead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.db.models import QuerySet

    from perenne.money.domain.books.ledger import Content

# Said by what it is not, so that the database searches by date and not by kind.
_RECEIPTS = ~Q(kind__in=["fee", "expense"]) & ~Q(cause="capital")
OUTSIDE = ("income", "expense")


RECEIPTS_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class ReceiptsPage:
    """One page of the receipts book; next_key is None on the last one."""

    rows: list[LedgerEntry]
    next_key: str | None


@dataclass(frozen=True, slots=True)
class MonthTotal:
    """Receipts of one civil month in one currency, refunds taken off."""

    month: date
    currency: str
    amount_cents: int
    rows: int


def sealed_content(row: LedgerEntry) -> Content:
    """Return the columns of a row that its hash seals, as JSON values."""
    return {
        "sequence": row.sequence,
        "recorded_at": row.recorded_at.astimezone(UTC).strftime(
            "%Y-%m-%dT%H:%M:%S.%fZ"
        ),
        "actor": row.actor,
        "kind": str(row.kind),
        "cause": str(row.cause),
        "stream": row.stream_id,
        "person": row.person_id,
        "amount_cents": row.amount_cents,
        "currency": row.currency,
        "sold_on": row.sold_on.isoformat(),
        "received_on": row.received_on.isoformat(),
        "label": row.label,
        "counterparty": row.counterparty,
        "document_number": row.document_number,
        "method": row.method,
        "ref": row.ref,
        "reverses": row.reverses_id,
    }


def chain_breaks() -> list[Break]:
    """Read the whole chain and return every place where it does not hold (R111)."""
    head = LedgerHead.objects.filter(pk=1).first()
    return breaks(
        _sealed_rows(),
        head_sequence=head.sequence if head else 0,
        head_hash=head.hash if head else GENESIS,
    )


def newest_chain_breaks(count: int) -> list[Break]:
    """Check the newest `count` rows of the chain only; all of them when there are fewer."""
    head = LedgerHead.objects.filter(pk=1).first()
    size = head.sequence if head else 0
    rows = _sealed_rows(first=max(0, size - count))
    after = next(rows, None) if size > count else None
    return breaks(
        rows,
        head_sequence=size,
        head_hash=head.hash if head else GENESIS,
        after=after,
    )


def _sealed_rows(first: int = 0) -> Iterator[Sealed]:
    found = LedgerEntry.objects.filter(sequence__gte=first).order_by("sequence")
    for row in found.iterator(chunk_size=2000):
        yield Sealed(row.sequence, row.previous_hash, row.hash, sealed_content(row))


def ledger_size() -> int:
    """Return how many rows the chain's head counts."""
    head = LedgerHead.objects.filter(pk=1).first()
    return head.sequence if head else 0


def receipts(start: date, end: date) -> QuerySet[LedgerEntry]:
    """Return the receipts book between two days, both included, in order (R118).

    Sales, refunds and professional income received; capital income is not turnover.
    """
    return LedgerEntry.objects.filter(
        _RECEIPTS, received_on__gte=start, received_on__lte=end
    ).order_by("received_on", "sequence")


def receipts_page(start: date, end: date, *, after: str = "") -> ReceiptsPage:
    """Return a page of the receipts book, oldest first, by the index of its date.

    after  "<day>_<sequence>" of the last row shown, as next_key gave it
    """
    rows = receipts(start, end)
    day, _, sequence = after.partition("_")
    if sequence.isdigit():
        rows = rows.filter(
            Q(received_on__gt=day) | Q(received_on=day, sequence__gt=int(sequence))
        )
    found = list(rows[: RECEIPTS_A_PAGE + 1])
    page = found[:RECEIPTS_A_PAGE]
    if len(found) <= RECEIPTS_A_PAGE:
        return ReceiptsPage(page, None)
    last = page[-1]
    return ReceiptsPage(page, f"{last.received_on.isoformat()}_{last.sequence}")


def receipts_by_month(start: date, end: date) -> list[MonthTotal]:
    """Return totals of the receipts book per month and currency, oldest first."""
    sums: dict[tuple[date, str], list[int]] = {}
    days = (
        LedgerEntry.objects.filter(
            _RECEIPTS, received_on__gte=start, received_on__lte=end
        )
        .values("received_on", "stream", "kind", "cause", "currency")
        .annotate(total=Sum("amount_cents"), rows=Count("pk"))
        .order_by()
    )
    for row in days:
        key = (row["received_on"].replace(day=1), row["currency"])
        held = sums.setdefault(key, [0, 0])
        held[0] += row["total"]
        held[1] += row["rows"]
    return [MonthTotal(*key, *sums[key]) for key in sorted(sums)]


def outside_money(
    *,
    stream_id: int | None = None,
    start: date | None = None,
    end: date | None = None,
) -> QuerySet[LedgerEntry]:
    """Return money recorded by hand, filtered by stream and days, with its stream."""
    wanted: dict[str, Any] = {"kind__in": OUTSIDE}
    if stream_id:
        wanted["stream_id"] = stream_id
    if start:
        wanted["received_on__gte"] = start
    if end:
        wanted["received_on__lte"] = end
    opposite = LedgerEntry.objects.filter(reverses=OuterRef("pk"))
    return (
        LedgerEntry.objects.filter(**wanted)
        .select_related("stream")
        .annotate(is_reversed=Exists(opposite))
    )


def entry_by_id(entry_id: int) -> LedgerEntry | None:
    """Return one row with its stream, or None."""
    return LedgerEntry.objects.select_related("stream").filter(pk=entry_id).first()


def entries_of(refs: list[str]) -> list[LedgerEntry]:
    """Return the rows with these refs, in the chain's order."""
    return list(LedgerEntry.objects.filter(ref__in=refs).order_by("sequence"))


def entries_of_document(number: str) -> list[LedgerEntry]:
    """Return the rows booked for a document, in the chain's order."""
    return list(LedgerEntry.objects.filter(document_number=number).order_by("sequence"))


def entry_rows(person_id: int) -> list[dict[str, Any]]:
    """Return the money booked for a person as JSON values, oldest first."""
    return [
        {
            "received_on": entry.received_on.isoformat(),
            "kind": entry.kind,
            "label": entry.label,
            "amount_cents": entry.amount_cents,
            "currency": entry.currency,
            "document": entry.document_number,
        }
        for entry in LedgerEntry.objects.filter(person_id=person_id).order_by("pk")
    ]


def decimal_text(amount_cents: int, currency: str) -> str:
    """Return an amount as plain decimals for a file: -12.50."""
    return str(Money(amount_cents, currency).decimal())


def method_name(code: str) -> str:
    """Return a way to pay in words; a provider's own code stays as it is."""
    names = dict(LedgerEntry.Method.choices)
    names["sepa_debit"] = names["direct_debit"]
    return str(names.get(code, code))
