"""Calendar files that calendars understand, at the right instant."""

from datetime import UTC, datetime

import pytest
from icalendar import Calendar

from perenne.core.domain.calendar_file import (
    CANCEL,
    PUBLISH,
    REQUEST,
    CalendarEntry,
    calendar_file,
)

NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
ENTRY = CalendarEntry(
    uid="7d1@shop.example",
    sequence=1,
    starts_at=datetime(2026, 10, 25, 8, 0, tzinfo=UTC),
    ends_at=datetime(2026, 10, 25, 9, 0, tzinfo=UTC),
    summary="Discovery call; Ünïcode, and a comma",
    description="Cancel or look it up: https://shop.example/x",
    place="12 rue des Tilleuls, Lyon",
    url="https://shop.example/x",
    organizer_name="Atelier Boréal",
    organizer_email="camille@boreal.example",
    attendee_name="Ana Silva",
    attendee_email="ana@example.org",
)


@pytest.mark.parametrize(
    ("method", "status", "attendees"),
    [
        (REQUEST, "CONFIRMED", ["mailto:ana@example.org"]),
        (PUBLISH, "CONFIRMED", []),
        (CANCEL, "CANCELLED", ["mailto:ana@example.org"]),
    ],
)
def test_a_file_says_what_when_where_and_who(method, status, attendees):
    calendar = Calendar.from_ical(calendar_file(ENTRY, method=method, now=NOW))
    [event] = calendar.events

    assert calendar["METHOD"] == method
    assert (event["UID"], event["SEQUENCE"]) == ("7d1@shop.example", 1)
    assert (event.start, event.end) == (ENTRY.starts_at, ENTRY.ends_at)
    assert event["SUMMARY"] == ENTRY.summary
    assert event["LOCATION"] == ENTRY.place
    assert event["STATUS"] == status
    assert event["ORGANIZER"] == "mailto:camille@boreal.example"
    assert [str(row) for row in event.attendees] == attendees


def test_instants_are_written_in_utc():
    assert b"DTSTART:20261025T080000Z" in calendar_file(ENTRY, method=REQUEST, now=NOW)
