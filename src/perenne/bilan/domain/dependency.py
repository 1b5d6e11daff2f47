"""How much depends on one thing (METRICS §3)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Dependency:
    """Concentration over names with a positive amount.

    top_share         part of the first, a fraction
    hhi               Σ share², 1 when all comes from one
    effective_number  1 ÷ hhi: n equal shares give exactly n
    """

    top_name: str
    top_share: Decimal
    hhi: Decimal
    effective_number: Decimal
    count: int


def dependency(amounts: Mapping[str, int]) -> Dependency | None:
    """Return how concentrated the amounts are, or None when none is positive."""
    kept = {name: amount for name, amount in amounts.items() if amount > 0}
    if not kept:
        return None
    total = sum(kept.values())
    squares = sum(amount * amount for amount in kept.values())
    top = max(sorted(kept), key=lambda name: kept[name])
    return Dependency(
        top_name=top,
        top_share=Decimal(kept[top]) / total,
        hhi=Decimal(squares) / (total * total),
        effective_number=Decimal(total * total) / squares,
        count=len(kept),
    )
