"""Messages as bytes: built once per mail, joined per recipient.

Text parts are quoted-printable. A recipient's value stands on lines of its own, held
together by soft line breaks (RFC 2045, 6.7), so that the literal parts are encoded once
and joining is all that a recipient costs.
"""

from __future__ import annotations

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import format_datetime
from functools import lru_cache
from hashlib import sha256
from html import escape
from itertools import batched
from typing import TYPE_CHECKING
from urllib.parse import quote

from perenne.mail.domain.headers import (
    UnsafeHeader,
    encode_address,
    encode_extra,
    encode_filename,
    encode_mailbox,
    encode_text,
    one_line,
)
from perenne.mail.domain.merge import Field, fill, split_fields

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from perenne.mail.domain.outgoing import Attachment

type Merge = Mapping[str, object]

_SOFT_BREAK = b"=\r\n"
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_,!?:;/()'&+-](?:[ -<>-~]{0,60}[!-<>-~])?")
_LEADING_DOTS = re.compile(rb"^\.+", re.MULTILINE)
_CONTENT_TYPE = re.compile(r"[a-z]+/[a-zA-Z0-9.+-]+(?:; [a-z]+=[a-zA-Z0-9-]+)*")
_RESERVED = frozenset(
    [
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "message-id",
        "reply-to",
        "sender",
        "return-path",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "list-unsubscribe",
        "list-unsubscribe-post",
    ]
)


@dataclass(frozen=True, slots=True)
class Unsubscribing:
    """How a letter is left: https address before the token, and a mailbox (R23)."""

    base: str
    mailbox: str

    def url(self, token: str) -> str:
        """Return the recipient's own page."""
        return f"{self.base.rstrip('/')}/{quote(token, safe='')}/"

    def headers(self, url: str, token: str) -> bytes:
        """Return List-Unsubscribe and List-Unsubscribe-Post (RFC 2369, RFC 8058)."""
        mailbox = f"{self.mailbox}?subject=unsubscribe%20{quote(token, safe='')}"
        return (
            f"List-Unsubscribe: <{one_line(url)}>,\r\n <mailto:{mailbox}>\r\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        ).encode("ascii", "replace")


def salted(key: str) -> str:
    """Return what names a mail in its Message-IDs: nobody can guess it."""
    return sha256(key.encode()).hexdigest()[:20]


def quoted_printable(text: str) -> bytes:
    """Return text as quoted-printable lines ended by CRLF, starting at a line's start.

    No line begins with a dot.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    encoded = b2a_qp(lines.encode("utf-8", "replace"), istext=True)
    return _LEADING_DOTS.sub(_dots, encoded).replace(b"\n", b"\r\n")


def _dots(found: re.Match[bytes]) -> bytes:
    """Return dots at a line's start as codes on lines of their own.

    So no line of ours begins with a dot, and SMTP's doubling of it (RFC 5321, 4.5.2)
    needs no look at each message: 35 of 250 microseconds at 20 kB.
    """
    lines = [b"=2E" * len(dots) + b"=\n" for dots in batched(found[0], 20)]
    return b"".join(lines)


def _value(text: str) -> bytes:
    """Return a recipient's value, which starts at a line's start."""
    if _PLAIN_VALUE.fullmatch(text):
        return text.encode("ascii") + _SOFT_BREAK
    encoded = quoted_printable(text)
    return encoded if not encoded or encoded[-1:] == b"\n" else encoded + _SOFT_BREAK


@dataclass(frozen=True, slots=True)
class _Slot:
    """A recipient's place in a text part; values are escaped in HTML."""

    field: Field
    is_html: bool

    def filled(self, merge: Merge) -> bytes:
        value = self.field.value(merge)
        return _value(escape(value) if self.is_html else value)


type _Pieces = list[bytes | _Slot]


def _encoded(parts: list[str | Field], *, is_html: bool) -> _Pieces:
    """Return one text part with its headers, encoded but for its merge fields."""
    kind = b"text/html" if is_html else b"text/plain"
    return [
        b"Content-Type: " + kind + b'; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n",
        *(
            _Slot(part, is_html) if isinstance(part, Field) else _literal(part)
            for part in parts
        ),
    ]


def _literal(text: str) -> bytes:
    encoded = quoted_printable(text)
    return encoded if encoded[-1:] == b"\n" else encoded + _SOFT_BREAK


def _merged(pieces: _Pieces) -> _Pieces:
    """Return the pieces with neighbouring bytes in one: less to put together each time."""
    found: _Pieces = []
    for piece in pieces:
        last = found[-1] if found else None
        if isinstance(piece, bytes) and isinstance(last, bytes):
            found[-1] = last + piece
        else:
            found.append(piece)
    return found


class BuiltMail:
    """A mail ready to be joined for any number of recipients."""

    def __init__(
        self,
        *,
        key: str,
        sender_name: str,
        sender: str,
        subject: str,
        text: str,
        html: str = "",
        reply_to: str = "",
        headers: dict[str, str] | None = None,
        unsubscribing: Unsubscribing | None = None,
        attachments: Sequence[Attachment] = (),
        merges: bool = True,
    ) -> None:
        """Encode everything that does not depend on the recipient.

        key            names the mail in boundaries and Message-IDs; keep it secret-salted
        unsubscribing  for letters only (R31)
        merges         whether {{ merge.<key> }} means something in this mail
        Raises         UnsafeHeader
        """
        self._key = salted(key)
        self._domain = sender.rpartition("@")[2].encode("idna")
        split = split_fields if merges else _no_fields
        self._subject = split(subject)
        self._unsubscribing = unsubscribing
        fixed = b"From: " + encode_mailbox(sender_name, sender) + b"\r\n"
        if reply_to:
            fixed += b"Reply-To: " + encode_address(reply_to) + b"\r\n"
        if unsubscribing is None:
            fixed += b"Auto-Submitted: auto-generated\r\n"
        self._fixed = fixed + encode_extra(headers or {}, reserved=_RESERVED)
        body = _encoded(split(text), is_html=False)
        if html:
            page = _encoded(split(html), is_html=True)
            body = self._multipart(b"alternative", b"a", [body, page])
        if files := [self._file(file) for file in attachments]:
            body = self._multipart(b"mixed", b"m", [body, *files])
        self._body = _merged([b">\r\nMIME-Version: 1.0\r\n", *body])

    def joined(
        self,
        *,
        to: str,
        number: int,
        at: datetime,
        merge: Merge | None = None,
        token: str = "",
    ) -> bytes:
        """Return the whole message for one recipient, as pieces() does, in one."""
        return b"".join(
            self.pieces(to=to, number=number, at=at, merge=merge, token=token)
        )

    def pieces(
        self,
        *,
        to: str,
        number: int,
        at: datetime,
        merge: Merge | None = None,
        token: str = "",
    ) -> list[bytes]:
        """Return the whole message for one recipient, CRLF line ends, 7 bit.

        In pieces, because the wire takes them as they are and a copy of 20 kB costs as
        much as all the rest. No line begins with a dot. Whoever signs the message puts
        header lines before them.
        number  the delivery: the same one has the same Message-ID whenever it is sent
        at      the Date header, aware
        Raises  UnsafeHeader: `to` is not an address
        """
        values = {**(merge or {}), "address": to}
        head = [self._fixed, b"To: ", encode_address(to), b"\r\n"]
        if self._unsubscribing is not None:
            url = values["unsubscribe_url"] = self._unsubscribing.url(token)
            head.append(self._unsubscribing.headers(url, token))
        head += [
            b"Subject: ",
            encode_text(fill(self._subject, values)),
            b"\r\nDate: ",
            _date(at),
            f"\r\nMessage-ID: <{number}.{self._key}@".encode(),
            self._domain,
        ]
        body = [
            piece if isinstance(piece, bytes) else piece.filled(values)
            for piece in self._body
        ]
        return [b"".join(head), *body]

    def preview(self, merge: Merge | None = None, *, token: str = "") -> str:
        """Return the subject as one recipient reads it."""
        values = dict(merge or {})
        if self._unsubscribing is not None:
            values["unsubscribe_url"] = self._unsubscribing.url(token)
        return one_line(fill(self._subject, values))

    def _multipart(self, kind: bytes, mark: bytes, parts: list[_Pieces]) -> _Pieces:
        """Join parts; "=_" in a boundary never occurs in quoted-printable or base64."""
        boundary = b"=_" + mark + self._key.encode("ascii")
        start = b"\r\n--" + boundary + b"\r\n"
        pieces: _Pieces = [
            b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n'
        ]
        for part in parts:
            pieces += [start, *part]
        return [*pieces, b"\r\n--" + boundary + b"--\r\n"]

    @staticmethod
    def _file(file: Attachment) -> _Pieces:
        if not _CONTENT_TYPE.fullmatch(file.content_type):
            raise UnsafeHeader("not a content type")
        return [
            b"Content-Type: " + file.content_type.encode("ascii") + b"\r\n"
            b"Content-Disposition: attachment; " + encode_filename(file.filename),
            b"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
            encodebytes(file.content).replace(b"\n", b"\r\n"),
        ]


@lru_cache(maxsize=8)
def _date(at: datetime) -> bytes:
    """Return a Date header's value; what is claimed together has the same."""
    return format_datetime(at).encode("ascii")


def _no_fields(text: str) -> list[str | Field]:
    return [text]
