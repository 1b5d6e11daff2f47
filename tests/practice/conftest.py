from datetime import UTC, datetime, time

import pytest

from perenne.practice.actions.bookings import book
from perenne.practice.actions.packs import grant_pack, save_pack_kind
from perenne.practice.actions.services import save_service
from perenne.practice.domain.slots import Span
from perenne.streams.api import default_stream

WEEKDAYS_9_TO_12 = [(day, Span(time(9), time(12))) for day in range(5)]


@pytest.fixture
def make_service(business, now):
    """Add a service open on weekdays from 9 to 12 in Paris."""

    def make(slug="call", hours=WEEKDAYS_9_TO_12, **fields):
        asked = {
            "name": "Discovery call",
            "minutes": 60,
            "step_minutes": 30,
            "buffer_before_minutes": 0,
            "buffer_after_minutes": 15,
            "notice_hours": 24,
            "horizon_days": 60,
            "cancel_notice_hours": 24,
            "price_cents": 9000,
            "stream_id": default_stream("one_to_one").pk,
            **fields,
        }
        return save_service(
            None, slug=slug, hours=hours, actor="owner", now=now, **asked
        )

    return make


@pytest.fixture
def service(make_service):
    return make_service()


# Thursday 17 September, 9:00 in Paris.
FIRST = datetime(2026, 9, 17, 7, 0, tzinfo=UTC)


@pytest.fixture
def first():
    """A free slot of the service."""
    return FIRST


@pytest.fixture
def make_booking(now):
    def make(service, starts_at=FIRST, email="ana@example.org", **fields):
        asked = {
            "name": "Ana Silva",
            "note": "",
            "time_zone": "America/Sao_Paulo",
            "language": "en",
            "actor": "visitor",
            "now": now,
            **fields,
        }
        return book(service.pk, starts_at=starts_at, email=email, **asked)

    return make


@pytest.fixture
def booking(service, make_booking):
    return make_booking(service)


@pytest.fixture
def make_kind(service, now):
    """Add a kind of pack that pays for the service: make_kind(sessions=2)."""

    def make(name="Five sessions", service_ids=None, **fields):
        asked = {"sessions": 5, "months": 6, "active": True, **fields}
        return save_pack_kind(
            None,
            name=name,
            service_ids=[service.pk] if service_ids is None else service_ids,
            actor="owner",
            now=now,
            **asked,
        )

    return make


@pytest.fixture
def make_pack(make_kind, person, now):
    """Give Ana a pack: make_pack(sessions=1)."""

    def make(kind=None, *, source="order:7", ends_at=None, at=now, **fields):
        return grant_pack(
            person_id=person.pk,
            kind_id=(kind or make_kind(**fields)).pk,
            source=source,
            ends_at=ends_at,
            actor="system",
            now=at,
        )

    return make
