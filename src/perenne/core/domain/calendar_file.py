"""Calendar files (RFC 5545, RFC 5546): one meeting, asked for or called off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from icalendar import vCalAddress

PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """What a calendar needs to know of a meeting.

    uid                 stable over its whole life
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


def calendar_file(entry: CalendarEntry, *, method: str, now: datetime) -> bytes:
    """Return an .ics file.

    method  REQUEST (an invitation by mail), PUBLISH (a file to keep) or CANCEL
    """
    from icalendar import Calendar, Event, vText

    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", entry.summary)
    event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    for name, text in (
        ("description", entry.description),
        ("location", entry.place),
        ("url", entry.url),
    ):
        if text:
            event.add(name, text)
    if entry.organizer_email:
        event["organizer"] = _address(entry.organizer_email, entry.organizer_name)
    if method != PUBLISH:
        attendee = _address(entry.attendee_email, entry.attendee_name)
        attendee.params["PARTSTAT"] = vText("ACCEPTED")
        event.add("attendee", attendee, encode=False)
    calendar = Calendar()
    calendar.add("prodid", "-//Perenne//Calendar//EN")
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
