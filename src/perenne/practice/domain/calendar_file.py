"""Calendar files (RFC 5545, RFC 5546): one session, asked for or called off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from icalendar import vCalAddress

PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"


@dataclass(frozen=True, slots=True)
class Session:
    """What a calendar needs to know of a booking.

    uid                 stable over the booking's whole life
    sequence            grows with every change
    starts_at, ends_at  aware, in UTC
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    place: str
    url: str
    organizer_name: str
    organizer_email: str
    attendee_name: str
    attendee_email: str


def calendar_file(session: Session, *, method: str, now: datetime) -> bytes:
    """Return an .ics file.

    method  REQUEST (an invitation by mail), PUBLISH (a file to keep) or CANCEL
    """
    from icalendar import Calendar, Event, vText

    event = Event()
    event.add("uid", session.uid)
    event.add("sequence", session.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", session.starts_at)
    event.add("dtend", session.ends_at)
    event.add("summary", session.summary)
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    for name, text in (
        ("description", session.description),
        ("location", session.place),
        ("url", session.url),
    ):
        if text:
            event.add(name, text)
    if session.organizer_email:
        event["organizer"] = _address(session.organizer_email, session.organizer_name)
    if method != PUBLISH:
        attendee = _address(session.attendee_email, session.attendee_name)
        attendee.params["PARTSTAT"] = vText("ACCEPTED")
        event.add("attendee", attendee, encode=False)
    calendar = Calendar()
    calendar.add("prodid", "-//Perenne//Booking//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return calendar.to_ical()


def _address(email: str, name: str) -> vCalAddress:
    from icalendar import vCalAddress, vText

    address = vCalAddress(f"mailto:{email}")
    if name:
        address.params["CN"] = vText(name)
    return address
