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

    def headers(self, token: str) -> bytes:
        """Return List-Unsubscribe and List-Unsubscribe-Post (RFC 2369, RFC 8058)."""
        url = one_line(self.url(token)).encode("ascii", "replace")
        mailbox = encode_address(self.mailbox)
        subject = b"?subject=unsubscribe%20" + quote(token, safe="").encode("ascii")
        return (
            b"List-Unsubscribe: <" + url + b">,\r\n <mailto:" + mailbox + subject + b">"
            b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        )


def salted(key: str) -> str:
    """Return what names a mail in its Message-IDs: nobody can guess it."""
    return sha256(key.encode()).hexdigest()[:20]


def quoted_printable(text: str) -> bytes:
    """Return text as quoted-printable lines ended by CRLF, starting at a line's start."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    encoded = b2a_qp(lines.encode("utf-8", "replace"), istext=True)
    return encoded.replace(b"\n", b"\r\n")


def _value(text: str) -> bytes:
    """Return a recipient's value, which starts at a line's start."""
    if _PLAIN_VALUE.fullmatch(text):
        return text.encode("ascii") + _SOFT_BREAK
    encoded = quoted_printable(text)
    return encoded if not encoded or encoded[-1:] == b"\n" else encoded + _SOFT_BREAK


class BodyText:
    """One text part, encoded but for its merge fields."""

    def __init__(self, parts: list[str | Field], *, is_html: bool) -> None:
        """Encode the literal texts."""
        self._is_html = is_html
        self._parts = [
            part if isinstance(part, Field) else self._literal(part) for part in parts
        ]

    @staticmethod
    def _literal(text: str) -> bytes:
        encoded = quoted_printable(text)
        return encoded if encoded[-1:] == b"\n" else encoded + _SOFT_BREAK

    def joined(self, merge: Merge) -> list[bytes]:
        """Return the part's pieces for one recipient; values are escaped in HTML."""
        pieces = []
        for part in self._parts:
            if isinstance(part, bytes):
                pieces.append(part)
                continue
            value = part.value(merge)
            pieces.append(_value(escape(value) if self._is_html else value))
        return pieces


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
        self._text = BodyText(split(text), is_html=False)
        self._html = BodyText(split(html), is_html=True) if html else None
        self._files = [self._file(file) for file in attachments]

    def joined(
        self,
        *,
        to: str,
        number: int,
        at: datetime,
        merge: Merge | None = None,
        token: str = "",
    ) -> bytes:
        """Return the whole message for one recipient, CRLF line ends, 7 bit.

        number  the delivery: the same one has the same Message-ID whenever it is sent
        at      the Date header, aware
        Raises  UnsafeHeader: `to` is not an address
        """
        values = {**(merge or {}), "address": to}
        head = [self._fixed, b"To: ", encode_address(to), b"\r\n"]
        if self._unsubscribing is not None:
            values["unsubscribe_url"] = self._unsubscribing.url(token)
            head.append(self._unsubscribing.headers(token))
        head += [
            b"Subject: ",
            encode_text(fill(self._subject, values)),
            b"\r\nDate: ",
            _date(at),
            f"\r\nMessage-ID: <{number}.{self._key}@".encode(),
            self._domain,
            b">\r\nMIME-Version: 1.0\r\n",
        ]
        return b"".join(head + self._body(values))

    def preview(self, merge: Merge | None = None, *, token: str = "") -> str:
        """Return the subject as one recipient reads it."""
        values = dict(merge or {})
        if self._unsubscribing is not None:
            values["unsubscribe_url"] = self._unsubscribing.url(token)
        return one_line(fill(self._subject, values))

    def _body(self, values: Merge) -> list[bytes]:
        body = [_part(b"text/plain"), *self._text.joined(values)]
        if self._html is not None:
            html = [_part(b"text/html"), *self._html.joined(values)]
            body = self._multipart(b"alternative", b"a", [body, html])
        if self._files:
            body = self._multipart(b"mixed", b"m", [body, *self._files])
        return body

    def _multipart(
        self, kind: bytes, mark: bytes, parts: list[list[bytes]]
    ) -> list[bytes]:
        """Join parts; "=_" in a boundary never occurs in quoted-printable or base64."""
        boundary = b"=_" + mark + self._key.encode("ascii")
        start = b"\r\n--" + boundary + b"\r\n"
        pieces = [
            b"Content-Type: multipart/" + kind + b'; boundary="' + boundary + b'"\r\n'
        ]
        for part in parts:
            pieces += [start, *part]
        return [*pieces, b"\r\n--" + boundary + b"--\r\n"]

    @staticmethod
    def _file(file: Attachment) -> list[bytes]:
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


def _part(content_type: bytes) -> bytes:
    return (
        b"Content-Type: " + content_type + b'; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
