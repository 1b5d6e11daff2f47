from datetime import UTC, datetime

import pytest

from perenne.community.actions.events import save_event
from perenne.community.actions.seats import grant_seat, take_seat
from perenne.memberships.api import add_tier, grant_pass

# Tuesday 13 October 2026, 18:00 in Paris.
STARTS = datetime(2026, 10, 13, 16, 0, tzinfo=UTC)


@pytest.fixture
def starts():
    return STARTS


@pytest.fixture
def tier(business, now):
    return add_tier(name="Club", actor="owner", now=now)


@pytest.fixture
def make_event(tier, now):
    """Put up an event that the club's members may come to: make_event(seats=1)."""

    def make(event_id=None, *, at=now, **fields):
        asked = {
            "title": "Writing hour",
            "text": "Bring a page.",
            "starts_at": STARTS,
            "minutes": 90,
            "time_zone": "Europe/Paris",
            "link": "https://meet.example/writing",
            "place": "",
            "seats": None,
            "tier_ids": [tier.pk],
            **fields,
        }
        return save_event(event_id, actor="owner", now=at, **asked)

    return make


@pytest.fixture
def event(make_event):
    return make_event()


@pytest.fixture
def join_club(tier, now):
    """Make somebody a member of the club."""

    def join(person, *, ends_at=None):
        grant_pass(
            person_id=person.pk,
            resource=f"tier:{tier.pk}",
            source="complimentary:1",
            starts_at=now,
            ends_at=ends_at,
            actor="owner",
            now=now,
        )
        return person

    return join


@pytest.fixture
def ana(person, join_club):
    """Ana, a member of the club who reads English."""
    type(person).objects.update(language="en")
    return join_club(person)


@pytest.fixture
def sit(now):
    """Let a member take a seat: sit(event, ana)."""

    def sit(event, person, *, at=now):
        return take_seat(event.pk, person_id=person.pk, now=at)

    return sit


@pytest.fixture
def sell(now):
    """Give a seat as an offer does: sell(event, ana, source="order:7")."""

    def sell(event, person, *, source="order:7", ends_at=None, at=now):
        return grant_seat(
            person_id=person.pk,
            event_id=event.pk,
            source=source,
            ends_at=ends_at,
            actor="system",
            now=at,
        )

    return sell
