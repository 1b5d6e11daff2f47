"""How a file writes numbers and days is told from its rows."""

from datetime import UTC, datetime

import pytest

from perenne.portability.domain.tables import Row
from perenne.portability.domain.writing import Habits, habits_of, read_instant


@pytest.mark.parametrize(
    ("cells", "delimiter", "habits"),
    [
        (["1 234,5", "2,50"], ",", Habits(",", day_first=True)),
        (["1,234.50"], ";", Habits(".", day_first=True)),
        ([], ";", Habits(",", day_first=True)),
        (["12/31/2025", "01/02/2026"], ",", Habits(".", day_first=False)),
        (["31/12/2025", "01/02/2026"], ",", Habits(".", day_first=True)),
        (["01/02/2026"], ",", Habits(".", day_first=True)),
    ],
)
def test_decimal_sign_and_order_of_days_are_detected(cells, delimiter, habits):
    rows = [Row(2, {"x": cell}) for cell in cells]
    assert habits_of(rows, delimiter=delimiter) == habits


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2023-03-24 10:23:10 UTC", datetime(2023, 3, 24, 10, 23, 10, tzinfo=UTC)),
        ("2023-03-24T10:23:10.000Z", datetime(2023, 3, 24, 10, 23, 10, tzinfo=UTC)),
        (
            "2023-03-24 10:23:10 +0000 UTC",
            datetime(2023, 3, 24, 10, 23, 10, tzinfo=UTC),
        ),
        ("03/04/2023", datetime(2023, 4, 3, tzinfo=UTC)),
        ("03-04-2023 9:05", datetime(2023, 4, 3, 9, 5, tzinfo=UTC)),
        ("3.4.2023 09:05:06", datetime(2023, 4, 3, 9, 5, 6, tzinfo=UTC)),
        ("Apr 3, 2023", datetime(2023, 4, 3, tzinfo=UTC)),
        ("3 April 2023 1:30 PM", datetime(2023, 4, 3, 13, 30, tzinfo=UTC)),
    ],
)
def test_days_are_read_as_tools_write_them(text, instant):
    assert read_instant(text).astimezone(UTC) == instant


def test_a_day_with_the_month_first_is_read_so_when_the_file_does():
    assert read_instant("03/04/2023", day_first=False) == datetime(
        2023, 3, 4, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "text", ["yesterday", "31/02/2023", "13/13/2023", "1680000000"]
)
def test_what_is_no_day_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read_instant(text)
