"""The transfer's QR code: EPC069-12, field by field."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.money.domain.checkout.epc_qr import NotForEpc, Transfer, epc_payload
from perenne.money.gateways.qr import qr_matrix, qr_svg

TRANSFER = Transfer(
    name="Camille Moreau",
    iban="FR76 3000 6000 0112 3456 7890 189",
    amount_cents=4900,
    text="C7K2M9",
)


def test_the_code_says_who_how_much_and_what_for():
    assert epc_payload(TRANSFER).split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "",
        "Camille Moreau",
        "FR7630006000011234567890189",
        "EUR49.00",
        "",
        "",
        "C7K2M9",
    ]


@pytest.mark.parametrize(
    ("cents", "written"),
    [(1, "EUR0.01"), (100, "EUR1.00"), (99_999_999_999, "EUR999999999.99")],
)
def test_the_amount_is_in_euros_with_a_point(cents, written):
    lines = epc_payload(replace(TRANSFER, amount_cents=cents)).split("\n")
    assert lines[7] == written


@pytest.mark.parametrize(
    "change",
    [
        {"amount_cents": 0},
        {"amount_cents": 100_000_000_000},
        {"iban": "FR7630006000011234567890188"},
        {"iban": ""},
        {"bic": "ABC"},
        {"name": "  "},
    ],
)
def test_what_the_standard_has_no_code_for_is_refused(change):
    with pytest.raises(NotForEpc):
        epc_payload(replace(TRANSFER, **change))


def test_long_words_are_cut_and_never_break_a_line():
    long = replace(TRANSFER, name="N" * 71, text="a\nb" + "t" * 140, bic="agrifrpp")
    lines = epc_payload(long).split("\n")
    assert (lines[4], lines[5], len(lines[10])) == ("AGRIFRPP", "N" * 70, 140)
    assert lines[10][:3] == "a b"


@given(st.text(min_size=1, max_size=90), st.text(max_size=150))
def test_every_code_keeps_within_the_standards_limits(name, text):
    try:
        payload = epc_payload(replace(TRANSFER, name=name, text=text))
    except NotForEpc:
        return
    assert len(payload.encode()) <= 331
    assert len(payload.split("\n")) == 11


def test_the_picture_has_the_codes_modules_and_a_name():
    payload = epc_payload(TRANSFER)
    svg = qr_svg(payload, label='Pay "now"')
    rows = qr_matrix(payload)
    assert f'viewBox="0 0 {len(rows)} {len(rows)}"' in svg
    assert 'aria-label="Pay &quot;now&quot;"' in svg
    assert svg.count("M") - 1 == sum(
        sum(dark and not row[x - 1] for x, dark in enumerate(row)) for row in rows
    )
    assert not any(any(row) for row in rows[:4])
