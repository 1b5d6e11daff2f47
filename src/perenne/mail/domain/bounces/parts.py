"""A mail taken apart, however broken: its headers, its words, its machine parts."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from html import unescape

MAX_BYTES = 1_000_000
_MAX_TEXT = 60_000
_MAX_PARTS = 60
_MAX_DEPTH = 12
_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status"}
_RETURNED_TYPES = {
    "message/rfc822",
    "message/global",
    "message/partial",
    "message/global-headers",
    "message/rfc822-headers",
    "text/rfc822-headers",
    "text/rfc822",
}
_TAGS = re.compile(
    r"<(?:style|script|title)\b[^>]{0,500}>.{0,20000}?</|<[^<>]{1,2000}>", re.I | re.S
)
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d|p|div|tr|li)\b[^<>]{0,500}>", re.I)
_CHARSETS = {
    "unicode": "utf-8",
    "cp-850": "cp850",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
}
_MBOX = re.compile(rb"\A(?:>?From [^\r\n]{1,500}\r?\n)+")
_CTE = re.compile(r"quoted-printable|base64", re.I)


@dataclass(slots=True)
class Mail:
    """What the evidence modules look at.

    headers   by lower-case name, decoded; all values of a repeated one
    words     the parts that people read, plain before HTML
    status    the texts of delivery-status parts
    feedback  the texts of feedback-report parts
    returned  the mail that came back, or its headers
    """

    headers: dict[str, list[str]] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    status: list[str] = field(default_factory=list)
    feedback: list[str] = field(default_factory=list)
    returned: str = ""
    parts: int = 0

    def header(self, name: str) -> str:
        """Return a header's first value, or ""."""
        return self.headers.get(name, [""])[0]

    @property
    def text(self) -> str:
        """Return what people read; HTML only where there is no plain text."""
        plain = "\n".join(self.words).strip()
        return plain if len(plain) > 20 else "\n".join([plain, *self.pages])


def take_apart(raw: bytes) -> Mail:
    """Return the mail's parts; what cannot be parsed is left out."""
    mail = Mail()
    try:
        message = message_from_bytes(_MBOX.sub(b"", raw[:MAX_BYTES].lstrip()))
        for name, value in message.raw_items():
            mail.headers.setdefault(name.lower(), []).append(decoded(str(value)))
        _visit(message, mail, 0)
    except (MessageError, ValueError, LookupError, TypeError, RecursionError):
        # The parser of the standard library gives up on some bytes: read them as text.
        mail.words.append(raw[:_MAX_TEXT].decode("utf-8", "replace"))
    return mail


def decoded(value: str) -> str:
    """Return a header's value without encoded words, on one line."""
    value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    flat = " ".join(value.split())
    if "=?" not in flat:
        return flat
    try:
        pieces = decode_header(flat)
    except (MessageError, ValueError, LookupError):
        return flat
    return "".join(
        to_text(piece, charset or "") if isinstance(piece, bytes) else piece
        for piece, charset in pieces
    )


def to_text(data: bytes, charset: str) -> str:
    """Return text in the charset named, or in the likeliest one."""
    name = _CHARSETS.get(charset.lower().strip("'\""), charset.lower().strip("'\""))
    for candidate in (name or "utf-8", "utf-8"):
        try:
            return data.decode(candidate)
        except (LookupError, ValueError):
            continue
    return data.decode("latin-1")


def _visit(part: Message, mail: Mail, depth: int) -> None:
    mail.parts += 1
    if mail.parts > _MAX_PARTS or depth > _MAX_DEPTH:
        return
    kind = part.get_content_type()
    if kind in _STATUS_TYPES:
        mail.status.append(_fields(part))
    elif kind == "message/feedback-report":
        mail.feedback.append(_fields(part))
    elif kind in _RETURNED_TYPES and depth:
        mail.returned = mail.returned or _whole(part)
    elif part.is_multipart():
        _visit_children(part, mail, depth)
    elif part.get_content_maintype() in {"text", "multipart", "message"}:
        _keep_text(part, mail, kind)


def _visit_children(part: Message, mail: Mail, depth: int) -> None:
    for child in part.get_payload():
        if isinstance(child, Message):
            _visit(child, mail, depth + 1)


def _keep_text(part: Message, mail: Mail, kind: str) -> None:
    text = _content(part)
    if kind == "text/html":
        mail.pages.append(_without_tags(text))
    elif mail.returned and not text.lstrip().lower().startswith("final-recipient"):
        return  # a mailing list's footer, not the server's words
    else:
        mail.words.append(text)


def _content(part: Message) -> str:
    """Return a text part's text, at most so much."""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    return to_text(payload[: _MAX_TEXT * 4], part.get_content_charset() or "")[
        :_MAX_TEXT
    ]


def _fields(part: Message) -> str:
    """Return a part of header fields as text; the parser made messages of its blocks."""
    payload = part.get_payload()
    blocks = payload if isinstance(payload, list) else [payload]
    text = "\n\n".join(_whole(block) for block in blocks)[:_MAX_TEXT]
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        try:
            text = b64decode("".join(text.split())).decode("utf-8", "replace")
        except (NotBase64, ValueError):
            return text
    return text


def _whole(part: object) -> str:
    """Return a message's headers and plain content as text."""
    if not isinstance(part, Message):
        return str(part)[:_MAX_TEXT]
    head = "".join(
        f"{name}: {decoded_lines(str(value))}\n" for name, value in part.raw_items()
    )
    payload = part.get_payload()
    if part.get_content_type() in _RETURNED_TYPES and isinstance(payload, list):
        return "\n".join(_whole(child) for child in payload)
    if isinstance(payload, str):
        head += "\n" + payload[:_MAX_TEXT]
    return head[:_MAX_TEXT]


def decoded_lines(value: str) -> str:
    """Return a header's value with its folds, invalid bytes replaced."""
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _without_tags(html: str) -> str:
    text = _TAGS.sub(" ", _BREAKS.sub("\n", html[:_MAX_TEXT]))
    return unescape(text)
