"""One timeline out of several: nothing twice, nothing lost, newest first."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.people.domain.deadlines import months_after
from perenne.people.domain.dealings import Happening
from perenne.people.domain.timelines import Place, merged, place_from

NOW = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)


@given(
    st.dictionaries(
        st.sampled_from("abc"), st.lists(st.integers(0, 4), max_size=12), min_size=1
    ),
    st.integers(1, 5),
)
def test_pages_hold_everything_once(minutes, size):
    lines = {
        key: [
            Happening(NOW - timedelta(minutes=minute), f"{key}{index}")
            for index, minute in enumerate(sorted(values))
        ]
        for key, values in minutes.items()
    }
    place, shown = Place(), []
    while place is not None:
        asked = {
            key: [row for row in line if row.at <= place.at][: size + place.skip + 1]
            for key, line in lines.items()
        }
        page, place = merged(asked, place=place, size=size)
        place = place and place_from(str(place))
        shown += page
    everything = [(key, row) for key, line in lines.items() for row in line]
    everything.sort(key=lambda pair: pair[1].at, reverse=True)
    assert shown == everything


@pytest.mark.parametrize("text", ["", "x", "2026-01-01~1", "2026-01-01T00:00+00:00~x"])
def test_an_address_that_names_no_place_is_the_beginning(text):
    assert place_from(text) == Place()


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 15), 2, date(2027, 1, 15)),
        (date(2026, 12, 31), 36, date(2029, 12, 31)),
    ],
)
def test_months_end_on_the_same_day_or_the_last_r33(day, months, after):
    assert months_after(day, months) == after
