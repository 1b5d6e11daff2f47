"""The figure of the operation's date, never today's (R0)."""

from datetime import date

import pytest

from perenne.core import legal


@pytest.mark.parametrize(
    ("name", "key", "day", "expected"),
    [
        ("social_rates", "bnc_ssi", date(2024, 6, 30), 2110),
        ("social_rates", "bnc_ssi", date(2024, 7, 1), 2310),
        ("social_rates", "bnc_ssi", date(2025, 12, 31), 2460),
        ("social_rates", "bnc_ssi", date(2026, 1, 1), 2560),
        ("micro_ceilings", "services", date(2025, 12, 31), 77700),
        ("micro_ceilings", "services", date(2026, 1, 1), 83600),
        ("vat_franchise_thresholds", "services_majored", date(2026, 9, 1), 41250),
    ],
)
def test_a_value_is_the_one_of_its_day_r0(name, key, day, expected):
    assert legal.value(name, key, on=day) == expected


def test_a_day_without_a_rule_is_refused_not_guessed():
    with pytest.raises(legal.NoRuleInForce):
        legal.value("social_rates", "bnc_ssi", on=date(2001, 1, 1))


@pytest.mark.parametrize("name", legal.dataset_names())
def test_no_two_rules_of_a_key_overlap(name):
    rules = legal.dataset(name)
    for key in {rule.key for rule in rules}:
        dated = sorted((r for r in rules if r.key == key), key=lambda r: r.valid_from)
        for earlier, later in zip(dated, dated[1:], strict=False):
            assert earlier.valid_to is not None
            assert earlier.valid_to < later.valid_from


def test_a_source_not_read_for_a_year_is_stale():
    assert legal.stale_rules(date(2026, 11, 23)) == []
    assert legal.stale_rules(date(2027, 11, 24)) != []
