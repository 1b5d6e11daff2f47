import pytest

from perenne.website.domain.legal_layout import Passage, passages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("## Host\n\nBoréal, Lyon", [("Host", ""), ("", "Boréal, Lyon")]),
        ("## Host\r\nBoréal", [("Host", "Boréal")]),
        ("1. The seller\nBoréal.\nLyon.", [("1. The seller", "Boréal.\nLyon.")]),
        ("1. One\n2. Two", [("", "1. One\n2. Two")]),
        ("1. Alone", [("", "1. Alone")]),
        ("TERMS OF SALE\n\n1. A\nb", [("1. A", "b")]),
        ("", []),
    ],
)
def test_a_legal_text_has_headings_and_paragraphs(text, expected):
    assert passages(text, title="Terms of sale") == [Passage(*row) for row in expected]
