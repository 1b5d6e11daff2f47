"""Reads of services, slots and bookings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from perenne.core.compiled import Compiled
from perenne.core.queries import current_business
from perenne.core.tokens import token_hash
from perenne.people.api import persons_matching
from perenne.practice.domain.slots import (
    CELL_SECONDS,
    Opening,
    Slot,
    SlotRules,
    Span,
    Taken,
    free_slots,
)
from perenne.practice.models import (
    Availability,
    BookedCell,
    Booking,
    Service,
    SpecialDay,
)
from perenne.streams.api import absences

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from uuid import UUID

_DEFAULT_ZONE = "Europe/Paris"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class UpcomingBooking:
    """A session to come, for the member's home.

    starts_at, ends_at  aware, in UTC
    time_zone           the one the person booked in
    """

    id: int
    service: str
    place: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    cancel_token: str


def business_zone() -> ZoneInfo:
    """Return the time zone of the business; Paris before the set-up."""
    business = current_business()
    return ZoneInfo(business.time_zone if business else _DEFAULT_ZONE)


def all_services() -> list[Service]:
    """Return every service with its stream, by name."""
    return list(Service.objects.select_related("stream"))


def services_on_offer() -> list[Service]:
    """Return the services that can be booked, by name."""
    return list(Service.objects.filter(active=True))


def service_on_offer(slug: str) -> Service | None:
    """Return the service of that page, or None if it cannot be booked."""
    return Service.objects.filter(slug=slug, active=True).first()


def service_by_id(service_id: int) -> Service | None:
    """Return the service with that id, or None."""
    return Service.objects.filter(pk=service_id).first()


def weekly_hours(service_id: int) -> list[Availability]:
    """Return a service's weekly hours, by weekday and time."""
    return list(Availability.objects.filter(service_id=service_id))


def special_days(service_id: int, *, since: date) -> list[SpecialDay]:
    """Return a service's special days from `since` on, by day."""
    return list(SpecialDay.objects.filter(service_id=service_id, on__gte=since))


def rules_of(service: Service) -> SlotRules:
    """Return what the service asks of its slots."""
    return SlotRules(
        minutes=service.minutes,
        step_minutes=service.step_minutes,
        buffer_before_minutes=service.buffer_before_minutes,
        buffer_after_minutes=service.buffer_after_minutes,
        notice_hours=service.notice_hours,
        horizon_days=service.horizon_days,
        daily_cap=service.daily_cap,
    )


def open_slots(
    service: Service, *, start: datetime, end: datetime, now: datetime
) -> list[Slot]:
    """Return the service's free slots that begin from start to before end, by time.

    The owner's absences close their days (SV22).
    """
    zone = business_zone()
    first = max(start, now).astimezone(zone).date()
    last = min(end, now + timedelta(days=service.horizon_days)).astimezone(zone).date()
    if last < first:
        return []
    found = free_slots(
        rules_of(service),
        _opening(service, first, last, zone=zone),
        _taken(service, first, last, zone=zone),
        first_day=first,
        last_day=last,
        now=now,
    )
    return [slot for slot in found if start <= slot.starts_at < end]


def _opening(service: Service, first: date, last: date, *, zone: ZoneInfo) -> Opening:
    weekly: dict[int, tuple[Span, ...]] = {}
    for row in Availability.objects.filter(service=service):
        spans = weekly.get(row.weekday, ())
        weekly[row.weekday] = (*spans, Span(row.starts, row.ends))
    special: dict[date, tuple[Span, ...]] = {}
    for day in SpecialDay.objects.filter(service=service, on__range=(first, last)):
        held = special.setdefault(day.on, ())
        if day.starts is not None and day.ends is not None:
            special[day.on] = (*held, Span(day.starts, day.ends))
    for days_off in absences(first, last):
        off = max(days_off.first_on, first)
        while off <= min(days_off.last_on, last):
            special[off] = ()
            off += _DAY
    return Opening(weekly, zone, special)


def _taken(service: Service, first: date, last: date, *, zone: ZoneInfo) -> Taken:
    start = datetime.combine(first, time(0), zone) - _DAY
    end = datetime.combine(last, time(0), zone) + 2 * _DAY
    cells = BookedCell.objects.filter(
        cell__gte=int(start.timestamp()) // CELL_SECONDS,
        cell__lt=int(end.timestamp()) // CELL_SECONDS,
    )
    per_day: Counter[date] = Counter()
    if service.daily_cap:
        days = Booking.objects.filter(service=service, day__range=(first, last))
        kept = days.exclude(state=Booking.State.CANCELLED)
        per_day = Counter(kept.values_list("day", flat=True))
    return Taken(frozenset(cells.values_list("cell", flat=True)), per_day)


def cancel_token(booking: Booking) -> str:
    """Return the token of a booking's cancel link; the row holds only its hash."""
    return _token_of(booking.uid)


def _token_of(uid: UUID) -> str:
    return salted_hmac("practice.cancel", uid.hex, algorithm="sha256").hexdigest()


def booking_by_token(token: str) -> Booking | None:
    """Return the booking whose cancel link carries the token, or None."""
    return (
        Booking.objects.select_related("service", "person", "pack__kind")
        .filter(cancel_token_hash=token_hash(token))
        .first()
    )


def booking_by_id(booking_id: int) -> Booking | None:
    """Return the booking with its service, person and pack, or None."""
    rows = Booking.objects.select_related("service", "person", "pack__kind")
    return rows.filter(pk=booking_id).first()


def bookings_of(person_id: int) -> list[Booking]:
    """Return a person's bookings with their service, the latest first."""
    rows = Booking.objects.select_related("service", "pack__kind")
    return list(rows.filter(person_id=person_id).order_by("-starts_at")[:200])


def upcoming_bookings(person_id: int, now: datetime) -> list[UpcomingBooking]:
    """Return a person's sessions that are not over, the next first."""
    return [
        UpcomingBooking(pk, service, place, starts_at, ends_at, zone, _token_of(uid))
        for pk, service, place, starts_at, ends_at, zone, uid in _UPCOMING.rows(
            person_id=person_id, now=now
        )
    ]


def _upcoming(*, person_id: int, now: datetime) -> QuerySet[Booking, Any]:
    rows = Booking.objects.filter(
        person_id=person_id, state=Booking.State.BOOKED, ends_at__gt=now
    )
    return rows.order_by("starts_at").values_list(
        *("pk", "service__name", "service__place"),
        *("starts_at", "ends_at", "time_zone", "uid"),
    )[:50]


_UPCOMING = Compiled(_upcoming, person_id=-7_001, now=datetime(1901, 1, 1, tzinfo=UTC))


def sessions_between(start: datetime, end: datetime) -> list[Booking]:
    """Return the booked or held sessions that begin from start to before end, by time."""
    return list(
        Booking.objects.select_related("service", "person")
        .filter(starts_at__gte=start, starts_at__lt=end)
        .filter(state__in=[Booking.State.BOOKED, Booking.State.HELD])
        .order_by("starts_at")
    )


@dataclass(frozen=True, slots=True)
class BookingPage:
    """One page of bookings; `next_key` is the ?after= of the next one, "" at the end."""

    rows: list[Booking]
    next_key: str


def bookings_found(
    *,
    past: bool,
    now: datetime,
    text: str = "",
    state: str = "",
    after: str = "",
    size: int = 50,
) -> BookingPage:
    """Return bookings with service and person: to come (next first) or past (last first).

    text   the start of the person's name or address, "" for all
    state  one state, or "" for all
    after  where the page before ended; read by the index, whatever page it is
    """
    rows = Booking.objects.select_related("service", "person", "pack__kind")
    if past:
        rows = rows.filter(ends_at__lte=now).order_by("-starts_at", "-pk")
    else:
        rows = rows.filter(ends_at__gt=now).order_by("starts_at", "pk")
    if state:
        rows = rows.filter(state=state)
    if text.strip():
        rows = rows.filter(person__in=persons_matching(text))
    stamp, _dash, key = after.partition("-")
    if stamp.isdigit() and key.isdigit():
        at = datetime.fromtimestamp(int(stamp), UTC)
        way = "lt" if past else "gt"
        rows = rows.filter(
            Q(**{f"starts_at__{way}": at})
            | Q(**{"starts_at": at, f"pk__{way}": int(key)})
        )
    found = list(rows[: size + 1])
    last = found[size - 1] if len(found) > size else None
    return BookingPage(
        found[:size], f"{int(last.starts_at.timestamp())}-{last.pk}" if last else ""
    )


def bookings_to_remind(now: datetime) -> Iterable[int]:
    """Return the ids of bookings whose reminder is due."""
    return (
        Booking.objects.filter(Q(remind_at__lte=now), state=Booking.State.BOOKED)
        .order_by("remind_at")
        .values_list("pk", flat=True)[:500]
    )


def bookings_to_export(person_id: int) -> list[Booking]:
    """Return all bookings of a person, oldest first."""
    rows = Booking.objects.select_related("service").filter(person_id=person_id)
    return list(rows.order_by("starts_at"))
