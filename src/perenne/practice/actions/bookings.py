"""Book a slot, call it off, say how it went."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.tasks import task
from django.utils.translation import gettext_lazy as _

from perenne.core import clock, log
from perenne.core.errors import NotFound, Refusal
from perenne.core.tokens import token_hash
from perenne.people.api import find_or_add_person
from perenne.practice.actions.credits import return_credit, use_credit
from perenne.practice.actions.mails import (
    mail_booked,
    mail_cancelled,
    mail_reminder,
)
from perenne.practice.domain.slots import Slot, cells_of, nearest
from perenne.practice.models import BookedCell, Booking, Service
from perenne.practice.queries.bookings import (
    booking_by_id,
    bookings_to_remind,
    business_zone,
    cancel_token,
    open_slots,
    rules_of,
)
from perenne.streams.api import Activity, log_work

if TYPE_CHECKING:
    from datetime import date, datetime

# A lost race for a seat of the day leaves other seats: look again.
_ATTEMPTS = 3
_AROUND = timedelta(days=14)
_REMIND_BEFORE = timedelta(hours=24)


class SlotTaken(Refusal):
    """The slot is not free (any more); nothing was changed.

    alternatives  the closest free slots, by time
    """

    sentence = _("This time is no longer free. Choose another one.")

    def __init__(self, alternatives: list[Slot]) -> None:
        """Keep what can be booked instead."""
        super().__init__(count=len(alternatives))
        self.alternatives = alternatives


class BookingIsOver(Refusal):
    """The booking was cancelled or closed before; nothing was changed."""

    sentence = _("This appointment can no longer be changed.")


class TooLateToCancel(Refusal):
    """Less time is left than the service asks for; nothing was changed."""

    sentence = _("It is too late to cancel online. Please write to us.")


class SessionNotYetOver(Refusal):
    """How it went cannot be said before it begins; nothing was changed."""

    sentence = _("This session has not begun yet.")


def book(
    service_id: int,
    *,
    starts_at: datetime,
    email: str,
    name: str,
    note: str,
    time_zone: str,
    language: str,
    actor: str,
    now: datetime,
    pack_id: int | None = None,
) -> Booking:
    """Book a slot for the person with that address, and mail both sides.

    The cells of the calendar are unique keys: of two who book at once, one wins.
    starts_at  aware; time_zone is the visitor's IANA zone
    pack_id    the person's pack whose credit pays; None: the service's price is due
    Raises     NotFound, SlotTaken, InvalidAddress, PackDoesNotPay: nothing was changed
    """
    service = Service.objects.filter(pk=service_id, active=True).first()
    if service is None:
        raise NotFound
    for _attempt in range(_ATTEMPTS):
        if not _is_open(service, starts_at, now):
            break
        with suppress(IntegrityError), transaction.atomic():
            person = find_or_add_person(
                email=email,
                name=name,
                time_zone=time_zone,
                language=language,
                actor=actor,
                now=now,
                source={"page": f"/book/{service.slug}/"},
            )
            booking = _claim(
                service,
                starts_at,
                now=now,
                person=person,
                note=note,
                time_zone=time_zone,
                language=language,
                pack_id=pack_id,
            )
            if pack_id is not None:
                use_credit(booking, actor=actor, now=now)
            log.record("practice.session_booked", actor=actor, obj=booking, at=now)
            mail_booked(booking, now=now)
            return booking
    raise SlotTaken(_alternatives(service, starts_at, now))


def _is_open(service: Service, starts_at: datetime, now: datetime) -> bool:
    end = starts_at + timedelta(seconds=1)
    return bool(open_slots(service, start=starts_at, end=end, now=now))


def _alternatives(service: Service, wanted: datetime, now: datetime) -> list[Slot]:
    around = open_slots(service, start=wanted - _AROUND, end=wanted + _AROUND, now=now)
    return nearest(around, wanted)


def _claim(
    service: Service,
    starts_at: datetime,
    *,
    now: datetime,
    pack_id: int | None,
    **said: Any,
) -> Booking:
    """Write the booking and take its time; IntegrityError when someone was faster.

    The cells and the seat of the day are unique: whatever two transactions saw before,
    only one of them can write.
    """
    uid = uuid.uuid4()
    day = starts_at.astimezone(business_zone()).date()
    remind_at = starts_at - _REMIND_BEFORE
    booking = Booking(
        service=service,
        uid=uid,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=service.minutes),
        day=day,
        seat=_free_seat(service, day) if service.daily_cap else None,
        price_cents=0 if pack_id else service.price_cents,
        pack_id=pack_id,
        remind_at=remind_at if remind_at > now else None,
        created_at=now,
        changed_at=now,
        **said,
    )
    booking.cancel_token_hash = token_hash(cancel_token(booking))
    booking.save(force_insert=True)
    BookedCell.objects.bulk_create(
        BookedCell(cell=cell, booking=booking)
        for cell in cells_of(rules_of(service), starts_at)
    )
    return booking


def _free_seat(service: Service, day: date) -> int:
    """Return the lowest free seat of the day; IntegrityError when there is none."""
    kept = Booking.objects.filter(service=service, day=day)
    seats = kept.exclude(state=Booking.State.CANCELLED).values_list("seat", flat=True)
    taken = list(seats)
    if len(taken) >= service.daily_cap:
        raise IntegrityError("the day is full")
    return next(seat for seat in range(1, len(taken) + 2) if seat not in taken)


@transaction.atomic
def cancel_booking(
    booking_id: int, *, by_owner: bool, actor: str, now: datetime
) -> Booking:
    """Call a session off: its time is free again, and both sides are told.

    A second call changes nothing.
    Raises  NotFound, BookingIsOver, TooLateToCancel: nothing was changed
    """
    booking = booking_by_id(booking_id)
    if booking is None:
        raise NotFound
    if booking.state == Booking.State.CANCELLED:
        return booking
    if booking.state != Booking.State.BOOKED or booking.starts_at <= now:
        raise BookingIsOver
    if not by_owner and now > last_cancel_at(booking):
        raise TooLateToCancel
    if not _move(booking, Booking.State.CANCELLED, now=now):
        return booking
    BookedCell.objects.filter(booking=booking).delete()
    return_credit(booking, actor=actor, now=now)
    log.record(
        "practice.session_cancelled",
        actor=actor,
        obj=booking,
        at=now,
        by_owner=by_owner,
    )
    mail_cancelled(booking, by_owner=by_owner, now=now)
    return booking


def last_cancel_at(booking: Booking) -> datetime:
    """Return until when the person may cancel by themselves (SV6)."""
    return booking.starts_at - timedelta(hours=booking.service.cancel_notice_hours)


def _move(booking: Booking, state: str, *, now: datetime) -> bool:
    """Leave the state BOOKED once; False when another call was faster."""
    changes = {"state": state, "changed_at": now, "remind_at": None}
    if state == Booking.State.CANCELLED:
        changes |= {"seat": None, "sequence": booking.sequence + 1}
    moved = Booking.objects.filter(pk=booking.pk, state=Booking.State.BOOKED)
    won = moved.update(**changes) == 1
    if won:
        for name, value in changes.items():
            setattr(booking, name, value)
    return won


@transaction.atomic
def mark_held(booking_id: int, *, actor: str, now: datetime) -> Booking:
    """Say that the session took place; its minutes are logged on the service's stream.

    A second call logs nothing more (ref "booking:<id>").
    Raises  NotFound, BookingIsOver, SessionNotYetOver: nothing was changed
    """
    booking = _session_to_close(booking_id, Booking.State.HELD, now=now)
    if booking.state != Booking.State.HELD:
        _move(booking, Booking.State.HELD, now=now)
        log.record("practice.session_held", actor=actor, obj=booking, at=now)
    log_work(
        stream_id=booking.service.stream_id,
        activity=Activity.DELIVERY,
        on=booking.starts_at.astimezone(business_zone()).date(),
        minutes=int((booking.ends_at - booking.starts_at).total_seconds()) // 60,
        ref=f"booking:{booking.pk}",
        note=booking.service.name,
        actor=actor,
        now=now,
    )
    return booking


@transaction.atomic
def mark_no_show(booking_id: int, *, actor: str, now: datetime) -> Booking:
    """Say that the person did not come (SV7); no hours are logged.

    Raises  NotFound, BookingIsOver, SessionNotYetOver: nothing was changed
    """
    booking = _session_to_close(booking_id, Booking.State.NO_SHOW, now=now)
    if booking.state != Booking.State.NO_SHOW:
        _move(booking, Booking.State.NO_SHOW, now=now)
        log.record("practice.session_missed", actor=actor, obj=booking, at=now)
    return booking


def _session_to_close(booking_id: int, state: str, *, now: datetime) -> Booking:
    booking = booking_by_id(booking_id)
    if booking is None:
        raise NotFound
    if booking.state not in {Booking.State.BOOKED, state}:
        raise BookingIsOver
    if booking.starts_at > now:
        raise SessionNotYetOver
    return booking


@transaction.atomic
def remind(booking_id: int, *, now: datetime) -> bool:
    """Mail a reminder once; False when it is not due or was sent before."""
    due = Booking.objects.filter(
        pk=booking_id, state=Booking.State.BOOKED, remind_at__lte=now
    )
    if due.update(remind_at=None) == 0:
        return False
    booking = booking_by_id(booking_id)
    if booking is None or booking.starts_at <= now:
        return False
    mail_reminder(booking, now=now)
    log.record("practice.session_reminded", actor="system", obj=booking, at=now)
    return True


@task
def send_reminders() -> int:
    """Remind of the sessions of the coming day; may run twice."""
    now = clock.now()
    return sum(remind(booking_id, now=now) for booking_id in bookings_to_remind(now))
