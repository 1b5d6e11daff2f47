"""Move credits of a pack: book with one, give one back, write off what is left.

Every move is one conditional UPDATE of the pack and one row that says why; the balance is
the rows' sum and never falls below zero, however many ask at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Sum
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.practice.models import Pack, PackMovement
from perenne.practice.queries.packs import usable

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.practice.models import Booking

Why = PackMovement.Why


class PackDoesNotPay(Refusal):
    """The pack is empty, over, shut, another person's or for other sessions.

    Nothing was changed.
    """

    sentence = _(
        "This pack does not pay for this session: nothing is left of it, it ends before, "
        "or it belongs to another address. Nothing was booked."
    )


def note_move(
    pack_id: int,
    change: int,
    *,
    why: str,
    ref: str,
    now: datetime,
    booking_id: int | None = None,
    reason: str = "",
) -> None:
    """Write the row of a move that the pack's balance has just made."""
    PackMovement.objects.create(
        pack_id=pack_id,
        change=change,
        why=why,
        ref=ref,
        booking_id=booking_id,
        reason=reason,
        at=now,
    )


def use_credit(booking: Booking, *, actor: str, now: datetime) -> None:
    """Take the credit that pays for a booking, inside the booking's transaction.

    Of two who want the last one, the second finds none.
    Raises  PackDoesNotPay: nothing of it may be committed
    """
    if booking.pack_id is None:
        raise PackDoesNotPay
    pack = Pack.objects.filter(pk=booking.pack_id, person_id=booking.person_id)
    pays = pack.filter(kind__services=booking.service_id).exists()
    # The condition names columns of the pack alone: it is judged again after a wait.
    if not pays or not pack.filter(
        usable(now), expires_at__gt=booking.starts_at
    ).update(left=F("left") - 1):
        raise PackDoesNotPay
    note_move(
        booking.pack_id,
        -1,
        why=Why.USED,
        ref=f"used:{booking.pk}",
        now=now,
        booking_id=booking.pk,
    )
    log.record("practice.credit_used", actor=actor, obj=booking, at=now)


def return_credit(booking: Booking, *, actor: str, now: datetime) -> None:
    """Give the credit of a cancelled booking back, once.

    A pack that was taken back meanwhile keeps nothing.
    """
    if booking.pack_id is None:
        return
    held = Pack.objects.filter(pk=booking.pack_id, revoked_at=None)
    if held.update(left=F("left") + 1):
        note_move(
            booking.pack_id,
            1,
            why=Why.RETURNED,
            ref=f"returned:{booking.pk}",
            now=now,
            booking_id=booking.pk,
        )
        log.record("practice.credit_returned", actor=actor, obj=booking, at=now)


def take_what_is_left(pack_id: int, *, ref: str, now: datetime) -> int:
    """Take back what is left of a pack and close it; return how many, -1 if it was closed.

    What was booked stays booked and used.
    """
    held = Pack.objects.filter(pk=pack_id, revoked_at=None)
    while (pack := held.first()) is not None:
        # The balance that was read is the one that is taken, whoever books meanwhile.
        taken = held.filter(left=pack.left)
        if taken.update(left=0, revoked_at=now, notice_at=None):
            if pack.left:
                note_move(pack_id, -pack.left, why=Why.TAKEN_BACK, ref=ref, now=now)
            return pack.left
    return -1


def write_off(pack_id: int, *, now: datetime) -> int:
    """Write off what is left of a pack that is over; return how many credits, 0 if none.

    A booking made meanwhile is not possible: it must begin before the end.
    """
    over = Pack.objects.filter(pk=pack_id, expires_at__lte=now, left__gt=0)
    pack = over.first()
    if pack is None or not over.filter(left=pack.left).update(left=0, notice_at=None):
        return 0
    ref = f"expired:{pack.expires_at:%Y%m%dT%H%M%S}"
    note_move(pack_id, -pack.left, why=Why.EXPIRED, ref=ref, now=now)
    return pack.left


def written_off(pack_id: int) -> int:
    """Return how many credits of the pack expired and did not come back."""
    moves = PackMovement.objects.filter(
        pack_id=pack_id, why__in=[Why.EXPIRED, Why.REOPENED]
    )
    return -int(moves.aggregate(sum=Sum("change"))["sum"] or 0)
