"""Whatever stands in a subject or a merge value, the message stays one message."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perenne.mail.domain.headers import UnsafeHeader, one_line
from perenne.mail.domain.mime import BuiltMail, Unsubscribing
from perenne.mail.domain.outgoing import Attachment
from perenne.mail.gateways.smtp import end_after

AT = datetime(2026, 9, 15, 8, 30, tzinfo=UTC)
ANY = st.text(max_size=300)
HEADERS = {
    "From",
    "To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Subject",
    "Date",
    "Message-ID",
    "MIME-Version",
    "Content-Type",
}


def _letter(**changes):
    return BuiltMail(
        **{
            "key": "k",
            "sender_name": "Atelier Boréal",
            "sender": "letter@boreal.example",
            "subject": "For {{ merge.name }}",
            "text": "Hello {{ merge.name }}!\n.\nBye",
            "html": "<p>{{ merge.name }}</p>",
            "unsubscribing": Unsubscribing("https://b.example/u/", "a@b.example"),
        }
        | changes
    )


def _joined(mail, name):
    return mail.joined(
        to="ana@example.org", number=7, at=AT, merge={"name": name}, token="t-1"
    )


def _lines(text):
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


@given(name=ANY)
def test_a_value_stays_in_its_place(name):
    content = _joined(_letter(), name)
    read = message_from_bytes(content, policy=policy.default)
    assert set(read.keys()) == HEADERS
    assert (read.defects, len(read.get_payload())) == ([], 2)
    plain, page = (
        part.get_payload(decode=True).decode() for part in read.get_payload()
    )
    clean = name.encode("utf-8", "replace").decode()
    assert _lines(plain) == _lines(f"Hello {clean}!\n.\nBye")
    assert _lines(unescape(page)) == _lines(unescape(f"<p>{clean}</p>")) or (
        "&" in clean and "&amp;" in page
    )
    assert "<script" not in page.lower()


@given(subject=ANY, name=ANY, sender_name=ANY)
def test_no_header_breaks_out_and_lines_are_short(subject, name, sender_name):
    mail = _letter(subject=subject + "{{ merge.name }}", sender_name=sender_name)
    head, _blank, _body = _joined(mail, name).partition(b"\r\n\r\n")
    names = {
        line.split(b":")[0].decode() for line in head.split(b"\r\n") if line[:1] != b" "
    }
    assert names == HEADERS
    assert max(map(len, head.split(b"\r\n"))) <= 120
    assert head.isascii()


@given(subject=st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1))
def test_a_subject_reads_as_it_was_written(subject):
    read = message_from_bytes(
        _joined(_letter(subject=subject), ""), policy=policy.default
    )
    assert str(read["Subject"]) == one_line(subject)


@given(body=ANY)
def test_every_line_of_a_body_fits_and_is_ascii(body):
    content = _joined(_letter(text=body or "-", html=body), body)
    assert content.isascii()
    lines = content.partition(b"\r\n\r\n")[2].split(b"\r\n")
    assert max(map(len, lines)) <= 76 + 20
    assert b"\n" not in content.replace(b"\r\n", b"")


@given(body=st.text(".\r\n a=é", max_size=200), name=st.text(".\n=", max_size=40))
def test_no_line_begins_with_a_dot_and_each_still_reads_as_it_was_written(body, name):
    content = _joined(_letter(text=body + "x", html=body + "x"), name)
    assert b"\n." not in content
    read = message_from_bytes(content, policy=policy.default)
    plain, _page = (part.get_payload(decode=True) for part in read.get_payload())
    assert _lines(plain.decode()) == _lines(body + "x")


@pytest.mark.parametrize(
    ("content", "end"), [(b"a\r\n", b".\r\n"), (b"a", b"\r\n.\r\n")]
)
def test_the_end_of_data_stands_on_a_line_of_its_own(content, end):
    assert end_after(content) == end


def test_the_same_delivery_keeps_its_message_id():
    first, again = (
        message_from_bytes(_joined(_letter(), name))["Message-ID"] for name in "ab"
    )
    assert first == again


def test_a_service_mail_has_no_way_to_unsubscribe_and_no_merge_fields():
    mail = _letter(unsubscribing=None, merges=False)
    read = message_from_bytes(_joined(mail, "Ana"))
    assert (read["List-Unsubscribe"], read["Subject"]) == (None, "For {{ merge.name }}")


@pytest.mark.parametrize(
    "to", ["", "ana", "a b@x.org", "a@x.org\r\nBcc: e@x.org", "<a@x.org>"]
)
def test_what_is_no_address_is_refused(to):
    with pytest.raises(UnsafeHeader):
        _letter().joined(to=to, number=1, at=AT)


def _with_file(content_type):
    file = Attachment("session.ics", b"BEGIN:VCALENDAR\r\n", content_type)
    return _letter(unsubscribing=None, merges=False, attachments=[file])


def test_a_file_keeps_the_parameters_of_its_type():
    mail = _with_file("text/calendar; charset=utf-8; method=REQUEST")
    read = message_from_bytes(_joined(mail, "Ana"), policy=policy.default)
    [file] = read.iter_attachments()
    assert (file.get_content_type(), dict(file["Content-Type"].params)) == (
        "text/calendar",
        {"charset": "utf-8", "method": "REQUEST"},
    )


@pytest.mark.parametrize(
    "content_type",
    ["text", "text/plain;", "text/plain\r\nX: y", "text/plain; a=b\r\nBcc: e@x.org"],
)
def test_a_type_that_is_none_is_refused(content_type):
    with pytest.raises(UnsafeHeader):
        _with_file(content_type)
