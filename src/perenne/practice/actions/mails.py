"""What people are told about their sessions; called inside the action's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from perenne.core.domain.calendar_file import (
    CANCEL,
    PUBLISH,
    REQUEST,
    CalendarEntry,
    calendar_file,
)
from perenne.core.queries import current_business
from perenne.mail.api import Attachment, queue_template
from perenne.practice.queries.bookings import business_zone, cancel_token

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.practice.models import Booking


def mail_booked(booking: Booking, *, now: datetime) -> None:
    """Confirm a booking to the person, and tell the owner."""
    _tell_person(booking, "booked", method=REQUEST, now=now)
    _tell_owner(booking, "owner_booked", method=PUBLISH, now=now)


def mail_cancelled(booking: Booking, *, by_owner: bool, now: datetime) -> None:
    """Tell both sides that a session is called off."""
    _tell_person(booking, "cancelled", method=CANCEL, by_owner=by_owner, now=now)
    if not by_owner:
        _tell_owner(booking, "owner_cancelled", method=CANCEL, now=now)


def mail_reminder(booking: Booking, *, now: datetime) -> None:
    """Remind the person the day before."""
    _tell_person(booking, "reminder", method=None, now=now)


def booking_file(booking: Booking, *, method: str, now: datetime) -> bytes:
    """Return the booking as a calendar file; instants are UTC, the UID is stable."""
    business = current_business()
    host = settings.SITE_URL.split("://")[-1].split("/")[0].split(":")[0]
    with translation.override(booking.language):
        summary = f"{booking.service.name} ({business.name if business else host})"
        description = _("Cancel or look it up: %(url)s") % {"url": cancel_url(booking)}
    entry = CalendarEntry(
        uid=f"{booking.uid}@{host}",
        sequence=booking.sequence,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        summary=summary,
        description=description,
        place=booking.service.place,
        url=cancel_url(booking),
        organizer_name=business.name if business else "",
        organizer_email=business.email if business else "",
        attendee_name=booking.person.name,
        attendee_email=booking.person.email,
    )
    return calendar_file(entry, method=method, now=now)


def cancel_url(booking: Booking) -> str:
    """Return the whole address where the person looks up and cancels their booking."""
    path = reverse("practice_cancel", args=[cancel_token(booking)])
    return f"{settings.SITE_URL}{path}"


def _tell_person(
    booking: Booking,
    template: str,
    *,
    method: str | None,
    now: datetime,
    by_owner: bool = False,
) -> None:
    zone = ZoneInfo(booking.time_zone)
    queue_template(
        ref=f"practice:{template}:{booking.pk}",
        to=booking.person.email,
        template=f"practice/mail/{template}",
        context=_context(booking, zone) | {"by_owner": by_owner},
        language=booking.language,
        attachments=_attached(booking, method, now),
        now=now,
    )


def _tell_owner(booking: Booking, template: str, *, method: str, now: datetime) -> None:
    business = current_business()
    if business is None or not business.email:
        return
    queue_template(
        ref=f"practice:{template}:{booking.pk}",
        to=business.email,
        template=f"practice/mail/{template}",
        context=_context(booking, business_zone()),
        language=business.language,
        attachments=_attached(booking, method, now),
        now=now,
    )


def _context(booking: Booking, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "booking": booking,
        "service": booking.service,
        "person": booking.person,
        "pack": booking.pack,
        "starts": booking.starts_at.astimezone(zone),
        "ends": booking.ends_at.astimezone(zone),
        "zone": zone.key,
        "cancel_url": cancel_url(booking),
        "desk_url": f"{settings.SITE_URL}{reverse('desk_practice_bookings')}",
    }


def _attached(
    booking: Booking, method: str | None, now: datetime
) -> tuple[Attachment, ...]:
    if method is None:
        return ()
    content = booking_file(booking, method=method, now=now)
    kind = f"text/calendar; charset=utf-8; method={method}"
    return (Attachment("session.ics", content, kind),)
