"""Forget a person's words; the sessions and hours stay as accounts need them (R33)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from perenne.core import log
from perenne.practice.actions.bookings import cancel_booking
from perenne.practice.actions.credits import take_what_is_left
from perenne.practice.models import Booking, Client, Pack, PackMovement

if TYPE_CHECKING:
    from datetime import datetime


@transaction.atomic
def erase_practice_data(person_id: int, *, now: datetime) -> None:
    """Cancel what is to come, end packs, blank words and the billing address."""
    coming = Booking.objects.filter(
        person_id=person_id, state=Booking.State.BOOKED, starts_at__gt=now
    )
    for booking_id in list(coming.values_list("pk", flat=True)):
        cancel_booking(booking_id, by_owner=True, actor="system", now=now)
    Booking.objects.filter(person_id=person_id).update(note="", time_zone="UTC")
    packs = Pack.objects.filter(person_id=person_id)
    for pack_id in list(packs.values_list("pk", flat=True)):
        take_what_is_left(pack_id, ref="erased", now=now)
    PackMovement.objects.filter(pack__in=packs).exclude(reason="").update(reason="")
    packs.update(reason="")
    Client.objects.filter(person_id=person_id).update(street="", postcode="", city="")
    log.record("practice.person_erased", actor="system", at=now, person=person_id)
