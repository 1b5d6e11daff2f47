"""Append to the ledger: rows are sealed into one chain and never change (MO1, R111)."""

from __future__ import annotations

from dataclasses import replace
from itertools import batched
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.money.domain.books.ledger import GENESIS, Cause, Entry, Kind, entry_hash
from perenne.money.models import LedgerEntry, LedgerHead
from perenne.money.queries.books.ledger import sealed_content

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

_BATCH = 500


class AlreadyReversed(Refusal):
    """The row was corrected before; nothing was changed."""

    sentence = _("This entry was corrected before.")


class OnlyOutsideMoneyIsReversed(Refusal):
    """Sales are corrected by a refund and its credit note; nothing was changed."""

    sentence = _("A sale is corrected by a refund, which makes its credit note.")


@transaction.atomic
def append(entries: Sequence[Entry], *, actor: str, now: datetime) -> list[LedgerEntry]:
    """Append entries to the chain, in order, and return the rows they became.

    An entry whose ref stands in the ledger already is left out: calling twice books
    once. Two writers cannot fork the chain: each updates the head first and so waits
    for the other to commit; the sequence is unique besides.
    """
    head = _hold_head()
    known = set(
        LedgerEntry.objects.filter(
            ref__in=[entry.ref for entry in entries]
        ).values_list("ref", flat=True)
    )
    rows: list[LedgerEntry] = []
    sequence, previous = head.sequence, head.hash
    for entry in entries:
        if entry.ref in known:
            continue
        sequence += 1
        row = _row(entry, sequence=sequence, previous=previous, actor=actor, now=now)
        row.hash = previous = entry_hash(sealed_content(row), row.previous_hash)
        rows.append(row)
    LedgerEntry.objects.bulk_create(rows, batch_size=500)
    LedgerHead.objects.filter(pk=1).update(sequence=sequence, hash=previous)
    if rows:
        log.record(
            "money.ledger_appended",
            actor=actor,
            obj=rows[0],
            at=now,
            rows=len(rows),
            sequence=sequence,
        )
    return rows


@transaction.atomic
def reverse_entry(
    entry_id: int, *, actor: str, now: datetime, reason: str
) -> LedgerEntry:
    """Correct a row of outside money by its opposite, on the same dates (R111).

    reason  why, in the owner's words
    Raises    NotFound, AlreadyReversed, OnlyOutsideMoneyIsReversed: nothing was changed
    """
    row = LedgerEntry.objects.filter(pk=entry_id).first()
    if row is None:
        raise NotFound
    if row.kind not in {Kind.INCOME, Kind.EXPENSE} or row.reverses_id:
        raise OnlyOutsideMoneyIsReversed
    ref = f"reverse:{row.pk}"
    if LedgerEntry.objects.filter(reverses=row).exists():
        raise AlreadyReversed
    opposite = replace(
        entry_of(row),
        amount_cents=-row.amount_cents,
        ref=ref,
        label=reason.strip() or row.label,
        reverses_id=row.pk,
    )
    return append([opposite], actor=actor, now=now)[0]


def date_entries(
    refs: Sequence[str],
    *,
    available_on: date | None = None,
    paid_out_on: date | None = None,
) -> int:
    """Fill in the dates a provider told for the rows with these refs; once each.

    Returns  how many rows were given a date
    """
    filled = 0
    for column, day in (("available_on", available_on), ("paid_out_on", paid_out_on)):
        if day is not None:
            for batch in batched(refs, _BATCH):
                filled += LedgerEntry.objects.filter(
                    ref__in=batch, **{column: None}
                ).update(**{column: day})
    return filled


def forget_payout(refs: Sequence[str], *, paid_out_on: date) -> int:
    """Take back the date of a payout that the bank sent back; return how many rows."""
    return sum(
        LedgerEntry.objects.filter(ref__in=batch, paid_out_on=paid_out_on).update(
            paid_out_on=None
        )
        for batch in batched(refs, _BATCH)
    )


def reverse_row(
    row: LedgerEntry, *, ref: str, on: date, actor: str, now: datetime
) -> list[LedgerEntry]:
    """Append the opposite of a row on another day; once, whatever calls it again."""
    opposite = replace(
        entry_of(row),
        amount_cents=-row.amount_cents,
        ref=ref,
        sold_on=on,
        received_on=on,
        available_on=None,
        paid_out_on=None,
        banked_on=None,
        reverses_id=row.pk,
    )
    return append([opposite], actor=actor, now=now)


def _hold_head() -> LedgerHead:
    """Update the head first, which makes every other writer wait, then read it."""
    LedgerHead.objects.get_or_create(pk=1, defaults={"hash": GENESIS})
    LedgerHead.objects.filter(pk=1).update(sequence=F("sequence") + 0)
    return LedgerHead.objects.get(pk=1)


def _row(
    entry: Entry, *, sequence: int, previous: str, actor: str, now: datetime
) -> LedgerEntry:
    return LedgerEntry(
        sequence=sequence,
        previous_hash=previous,
        recorded_at=now,
        actor=actor,
        kind=entry.kind,
        cause=entry.cause,
        stream_id=entry.stream_id,
        person_id=entry.person_id,
        amount_cents=entry.amount_cents,
        currency=entry.currency,
        sold_on=entry.sold_on,
        received_on=entry.received_on,
        available_on=entry.available_on,
        paid_out_on=entry.paid_out_on,
        banked_on=entry.banked_on,
        label=entry.label[:300],
        counterparty=entry.counterparty[:200],
        document_number=entry.document_number,
        method=entry.method[:15],
        ref=entry.ref,
        reverses_id=entry.reverses_id,
    )


def entry_of(row: LedgerEntry) -> Entry:
    """Return a booked row as the entry it was."""
    return Entry(
        kind=Kind(row.kind),
        cause=Cause(row.cause),
        stream_id=row.stream_id,
        person_id=row.person_id,
        amount_cents=row.amount_cents,
        currency=row.currency,
        ref=row.ref,
        sold_on=row.sold_on,
        received_on=row.received_on,
        available_on=row.available_on,
        paid_out_on=row.paid_out_on,
        banked_on=row.banked_on,
        label=row.label,
        counterparty=row.counterparty,
        document_number=row.document_number,
        method=row.method,
    )
