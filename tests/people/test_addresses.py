import pytest

from perenne.people.domain.addresses import InvalidAddress, normal_address


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" Ana@Example.ORG ", "ana@example.org"),
        ("léa@exemple.fr", None),
        ("lea@bücher.example", "lea@xn--bcher-kva.example"),
        ("a.b+news@sub.example.org", "a.b+news@sub.example.org"),
        ("no-at.example.org", None),
        ("two@@example.org", None),
        ("dot.@example.org", None),
        ("a@localhost", None),
        ("a@[127.0.0.1]", None),
        ("a@127.0.0.1", None),
        ("", None),
        ("x" * 65 + "@example.org", None),
    ],
)
def test_an_address_has_one_form_or_is_refused(typed, expected):
    if expected is None:
        with pytest.raises(InvalidAddress):
            normal_address(typed)
    else:
        assert normal_address(typed) == expected
