"""Which contract a declaration speaks of, and when a contract told to end ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.money.domain.subscriptions.periods import next_period_end

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from perenne.money.domain.subscriptions.periods import Rhythm

_WORDS = re.compile(r"[A-Z0-9]+")


@dataclass(frozen=True, slots=True)
class Contract:
    """What someone holds at an address.

    number           of the order
    subscription_id  None for what is paid once
    """

    order_id: int
    number: str
    subscription_id: int | None = None


def named_in(text: str, contracts: Sequence[Contract]) -> list[Contract]:
    """Return the contracts whose order or subscription number stands in the text.

    The dashes of an order number may be missing.
    """
    words = _WORDS.findall(text.upper())
    typed = "".join(words)
    return [
        held
        for held in contracts
        if held.number.replace("-", "") in typed or str(held.subscription_id) in words
    ]


def contracts_to_end(
    reference: str, contracts: Sequence[Contract]
) -> list[Contract] | None:
    """Return the subscriptions that a termination means; None when the owner must say.

    Without a reference it means all that the address holds, as the form says. A
    reference that names nothing still means the only subscription there is.
    """
    renewing = [held for held in contracts if held.subscription_id is not None]
    if not renewing:
        return None
    if not reference.strip():
        return renewing
    named = named_in(reference, contracts)
    if named:
        return [held for held in named if held in renewing] or None
    return renewing if len(renewing) == 1 else None


def contract_withdrawn(text: str, contracts: Sequence[Contract]) -> Contract | None:
    """Return the contract that a withdrawal means; None when the owner must say."""
    meant = named_in(text, contracts) or list(contracts)
    return meant[0] if len(meant) == 1 else None


def may_end_now(
    wanted_on: date | None, *, period_end: datetime, zone: ZoneInfo
) -> bool:
    """Tell whether the running period is the last one: it reaches the day wanted."""
    return wanted_on is None or wanted_on <= period_end.astimezone(zone).date()


def contract_end(
    wanted_on: date | None,
    *,
    period_end: datetime,
    rhythm: Rhythm,
    anchor: datetime,
    zone: ZoneInfo,
) -> datetime:
    """Return the end of the first period, from the running one on, that reaches a day."""
    end = period_end
    while not may_end_now(wanted_on, period_end=end, zone=zone):
        end = next_period_end(end, rhythm, anchor=anchor, zone=zone)
    return end
