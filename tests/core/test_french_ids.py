import pytest

from perenne.core.domain.french_ids import InvalidSiren, siren, vat_number


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("732 829 320", "732829320"),
        ("73282932000074", "732829320"),
        ("732829321", None),
        ("12345", None),
        ("abc", None),
    ],
)
def test_a_siren_has_a_check_digit(typed, expected):
    if expected is None:
        with pytest.raises(InvalidSiren):
            siren(typed)
    else:
        assert siren(typed) == expected


def test_the_vat_number_is_made_from_the_siren():
    assert vat_number("732829320") == "FR44732829320"
