"""From hours and sessions to invoice lines."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HOURLY, DAILY, FIXED = "hourly", "daily", "fixed"


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of an invoice before tax: quantity × unit_cents = amount_cents, rounded.

    unit  "hour", "day", "session" or "flat"
    """

    label: str
    quantity: Decimal
    unit: str
    unit_cents: int
    amount_cents: int


def line(label: str, quantity: Decimal, unit: str, *, unit_cents: int) -> BillLine:
    """Return a line, its amount rounded once, half a cent up."""
    exact = quantity * unit_cents
    amount = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return BillLine(label, quantity, unit, unit_cents, amount)


def time_line(
    label: str, minutes: int, *, pricing: str, rate_cents: int, day_minutes: int
) -> BillLine:
    """Return the line of worked minutes, in hours or days to two decimals.

    The quantity shown is the one that is charged, so that the client can check the sum.
    """
    per_unit = 60 if pricing == HOURLY else day_minutes
    quantity = (Decimal(minutes) / per_unit).quantize(
        Decimal("0.01"), rounding=ROUND_HALF_UP
    )
    unit = "hour" if pricing == HOURLY else "day"
    return line(label, quantity, unit, unit_cents=rate_cents)


def rounded_up(minutes: int, step_minutes: int) -> int:
    """Return minutes rounded up to the mission's step (SV17); a step of 0 or 1 keeps."""
    if step_minutes <= 1:
        return minutes
    return -(-minutes // step_minutes) * step_minutes
