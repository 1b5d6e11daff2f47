"""When an offer can be bought: a window that really opens and really closes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


class Sale(StrEnum):
    """What can be said of an offer at an instant."""

    OPEN = "open"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    SOLD_OUT = "sold_out"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Window:
    """Opens at its first instant, closed from its last one on; None is open-ended.

    seats_left  how many can still be taken; None: any number
    """

    opens_at: datetime | None
    closes_at: datetime | None
    active: bool = True
    seats_left: int | None = None

    def at(self, now: datetime) -> Sale:
        """Return what the window says at `now`."""
        if not self.active:
            return Sale.OFF
        if self.opens_at is not None and now < self.opens_at:
            return Sale.NOT_YET
        if self.closes_at is not None and now >= self.closes_at:
            return Sale.CLOSED
        if self.seats_left == 0:
            return Sale.SOLD_OUT
        return Sale.OPEN
