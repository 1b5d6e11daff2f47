"""Price ladders: steps that only rise, by date or by seats taken (LA6). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A rise that is planned; one of starts_at and after_seats is set."""

    amount_cents: int
    starts_at: datetime | None = None
    after_seats: int | None = None

    def reached(self, *, now: datetime, seats_taken: int) -> bool:
        """Tell whether its day or its seat count has come."""
        if self.starts_at is not None:
            return self.starts_at <= now
        return self.after_seats is not None and self.after_seats <= seats_taken


def rises(current_cents: int, steps: Sequence[Step]) -> bool:
    """Tell whether each step is dearer than today's price and than the ones before it.

    Steps by date and steps by seats are two ladders: whichever is reached first counts.
    """
    by_date = sorted(
        (step.starts_at, step.amount_cents)
        for step in steps
        if step.starts_at is not None
    )
    by_seats = sorted(
        (step.after_seats, step.amount_cents)
        for step in steps
        if step.after_seats is not None
    )
    return _climbs(current_cents, (cents for _at, cents in by_date)) and _climbs(
        current_cents, (cents for _at, cents in by_seats)
    )


def _climbs(current_cents: int, amounts: Iterable[int]) -> bool:
    former = current_cents
    for cents in amounts:
        if cents <= former:
            return False
        former = cents
    return True


def next_steps(current_cents: int, steps: Sequence[Step]) -> list[Step]:
    """Return what makes the price rise next: the first day, the first seat count."""
    dearer = [step for step in steps if step.amount_cents > current_cents]
    by_date = [step for step in dearer if step.starts_at is not None]
    by_seats = [step for step in dearer if step.after_seats is not None]
    found = sorted(by_date, key=lambda step: str(step.starts_at))[:1]
    return found + sorted(by_seats, key=lambda step: step.after_seats or 0)[:1]
