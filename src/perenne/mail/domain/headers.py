"""Header lines that no value can break out of."""

from __future__ import annotations

import re
from base64 import b64encode
from urllib.parse import quote

_MAX_PLAIN = 66
_WORD_BYTES = 39  # 52 characters of base64, 64 as an encoded word
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS = re.compile(r"[^\s<>\"(),:;\\\[\]@\x00-\x1f\x7f]+@[^\s<>@\x00-\x1f\x7f]+")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_MAX_ADDRESS = 254


class UnsafeHeader(ValueError):
    """The value cannot stand in a mail at all."""


def one_line(text: str) -> str:
    """Return the text without line ends and control characters."""
    return _CONTROLS.sub(" ", text).strip()


def encode_text(text: str) -> bytes:
    """Return a header's free text: as it is when plain, else as encoded words (RFC 2047).

    Lone surrogates become question marks.
    """
    clean = one_line(text)
    if clean.isascii() and len(clean) <= _MAX_PLAIN and "=?" not in clean:
        return clean.encode("ascii")
    words = (
        b"=?utf-8?b?" + b64encode(chunk) + b"?="
        for chunk in _chunks(clean.encode("utf-8", "replace"))
    )
    return b"\r\n ".join(words)


def _chunks(data: bytes) -> list[bytes]:
    """Cut UTF-8 at character boundaries into pieces that fit an encoded word."""
    pieces, start = [], 0
    while start < len(data):
        end = min(start + _WORD_BYTES, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(data[start:end])
        start = end
    return pieces


def is_sendable(address: str) -> bool:
    """Tell whether an address can be put into a command and a header unharmed."""
    return len(address) <= _MAX_ADDRESS and bool(_ADDRESS.fullmatch(address))


def encode_address(address: str) -> bytes:
    """Return a bare address; UnsafeHeader unless it can be sent to."""
    if not is_sendable(address):
        raise UnsafeHeader("not an address")
    return address.encode("utf-8")


def encode_mailbox(name: str, address: str) -> bytes:
    """Return `"Name" <address>`, the name quoted or encoded."""
    bare, shown = encode_address(address), one_line(name)
    if not shown:
        return bare
    if shown.isascii() and "=?" not in shown and len(shown) <= _MAX_PLAIN:
        escaped = shown.replace("\\", "\\\\").replace('"', '\\"')
        return b'"' + escaped.encode("ascii") + b'" <' + bare + b">"
    return encode_text(shown) + b"\r\n <" + bare + b">"


def encode_extra(headers: dict[str, str], *, reserved: frozenset[str]) -> bytes:
    """Return lines for additional headers; UnsafeHeader for a bad or reserved name."""
    lines = []
    for name, value in headers.items():
        if not _NAME.fullmatch(name) or name.lower() in reserved:
            raise UnsafeHeader("not a header of one's own")
        lines.append(name.encode("ascii") + b": " + encode_text(value) + b"\r\n")
    return b"".join(lines)


def encode_filename(name: str) -> bytes:
    """Return a Content-Disposition filename parameter (RFC 2231)."""
    clean = one_line(name).replace("/", "_").replace("\\", "_") or "file"
    safe = quote(clean.encode("utf-8", "replace"), safe="")
    return b"filename*=utf-8''" + safe.encode("ascii")
