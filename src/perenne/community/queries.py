"""Reads of live events: what a person may come to, who has a seat, whom to write to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import F, Q, QuerySet

from perenne.community.domain.events import link_opens_at
from perenne.community.models import Event, Seat
from perenne.core.errors import NotFound
from perenne.core.queries import current_business
from perenne.memberships.api import resources_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

_EVENTS_A_PAGE = 50
MEMBER = "member"


@dataclass(frozen=True, slots=True)
class PersonalEvent:
    """An event as one person sees it.

    seat       the seat that lets them in now, or None
    by_right   a tier of theirs lets them take a seat by themselves
    """

    event: Event
    seat: Seat | None
    by_right: bool

    @property
    def is_full(self) -> bool:
        """Tell whether every seat is taken."""
        return is_full(self.event)

    @property
    def can_give_up(self) -> bool:
        """Tell whether the seat was taken by themselves; a bought one is refunded."""
        return self.seat is not None and self.seat.source == MEMBER

    def link_shows(self, now: datetime) -> bool:
        """Tell whether the link to join is shown: with a seat, near the hour."""
        event = self.event
        near = link_opens_at(event.starts_at) <= now < event.ends_at
        return bool(self.seat and event.link and near and not event.cancelled_at)


def is_full(event: Event) -> bool:
    """Tell whether every seat of an event is taken."""
    return event.seats is not None and event.seats_taken >= event.seats


def business_zone() -> str:
    """Return the name of the business's time zone; Paris before the set-up."""
    business = current_business()
    return business.time_zone if business else "Europe/Paris"


def event_by_id(event_id: int) -> Event | None:
    """Return the event with its tiers, or None."""
    return Event.objects.prefetch_related("tiers").filter(pk=event_id).first()


def events_found(
    *, past: bool, now: datetime, text: str = "", page: str = ""
) -> Page[Event]:
    """Return a page of events: to come (next first) or over (last first)."""
    if past:
        rows = Event.objects.filter(ends_at__lte=now).order_by("-starts_at", "-pk")
    else:
        rows = Event.objects.filter(ends_at__gt=now).order_by("starts_at", "pk")
    if text.strip():
        rows = rows.filter(title__icontains=text.strip())
    return Paginator(rows, _EVENTS_A_PAGE).get_page(page)


def events_to_sell(now: datetime) -> list[Event]:
    """Return the events that an offer may still grant, the next first."""
    rows = Event.objects.filter(cancelled_at=None, starts_at__gt=now)
    return list(rows.order_by("starts_at", "pk"))


def open_seats(now: datetime) -> QuerySet[Seat]:
    """Return the seats that let somebody in: not given up, not waiting."""
    running = Q(open_until=None) | Q(open_until__gt=now)
    return Seat.objects.filter(running, released_at=None)


def tiers_of(person_id: int, now: datetime) -> list[int]:
    """Return the ids of the tiers whose members the person is one of."""
    found = resources_of(person_id, now=now)
    return [int(key[5:]) for key in found if key.startswith("tier:")]


def events_for(person_id: int, now: datetime) -> list[PersonalEvent]:
    """Return the events to come that concern a person, the next first.

    Those of their tiers and those they have a seat in, called off or not.
    """
    tiers = tiers_of(person_id, now)
    held = open_seats(now).filter(person_id=person_id, event__ends_at__gt=now)
    seats = {seat.event_id: seat for seat in held.order_by("source")}
    mine = Q(pk__in=list(seats)) | Q(tiers__in=tiers, cancelled_at=None)
    rows = Event.objects.filter(mine, ends_at__gt=now).distinct()
    found = rows.prefetch_related("tiers").order_by("starts_at", "pk")
    every = (_personal(event, seats.get(event.pk), tiers) for event in found[:100])
    return [row for row in every if row.by_right or row.seat]


def event_for(person_id: int, slug: str, now: datetime) -> PersonalEvent:
    """Return an event that concerns the person; NotFound when there is none."""
    event = Event.objects.prefetch_related("tiers").filter(slug=slug).first()
    if event is None:
        raise NotFound
    held = open_seats(now).filter(person_id=person_id, event=event)
    seat = held.order_by("-source").first()
    row = _personal(event, seat, tiers_of(person_id, now))
    if not (row.by_right or row.seat):
        raise NotFound
    return row


def _personal(event: Event, seat: Seat | None, tiers: list[int]) -> PersonalEvent:
    """Return the person's view; a member's own sign-up counts while they are a member."""
    by_right = any(tier.pk in tiers for tier in event.tiers.all())
    if seat is not None and seat.source == MEMBER and not by_right:
        seat = None
    return PersonalEvent(event, seat, by_right)


def next_events(person_id: int, now: datetime) -> list[Event]:
    """Return the events to come that the person has a seat in, the next first."""
    held = open_seats(now).filter(person_id=person_id)
    rows = Event.objects.filter(
        pk__in=held.values("event_id"), ends_at__gt=now, cancelled_at=None
    )
    return list(rows.order_by("starts_at", "pk")[:3])


def may_take(event_id: int, person_id: int, now: datetime) -> bool:
    """Tell whether a tier of the person lets them take a seat by themselves."""
    tiers = tiers_of(person_id, now)
    return Event.objects.filter(pk=event_id, tiers__in=tiers).exists()


def seats_of(event_id: int) -> list[Seat]:
    """Return the seats taken in an event with their people, by name."""
    rows = Seat.objects.filter(event_id=event_id, released_at=None)
    found = rows.select_related("person").order_by("person__name", "person__email")
    return list(found[:2000])


def seat_by_id(seat_id: int) -> Seat | None:
    """Return the seat with event and person, or None."""
    return Seat.objects.select_related("event", "person").filter(pk=seat_id).first()


def seat_letting_in(event_id: int, person_id: int, now: datetime) -> Seat | None:
    """Return a seat that lets the person in now, or None."""
    return open_seats(now).filter(event_id=event_id, person_id=person_id).first()


def seats_to_write_to(event_id: int) -> Iterable[Seat]:
    """Return every seat of an event that was not given up, with its person."""
    rows = Seat.objects.select_related("event", "person").filter(event_id=event_id)
    return rows.filter(released_at=None).order_by("pk").iterator(chunk_size=500)


def seats_to_remind(now: datetime) -> list[int]:
    """Return the ids of seats whose reminder is due."""
    due = Q(remind_day_at__lte=now) | Q(remind_hour_at__lte=now)
    rows = Seat.objects.filter(due, released_at=None)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:1000])


def events_with_news(now: datetime) -> list[int]:
    """Return the ids of events to come whose people were not told of a change yet."""
    rows = Event.objects.filter(told_sequence__lt=F("sequence"), ends_at__gt=now)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def seats_to_export(person_id: int) -> list[Seat]:
    """Return every seat a person ever had, oldest first."""
    rows = Seat.objects.select_related("event").filter(person_id=person_id)
    return list(rows.order_by("pk"))


def zone_of(event: Event) -> ZoneInfo:
    """Return the zone of an event's clocks."""
    return ZoneInfo(event.time_zone)
