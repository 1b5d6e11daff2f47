"""Values of the owner's own fields, as people and files write them (AE5)."""

from datetime import date
from decimal import Decimal

import pytest

from perenne.audience.domain.custom_fields import (
    FieldValue,
    ValueInvalid,
    Writing,
    read_value,
)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (" two  words ", "text", FieldValue("two words")),
        ("", "number", None),
        ("1234.50", "number", FieldValue("1234.5", number=Decimal("1234.50"))),
        ("1 234,5", "number", FieldValue("1234.5", number=Decimal("1234.5"))),
        ("2.000,0", "number", FieldValue("2000", number=Decimal("2000.0"))),
        ("1,234.56", "number", FieldValue("1234.56", number=Decimal("1234.56"))),
        ("-0.0", "number", FieldValue("0", number=Decimal("0.0"))),
        ("2026-03-01", "date", FieldValue("2026-03-01", day=date(2026, 3, 1))),
        ("2026-3-1T09:00Z", "date", FieldValue("2026-03-01", day=date(2026, 3, 1))),
        ("01/03/2026", "date", FieldValue("2026-03-01", day=date(2026, 3, 1))),
        ("OUI", "yes_no", FieldValue("yes")),
        ("0", "yes_no", FieldValue("no")),
        ("gold", "choice", FieldValue("Gold")),
    ],
)
def test_a_value_is_kept_in_one_form(text, kind, value):
    assert read_value(text, kind, choices=["Gold", "Silver"]) == value


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("x" * 501, "text", "too_long"),
        ("twelve", "number", "not_number"),
        ("1e9", "number", "not_number"),
        ("9" * 14, "number", "not_number"),
        ("31/02/2026", "date", "not_date"),
        ("2026", "date", "not_date"),
        ("perhaps", "yes_no", "not_yes_no"),
        ("bronze", "choice", "not_choice"),
    ],
)
def test_what_is_no_value_is_refused(text, kind, code):
    with pytest.raises(ValueInvalid) as refused:
        read_value(text, kind, choices=["Gold", "Silver"])
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("writing", "number", "day"),
    [
        (Writing(decimal_sign=".", day_first=False), "1234", "2026-01-02"),
        (Writing(decimal_sign=",", day_first=True), "1.234", "2026-02-01"),
    ],
)
def test_signs_and_order_are_those_of_where_it_comes_from(writing, number, day):
    assert read_value("1,234", "number", writing=writing).text == number
    assert read_value("01/02/2026", "date", writing=writing).text == day
