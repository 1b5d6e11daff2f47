"""Dates that nobody reads the other way round."""

from datetime import UTC, datetime

import pytest
from django.utils import translation
from django.utils.formats import date_format


@pytest.mark.parametrize(
    ("language", "day", "instant"),
    [
        ("fr", "03/09/2026", "03/09/2026 18:05"),
        ("en", "3 Sep 2026", "3 Sep 2026 18:05"),
    ],
)
def test_a_short_date_is_read_one_way(language, day, instant):
    at = datetime(2026, 9, 3, 18, 5, tzinfo=UTC)
    with translation.override(language):
        assert date_format(at, "SHORT_DATE_FORMAT") == day
        assert date_format(at, "SHORT_DATETIME_FORMAT") == instant
