"""What a file is, told by its bytes; ranges; progress."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.courses.domain.media import MediaKind, media_type, safe_name
from perenne.courses.domain.progress import is_watched, minutes_left, percent_done
from perenne.courses.domain.ranges import ByteRange, RangeNotSatisfiable, byte_range
from perenne.courses.domain.rich_text import clean_html
from tests.courses.conftest import MP4, PDF, PNG, VTT

WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"


@pytest.mark.parametrize(
    ("kind", "name", "head", "expected"),
    [
        ("video", "film.mp4", MP4, "mp4"),
        ("video", "film.exe", MP4, "mp4"),
        ("video", "film.webm", WEBM, "webm"),
        ("video", "film.mp4", b"MZ\x90\x00" + bytes(60), None),
        ("video", "film.mp4", b"<html><script>alert(1)</script>", None),
        ("video", "film.mp4", b"\x00\x00\x00\x18ftypevil" + bytes(8) + b"evil", None),
        ("video", "film.mp4", b"\x00\x00\x00\x08ftyp", None),
        ("video", "film.mp4", b"\xff\xff\xff\xfcftypisom", None),
        ("video", "film.mp4", b"", None),
        ("video", "film.mp4", PNG, None),
        ("video", "clip.mkv", b"\x1aE\xdf\xa3\x93B\x82\x88matroska", None),
        ("captions", "fr.vtt", VTT, "vtt"),
        ("captions", "fr.vtt", b"\xef\xbb\xbf" + VTT, "vtt"),
        ("captions", "fr.vtt", b"WEBVTTX", None),
        ("captions", "fr.vtt", b"1\n00:00:00,000 --> 00:00:01,000\n", None),
        ("captions", "fr.vtt", b"WEBVTT\n\n\xff\xfe", None),
        ("picture", "p.jpg", PNG, "png"),
        ("picture", "p.svg", b"<svg onload='x'/>", None),
        ("file", "guide.pdf", PDF, "pdf"),
        ("file", "guide.pdf", b"MZ" + bytes(64), None),
        ("file", "page.html", b"<html></html>", None),
        ("file", "book.epub", b"PK\x03\x04mimetype", "epub"),
        ("file", "app.jar", b"PK\x03\x04", "zip"),
        ("file", "list.csv", "prénom\n".encode(), "csv"),
        ("file", "list.csv", b"a\x00b", None),
        ("file", "long.txt", ("a" + "é" * 2048).encode()[:4096], "txt"),
    ],
)
def test_a_file_is_what_its_bytes_say(kind, name, head, expected):
    assert media_type(MediaKind(kind), name=name, head=head) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("film.mp4", "film.mp4"),
        ("../../etc/passwd", "passwd.mp4"),
        ("C:\\Users\\Ana\\film.mov", "film.mp4"),
        ("a\r\nSet-Cookie: x=1.mp4", "aSet-Cookie x=1.mp4"),
        ("\u202egpj.exe", "gpj.mp4"),
        ('"><script>.mp4', "script.mp4"),
        ("...", "file.mp4"),
        ("", "file.mp4"),
        ("leçon №1.mp4", "leçon №1.mp4"),
        ("x" * 300 + ".mp4", "x" * 96 + ".mp4"),
    ],
)
def test_a_hostile_name_becomes_harmless(typed, expected):
    assert safe_name(typed, extension="mp4") == expected


@given(st.text(max_size=200))
def test_a_safe_name_is_short_and_has_no_path(typed):
    name = safe_name(typed, extension="pdf")
    assert name.endswith(".pdf")
    assert 5 <= len(name) <= 100
    assert not set(name) & set('/\\"<>\r\n\x00')


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-", ByteRange(0, 99)),
        ("bytes=0-0", ByteRange(0, 0)),
        ("bytes=10-19", ByteRange(10, 19)),
        ("bytes=90-500", ByteRange(90, 99)),
        ("bytes=-10", ByteRange(90, 99)),
        ("bytes=-500", ByteRange(0, 99)),
        ("bytes= 5 - 9", ByteRange(5, 9)),
        ("", None),
        ("bytes=-", None),
        ("bytes=9-5", None),
        ("bytes=0-1,5-9", None),
        ("items=0-1", None),
        ("bytes=x-y", None),
    ],
)
def test_a_range_is_understood_or_ignored(header, expected):
    assert byte_range(header, size=100) == expected


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=-0", "bytes=200-300"])
def test_a_range_outside_the_file_is_refused(header):
    with pytest.raises(RangeNotSatisfiable):
        byte_range(header, size=100)


@pytest.mark.parametrize(
    ("position", "duration", "expected"),
    [
        (90, 100, True),
        (89, 100, False),
        (0, 0, False),
        (100, 100, True),
        (5, -1, False),
    ],
)
def test_a_video_is_watched_at_ninety_percent(position, duration, expected):
    assert is_watched(position, duration) is expected


def test_percent_is_a_hundred_only_when_all_is_done():
    assert [percent_done(*p) for p in [(0, 0), (1, 3), (199, 200), (3, 3)]] == [
        *(0, 33, 99, 100)
    ]
    assert [minutes_left(10, 125), minutes_left(10, 900), minutes_left(0, 5)] == [
        *(8, 1, 0)
    ]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Ok <b>bold</b></p>", "<p>Ok <b>bold</b></p>"),
        ("<script>alert(1)</script><p>x</p>", "<p>x</p>"),
        ('<p onclick="x()">x</p>', "<p>x</p>"),
        ('<a href="javascript:x()">x</a>', '<a rel="noopener">x</a>'),
        ("<p></p>\n<p><br></p>", ""),
        ("", ""),
    ],
)
def test_only_harmless_html_stays(html, expected):
    assert clean_html(html) == expected
