"""What people are told about live events; called inside the action's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from perenne.core.domain.calendar_file import (
    CANCEL,
    PUBLISH,
    REQUEST,
    CalendarEntry,
    calendar_file,
)
from perenne.core.domain.time_zones import known_zone
from perenne.core.queries import current_business
from perenne.mail.api import Attachment, queue_template

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.community.models import Event, Seat
    from perenne.people.api import Person


def mail_seat(seat: Seat, *, now: datetime) -> None:
    """Confirm a seat with its calendar file; one taken anew is confirmed anew."""
    ref = f"community:seat:{seat.pk}:{seat.taken_at:%Y%m%dT%H%M%S%f}"
    _tell(seat, "seat", ref=ref, method=REQUEST, now=now)


def mail_changed(seat: Seat, *, now: datetime) -> None:
    """Tell what is new of an event, once for each change and person."""
    _tell(seat, "changed", ref=_ref("changed", seat), method=REQUEST, now=now)


def mail_cancelled(seat: Seat, *, now: datetime) -> None:
    """Tell that an event is called off, once for each person."""
    _tell(seat, "cancelled", ref=_ref("cancelled", seat), method=CANCEL, now=now)


def mail_reminder(seat: Seat, *, is_soon: bool, now: datetime) -> None:
    """Remind the day before or, soon, an hour before; once for each person and hour."""
    ref = _ref("hour" if is_soon else "day", seat)
    _tell(seat, "reminder", ref=ref, method=None, now=now, is_soon=is_soon)


def _ref(what: str, seat: Seat) -> str:
    """Name a mail so that two seats of one person do not mean two mails."""
    event = seat.event
    return f"community:{what}:{event.pk}:{event.sequence}:{seat.person_id}"


def event_url(event: Event) -> str:
    """Return the whole address of the event's page for members."""
    return f"{settings.SITE_URL}{reverse('community_event', args=[event.slug])}"


def event_file(event: Event, person: Person, *, method: str, now: datetime) -> bytes:
    """Return the event as a calendar file; the link to join stays on its page."""
    business = current_business()
    host = settings.SITE_URL.split("://")[-1].split("/")[0].split(":")[0]
    entry = CalendarEntry(
        uid=f"{event.uid}@{host}",
        sequence=event.sequence,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        summary=event.title,
        description=event_url(event),
        place=event.place,
        url=event_url(event),
        organizer_name=business.name if business else "",
        organizer_email=business.email if business else "",
        attendee_name=person.name,
        attendee_email=person.email,
    )
    return calendar_file(entry, method=method, now=now)


def published_file(event: Event, person: Person, *, now: datetime) -> bytes:
    """Return the event as a file to keep."""
    return event_file(event, person, method=PUBLISH, now=now)


def _tell(
    seat: Seat,
    template: str,
    *,
    ref: str,
    method: str | None,
    now: datetime,
    **more: Any,
) -> None:
    event, person = seat.event, seat.person
    zone = known_zone(person.time_zone or event.time_zone, event.time_zone)
    queue_template(
        ref=ref,
        to=person.email,
        template=f"community/mail/{template}",
        context={
            "name": person.name,
            "event": event,
            "starts": event.starts_at.astimezone(zone),
            "ends": event.ends_at.astimezone(zone),
            "zone": zone.key,
            "event_url": event_url(event),
            **more,
        },
        language=person.language,
        attachments=_attached(seat, method, now),
        now=now,
    )


def _attached(seat: Seat, method: str | None, now: datetime) -> tuple[Attachment, ...]:
    if method is None:
        return ()
    content = event_file(seat.event, seat.person, method=method, now=now)
    kind = f"text/calendar; charset=utf-8; method={method}"
    return (Attachment("event.ics", content, kind),)
