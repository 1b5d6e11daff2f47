"""CSV files as people bring them."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.portability.domain.tables import (
    UnreadableTable,
    detect_layout,
    read_rows,
    safe_cell,
)


def rows_of(data):
    stream = io.BytesIO(data)
    layout = detect_layout(stream)
    return layout, list(read_rows(stream, layout))


@pytest.mark.parametrize(
    ("data", "encoding", "delimiter", "cells"),
    [
        (b"email,name\na@b.fr,Zo\xc3\xa9\n", "utf-8", ",", ["a@b.fr", "Zoé"]),
        (
            b"\xef\xbb\xbfemail;name\r\na@b.fr;Bob\r\n",
            "utf-8-sig",
            ";",
            ["a@b.fr", "Bob"],
        ),
        (b"email\tname\na@b.fr\tZo\xe9\n", "cp1252", "\t", ["a@b.fr", "Zoé"]),
        ("email|name\na@b.fr|Zoé\n".encode("utf-16"), "utf-16", "|", ["a@b.fr", "Zoé"]),
        (b'email,name\na@b.fr,"two\nlines"\n', "utf-8", ",", ["a@b.fr", "two\nlines"]),
        (b" \n\nemail,name\na@b.fr,Bob\n", "utf-8", ",", ["a@b.fr", "Bob"]),
        (
            "email,nom\na@b.fr,Zoé Lefèvre\n".encode("mac_roman"),
            "mac_roman",
            ",",
            ["a@b.fr", "Zoé Lefèvre"],
        ),
        (
            "email;nom\na@b.fr;Zoé\n".encode("utf-16-le"),
            "utf-16-le",
            ";",
            ["a@b.fr", "Zoé"],
        ),
        (
            "email;nom\na@b.fr;Zoé\n".encode("utf-16-be"),
            "utf-16-be",
            ";",
            ["a@b.fr", "Zoé"],
        ),
        (b"sep=;\nemail;name\na@b.fr;B,ob\n", "utf-8", ";", ["a@b.fr", "B,ob"]),
        (b'"nom, prenom";email\nBob;a@b.fr\n', "utf-8", ";", ["Bob", "a@b.fr"]),
        (b'email,"full\nname"\na@b.fr,Bob\n', "utf-8", ",", ["a@b.fr", "Bob"]),
    ],
)
def test_encoding_and_delimiter_are_detected(data, encoding, delimiter, cells):
    layout, rows = rows_of(data)
    assert (layout.encoding, layout.delimiter) == (encoding, delimiter)
    assert [list(row.cells.values()) for row in rows] == [cells]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"PK\x00\x01\x00", "binary"),
        (b'\n{"db": [{"email": "a@b.fr"}]}\n', "binary"),
        (b"<!doctype html><p>a@b.fr</p>", "binary"),
        (b",,\n1,2,3", "no_header"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole(data, reason):
    with pytest.raises(UnreadableTable) as refused:
        detect_layout(io.BytesIO(data))
    assert refused.value.reason == reason


def test_rows_are_answered_one_by_one():
    data = (
        b"email,name\n"
        b"short@example.org\n"
        b"empty-tail@example.org,Bob,\n"
        b"\n"
        b"long@example.org,Bob,surplus\n"
        b"bad@example.org,Zo\xc3\xa9\xff\n"
    )
    _layout, rows = rows_of(data)
    assert [(row.line, row.cells["email"], row.problem) for row in rows] == [
        (2, "short@example.org", ""),
        (3, "empty-tail@example.org", ""),
        (5, "long@example.org", "too_many_cells"),
        (6, "bad@example.org", "bytes"),
    ]


def test_a_row_is_named_by_the_line_where_it_begins():
    data = b'email,name\na@b.fr,"two\nlines"\n\nc@d.fr,Bob\n'
    _layout, rows = rows_of(data)
    assert [row.line for row in rows] == [2, 5]


@pytest.mark.parametrize("opened", [b'"never closed', b'"closed" too early', b'"a"b"'])
def test_a_quotation_mark_astray_costs_its_own_line_only(opened):
    data = b"email,name\na@b.fr," + opened + b'\nc@d.fr,Cleo\ne@f.fr,"Eve, too"\n'
    _layout, rows = rows_of(data)
    assert [(row.line, row.problem) for row in rows] == [
        (2, "unreadable"),
        (3, ""),
        (4, ""),
    ]
    assert rows[0].raw[0] == "a@b.fr"
    assert rows[2].cells == {"email": "e@f.fr", "name": "Eve, too"}


def test_a_cell_without_end_costs_its_own_line_only():
    data = b'email,name\na@b.fr,"' + b"x\n" * 200_000 + b"c@d.fr,Cleo\n"
    _layout, rows = rows_of(data)
    assert rows[0].problem == "unreadable"
    assert (rows[-1].line, rows[-1].cells["email"]) == (200_002, "c@d.fr")


def test_a_file_cut_in_the_middle_of_a_letter_is_read_to_there():
    data = "email,name\na@b.fr,Zoé\nc@d.fr,Léo".encode("utf-16")[:-1]
    _layout, rows = rows_of(data)
    assert [(row.line, row.problem) for row in rows] == [(2, ""), (3, "bytes")]


def test_a_null_beyond_the_sample_is_no_text():
    data = b"email,name\n" + b"a@b.fr,Bob\n" * 100_000 + b"c@d.fr,C\x00leo\n"
    _layout, rows = rows_of(data)
    assert (rows[-1].line, rows[-1].problem) == (100_002, "bytes")


def test_headers_of_the_same_name_are_told_apart():
    layout, _rows = rows_of(b"email,note,note,\na@b.fr,1,2,3\n")
    assert layout.columns == ("email", "note", "note 2", "column 4")


@given(st.text().filter(lambda text: text.isprintable()))
def test_a_safe_cell_never_begins_a_formula_and_reads_back(text):
    shown = safe_cell(text)
    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
    data = io.BytesIO()
    wrapper = io.TextIOWrapper(data, "utf-8", newline="")
    csv.writer(wrapper).writerows([["cell", "end"], [shown, "x"]])
    wrapper.flush()
    _layout, rows = rows_of(data.getvalue())
    assert rows[0].cells["cell"] == text.strip()


@given(st.binary(max_size=400))
def test_any_bytes_are_rows_or_a_refusal(data):
    stream = io.BytesIO(b"email,name\n" + data)
    try:
        layout = detect_layout(stream)
    except UnreadableTable:
        assert b"\x00" in data
        return
    assert all(row.line >= 2 for row in read_rows(stream, layout))
