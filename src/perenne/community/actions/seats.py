"""Take seats in live events, give them up, say who came.

A seat and the event's count change in one transaction, each by a conditional UPDATE or a
unique row: of two who sign up for the last seat, one gets it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from perenne.community.actions.events import EventIsOver
from perenne.community.actions.mails import mail_seat
from perenne.community.domain.events import reminders
from perenne.community.models import Event, Seat
from perenne.community.queries import (
    MEMBER,
    event_by_id,
    may_take,
    seat_by_id,
    zone_of,
)
from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.people.api import find_or_add_person

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

# What is appended to the source of a seat that the plan changed away from.
_DROPPED = "/dropped"
_HAND = "hand"
_FREE = Q(seats=None) | Q(seats_taken__lt=F("seats"))


class EventIsFull(Refusal):
    """Every seat is taken; nothing was changed."""

    sentence = _("Every seat is taken.")


class NotYetBegun(Refusal):
    """Who came cannot be said before it begins; nothing was changed."""

    sentence = _("This event has not begun yet.")


@transaction.atomic
def take_seat(event_id: int, *, person_id: int, now: datetime) -> Seat:
    """Let a person of the event's tiers take a seat; a second call changes nothing.

    Raises  NotFound, EventIsOver, EventIsFull: nothing was changed
    """
    event = event_by_id(event_id)
    if event is None or not may_take(event_id, person_id, now):
        raise NotFound
    if event.cancelled_at is not None or event.ends_at <= now:
        raise EventIsOver
    seat, is_new = _sit(event, person_id=person_id, source=MEMBER, now=now)
    if not is_new:
        return seat
    if not Event.objects.filter(_FREE, pk=event_id, cancelled_at=None).update(
        seats_taken=F("seats_taken") + 1
    ):
        raise EventIsFull
    _tell(seat, actor=f"person:{person_id}", now=now)
    return seat


def _sit(
    event: Event,
    *,
    person_id: int,
    source: str,
    now: datetime,
    ends_at: datetime | None = None,
) -> tuple[Seat, bool]:
    """Return the person's seat from the source, and whether it was taken by this call.

    One that was given up or dropped is taken again; the event's count is the caller's.
    """
    day, hour = reminders(event.starts_at, zone_of(event), now=now)
    fresh = {
        "taken_at": now,
        "open_until": ends_at,
        "remind_day_at": day,
        "remind_hour_at": hour,
    }
    mine = Seat.objects.filter(event=event, person_id=person_id)
    mine.filter(source=source + _DROPPED).update(source=source)
    seat, created = mine.get_or_create(
        event=event, person_id=person_id, source=source, defaults=fresh
    )
    if created:
        return seat, True
    again = Seat.objects.filter(pk=seat.pk, released_at__isnull=False)
    taken = again.update(released_at=None, came=None, **fresh)
    seat.refresh_from_db()
    return seat, bool(taken)


def _tell(seat: Seat, *, actor: str, now: datetime) -> None:
    """Log a seat and mail it, unless the event is over or the person has another."""
    log.record(
        "community.seat_taken",
        actor=actor,
        obj=seat,
        at=now,
        event=seat.event_id,
        person=seat.person_id,
        source=seat.source,
    )
    fresh = seat_by_id(seat.pk)
    if fresh and fresh.event.cancelled_at is None and fresh.event.ends_at > now:
        mail_seat(fresh, now=now)


@transaction.atomic
def grant_seat(
    *,
    person_id: int,
    event_id: int,
    source: str,
    ends_at: datetime | None,
    actor: str,
    now: datetime,
) -> Seat:
    """Return the person's seat from this source, given if it is new.

    It was paid for, so it is given even when the event is full: the offer's own places
    are what refuses before anybody is charged. One that was revoked stays so.
    """
    event = Event.objects.get(pk=event_id)
    held = Seat.objects.filter(event=event, person_id=person_id, source=source).first()
    if held is not None:
        return held
    seat, is_new = _sit(
        event, person_id=person_id, source=source, ends_at=ends_at, now=now
    )
    if is_new:
        _count(event_id, 1)
        _tell(seat, actor=actor, now=now)
    return seat


@transaction.atomic
def give_seat_by_hand(event_id: int, *, email: str, actor: str, now: datetime) -> Seat:
    """Give somebody a seat without an order; a second call changes nothing.

    Raises  NotFound, EventIsOver, InvalidAddress: nothing was changed
    """
    event = event_by_id(event_id)
    if event is None:
        raise NotFound
    if event.cancelled_at is not None or event.ends_at <= now:
        raise EventIsOver
    person = find_or_add_person(email=email, actor=actor, now=now)
    seat, is_new = _sit(event, person_id=person.pk, source=_HAND, now=now)
    if is_new:
        _count(event_id, 1)
        _tell(seat, actor=actor, now=now)
    return seat


def _count(event_id: int, change: int) -> None:
    Event.objects.filter(pk=event_id, seats_taken__gte=-change).update(
        seats_taken=F("seats_taken") + change
    )


def _release(seat: Seat, *, verb: str, actor: str, now: datetime) -> bool:
    """Free a seat once; False when it was free before."""
    if not Seat.objects.filter(pk=seat.pk, released_at=None).update(
        released_at=now, remind_day_at=None, remind_hour_at=None
    ):
        return False
    _count(seat.event_id, -1)
    log.record(verb, actor=actor, obj=seat, at=now, event=seat.event_id)
    return True


@transaction.atomic
def give_up_seat(event_id: int, *, person_id: int, now: datetime) -> None:
    """Let a person give up the seat they took by themselves; twice changes nothing.

    Raises  NotFound: there is none; nothing was changed
    """
    rows = Seat.objects.filter(event_id=event_id, person_id=person_id, source=MEMBER)
    seat = rows.first()
    if seat is None:
        raise NotFound
    actor = f"person:{person_id}"
    _release(seat, verb="community.seat_given_up", actor=actor, now=now)


@transaction.atomic
def take_seat_back(seat_id: int, *, actor: str, now: datetime) -> None:
    """Take one seat back by hand; a second call changes nothing.

    Raises  NotFound: nothing was changed
    """
    seat = seat_by_id(seat_id)
    if seat is None:
        raise NotFound
    _release(seat, verb="community.seat_taken_back", actor=actor, now=now)


@transaction.atomic
def mark_came(seat_id: int, *, came: bool, actor: str, now: datetime) -> None:
    """Say whether somebody was there; the last word counts.

    Raises  NotFound, NotYetBegun: nothing was changed
    """
    seat = seat_by_id(seat_id)
    if seat is None or seat.released_at is not None:
        raise NotFound
    if seat.event.starts_at > now:
        raise NotYetBegun
    if seat.came is not came:
        Seat.objects.filter(pk=seat_id).update(came=came)
        log.record(
            "community.attendance_noted", actor=actor, obj=seat, at=now, came=came
        )


@transaction.atomic
def extend_seats(
    *, source: str, ends_at: datetime | None, actor: str, now: datetime
) -> int:
    """Let a source's seats hold until ends_at, never shorter; return how many moved.

    ends_at  None: for good
    """
    earlier = Q(open_until__lt=ends_at) if ends_at else Q(open_until__isnull=False)
    moved = Seat.objects.filter(earlier, source=source, released_at=None).update(
        open_until=ends_at
    )
    if moved:
        log.record(
            "community.seats_extended", actor=actor, at=now, source=source, seats=moved
        )
    return moved


@transaction.atomic
def suspend_seats(*, source: str, actor: str, now: datetime) -> int:
    """Let a source's seats let nobody in until extend_seats opens them again."""
    running = Q(open_until=None) | Q(open_until__gt=now)
    shut = Seat.objects.filter(running, source=source, released_at=None).update(
        open_until=now
    )
    if shut:
        log.record(
            "community.seats_suspended", actor=actor, at=now, source=source, seats=shut
        )
    return shut


@transaction.atomic
def drop_seats(*, source: str, event_id: int, actor: str, now: datetime) -> int:
    """Free a source's seat in one event; the same source may take one anew later."""
    return _free(
        Seat.objects.filter(source=source, event_id=event_id),
        kept_as=source + _DROPPED,
        actor=actor,
        now=now,
    )


@transaction.atomic
def revoke_seats(*, source: str, actor: str, now: datetime) -> int:
    """Take back the seats of a source that are not over; return how many."""
    return _free(
        Seat.objects.filter(source=source, event__ends_at__gt=now),
        kept_as=source,
        actor=actor,
        now=now,
    )


def _free(rows: QuerySet[Seat], *, kept_as: str, actor: str, now: datetime) -> int:
    freed = 0
    for seat in list(rows.filter(released_at=None)):
        if _release(seat, verb="community.seat_revoked", actor=actor, now=now):
            Seat.objects.filter(pk=seat.pk).update(source=kept_as)
            freed += 1
    return freed
