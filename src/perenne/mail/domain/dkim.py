"""Signatures over whole messages: DKIM (RFC 6376), with RSA and Ed25519 (RFC 8463).

Headers are made "relaxed", the body is signed as it stands ("simple"): ours is
quoted-printable with CRLF, which no server has a reason to touch. One hash of the body
serves both signatures.
"""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

# The subscription headers must be signed (R25); From is named twice, so that nobody can
# add another one in front (RFC 6376, 8.15).
_SIGNED = (
    b"from",
    b"to",
    b"subject",
    b"date",
    b"message-id",
    b"reply-to",
    b"mime-version",
    b"content-type",
    b"auto-submitted",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
)
_TWICE = (b"from",)
_SPACES = re.compile(rb"[ \t]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")


class PrivateKey(Protocol):
    """Signs bytes in its own way."""

    def sign(self, data: bytes) -> bytes:
        """Return the signature of data that was not hashed yet."""


@dataclass(frozen=True, slots=True)
class Key:
    """One signature's key.

    name  "rsa" or "ed25519"
    """

    selector: str
    name: str
    private: PrivateKey


class Signer:
    """Signs every message of one domain, once per key."""

    def __init__(self, domain: str, keys: Sequence[Key]) -> None:
        """Prepare what does not depend on the message."""
        self._domain = domain.encode("idna")
        self._keys = list(keys)

    def signed_when_built(
        self, build: Callable[[], list[bytes]], *, at: datetime
    ) -> list[bytes]:
        """Build a message and return its pieces with its signatures in front."""
        pieces = build()
        return [*self.signatures(b"".join(pieces), at=at), *pieces]

    def signed(self, message: bytes, *, at: datetime) -> bytes:
        """Return the message with a DKIM-Signature for each key in front."""
        return b"".join([*self.signatures(message, at=at), message])

    def signatures(self, message: bytes, *, at: datetime) -> list[bytes]:
        """Return a DKIM-Signature for each key: a header line to put in front."""
        head, _blank, body = message.partition(b"\r\n\r\n")
        canonical = _canonical_headers(head)
        present = [name for name in _SIGNED if name in canonical]
        names = b":".join([*present, *_TWICE])
        lines = b"".join(canonical[name] for name in present)
        body_hash = b64encode(sha256(canonical_body(body)).digest())
        seconds = b"%d" % int(at.timestamp())
        return [self._line(key, names, lines, body_hash, seconds) for key in self._keys]

    def _line(  # noqa: PLR0917 - the tags of one line
        self, key: Key, names: bytes, lines: bytes, body_hash: bytes, seconds: bytes
    ) -> bytes:
        tags = (
            b"v=1; a=" + key.name.encode("ascii") + b"-sha256; c=relaxed/simple; d="
            + self._domain + b"; s=" + key.selector.encode("ascii") + b";\r\n t="
            + seconds + b"; h=" + names + b";\r\n bh=" + body_hash + b";\r\n b="
        )  # fmt: skip
        bare = _SPACES.sub(b" ", tags.replace(b"\r\n", b"")).strip()
        signature = b64encode(key.private.sign(lines + b"dkim-signature:" + bare))
        folded = b"\r\n ".join(
            signature[start : start + 72] for start in range(0, len(signature), 72)
        )
        return b"DKIM-Signature: " + tags + folded + b"\r\n"


def canonical_body(body: bytes) -> bytes:
    """Return a body as "simple" has it: without empty lines at its end."""
    return body.rstrip(b"\r\n") + b"\r\n"


def _canonical_headers(head: bytes) -> dict[bytes, bytes]:
    """Return "relaxed" lines by name; of a repeated header the last one."""
    found = {}
    for line in _FOLD.sub(b"", head).split(b"\r\n"):
        name, _colon, value = line.partition(b":")
        low = name.strip().lower()
        found[low] = low + b":" + _SPACES.sub(b" ", value).strip() + b"\r\n"
    return found
