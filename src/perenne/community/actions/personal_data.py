"""Forget who came (R33): the places to come are free again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from perenne.community.actions.seats import take_seat_back
from perenne.community.models import Seat
from perenne.core import log

if TYPE_CHECKING:
    from datetime import datetime


@transaction.atomic
def erase_seats(person_id: int, *, now: datetime) -> None:
    """Free a person's seats to come and remove all their seats."""
    seats = Seat.objects.filter(person_id=person_id)
    coming = seats.filter(released_at=None, event__ends_at__gt=now)
    for seat_id in list(coming.values_list("pk", flat=True)):
        take_seat_back(seat_id, actor="system", now=now)
    count, _rows = seats.delete()
    log.record("community.seats_erased", actor="system", at=now, seats=count)
