"""Refuse days on which money cannot have moved: a slip of the finger stays in the books."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from perenne.core.errors import Refusal
from perenne.money.queries.checkout.checkout import civil_day

if TYPE_CHECKING:
    from datetime import date, datetime


class DayHasNotCome(Refusal):
    """Money is booked once it has moved; nothing was changed."""

    sentence = _("This day has not come yet.")

    def __init__(self, field: str) -> None:
        """Name the form's field."""
        self.field = field
        super().__init__()


class DayIsTooEarly(Refusal):
    """Nobody pays before there is something to pay; nothing was changed."""

    sentence = _("This day is before the order was placed.")
    field = "paid_on"


def must_have_come(day: date, *, now: datetime, field: str = "on") -> None:
    """Raise DayHasNotCome for a civil day of the business that lies ahead."""
    if day > civil_day(now):
        raise DayHasNotCome(field)


def must_not_precede(instant: datetime, placed_at: datetime) -> None:
    """Raise DayIsTooEarly for an instant on a civil day before another's."""
    if civil_day(instant) < civil_day(placed_at):
        raise DayIsTooEarly
