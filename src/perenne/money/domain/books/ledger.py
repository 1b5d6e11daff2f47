"""The ledger's hash chain: each row seals its content and the row before it (R111)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    type Content = Mapping[str, str | int | None]

GENESIS = "0" * 64


class Kind(StrEnum):
    """What moved the money (MO1). A reversal keeps the kind with the opposite sign."""

    SALE = "sale"
    REFUND = "refund"
    FEE = "fee"
    INCOME = "income"
    EXPENSE = "expense"


class Cause(StrEnum):
    """Why the money came (METRICS §1)."""

    RENEWAL = "renewal"
    EVERGREEN = "evergreen"
    LAUNCH = "launch"
    LAUNCH_TAIL = "launch_tail"
    MISSION = "mission"
    SESSION = "session"
    CAPITAL = "capital"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One money event, before it takes its place in the chain.

    amount_cents  signed: receipts above zero; refunds, fees and expenses below
    ref           what it came from ("payment:12:sale"); unique, so nothing is booked twice
    received_on   when the customer's money was received: the default date (R113)
    available_on, paid_out_on, banked_on  None until the provider or the bank says so
    """

    kind: Kind
    cause: Cause
    stream_id: int
    amount_cents: int
    currency: str
    ref: str
    sold_on: date
    received_on: date
    label: str
    counterparty: str = ""
    document_number: str = ""
    method: str = ""
    person_id: int | None = None
    reverses_id: int | None = None
    available_on: date | None = None
    paid_out_on: date | None = None
    banked_on: date | None = None


# An order has fewer lines than this.
_LINES = 30


def numbered(ref: str, position: int) -> str:
    """Return the reference of a row; the first one's has no number."""
    return ref if position == 1 else f"{ref}:{position}"


def all_numbered(ref: str) -> list[str]:
    """Return every reference that the rows of one thing may bear."""
    return [numbered(ref, position) for position in range(1, _LINES + 1)]


def sale_refs(payment_id: int) -> list[str]:
    """Return the refs under which the sales of a payment are booked."""
    return all_numbered(f"payment:{payment_id}:sale")


def payment_refs(payment_id: int) -> list[str]:
    """Return the refs of everything that arrives with a payment: sales and fee."""
    return [*sale_refs(payment_id), f"payment:{payment_id}:fee"]


def refund_refs(refund_id: int) -> list[str]:
    """Return the refs under which a refund is booked."""
    return all_numbered(f"refund:{refund_id}")


def dispute_refs(dispute_id: int) -> list[str]:
    """Return the refs of a dispute that was lost: what it takes back."""
    return all_numbered(f"dispute:{dispute_id}")


def dispute_fee_ref(dispute_id: int) -> str:
    """Return the ref of what the provider keeps for a dispute."""
    return f"dispute:{dispute_id}:fee"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A stored row as the check reads it."""

    sequence: int
    previous_hash: str
    hash: str
    content: Content


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold: gap, link (previous hash) or content."""

    sequence: int
    what: str


def entry_hash(content: Content, previous_hash: str) -> str:
    """Return the SHA-256 of a row: its content in canonical JSON after the last hash.

    content  the columns that never change, dates as ISO strings
    """
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(f"{previous_hash}\n{text}".encode()).hexdigest()


def breaks(
    rows: Iterable[Sealed],
    *,
    head_sequence: int,
    head_hash: str,
    after: Sealed | None = None,
) -> list[Break]:
    """Return every place where the chain is broken, in order; empty when it holds.

    rows           all rows in the order of their sequence, or those that follow `after`
    head_sequence  how many rows the head says there are: rows cut off the end are seen
    """
    found: list[Break] = []
    expected, previous = (after.sequence + 1, after.hash) if after else (1, GENESIS)
    for row in rows:
        if row.sequence != expected:
            found.append(Break(expected, "gap"))
        if row.previous_hash != previous:
            found.append(Break(row.sequence, "link"))
        if entry_hash(row.content, row.previous_hash) != row.hash:
            found.append(Break(row.sequence, "content"))
        expected, previous = row.sequence + 1, row.hash
    if (expected - 1, previous) != (head_sequence, head_hash):
        found.append(Break(head_sequence, "head"))
    return found
