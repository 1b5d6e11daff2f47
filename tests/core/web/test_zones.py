"""Times are shown where the reader lives."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from perenne.core.web.zones import LazyZone, zone_named

SUMMER, WINTER = (
    datetime(2026, 7, 1, 12, tzinfo=UTC),
    datetime(2026, 1, 1, 12, tzinfo=UTC),
)


def _never():
    raise AssertionError("looked up before a time was shown")


def test_the_zone_is_not_looked_up_before_a_time_is_shown():
    with timezone.override(LazyZone(_never)):
        assert timezone.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("instant", "hour", "offset"), [(SUMMER, 14, 2), (WINTER, 13, 1)]
)
def test_a_lazy_zone_behaves_like_the_real_one(instant, hour, offset):
    zone = LazyZone(lambda: ZoneInfo("Europe/Paris"))
    local = instant.astimezone(zone)
    assert (local.hour, local.utcoffset()) == (hour, timedelta(hours=offset))
    assert local == instant
    assert local.astimezone(UTC) == instant
    assert (str(zone), zone.tzname(None)) == ("Europe/Paris", "Europe/Paris")


def test_an_unknown_zone_is_paris():
    assert [zone_named(name).key for name in ("", "Nowhere/Land", "../x")] == [
        "Europe/Paris"
    ] * 3


def test_dates_in_queries_follow_the_zone(db, now):
    from perenne.core import log
    from perenne.core.models import LogEntry

    log.record(
        "core.tried", actor="system", at=datetime(2026, 9, 15, 23, 30, tzinfo=UTC)
    )
    with timezone.override(LazyZone(lambda: ZoneInfo("Europe/Paris"))):
        found = LogEntry.objects.filter(at__date="2026-09-16").count()
    assert found == 1
