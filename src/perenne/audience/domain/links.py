"""Opaque, unguessable links that need no stored row (R23).

A link names a person and a letter, signed with the installation's key: a million
recipients cost no table of tokens.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass

_IDS = struct.Struct(">QQ")
_SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Link:
    """Whose link it is, and the letter it stood in (0 for none)."""

    person_id: int
    letter_id: int = 0


def link_key(secret: str) -> bytes:
    """Return the key that signs links, derived from the installation's secret."""
    return hashlib.sha256(b"perenne.audience.links:" + secret.encode()).digest()


def write_link(link: Link, key: bytes) -> str:
    """Return the token of a link, safe in a URL, 43 characters."""
    pad = hmac.digest(key, b"mask", "sha256")[: _IDS.size]
    ids = _IDS.pack(link.person_id, link.letter_id)
    masked = bytes(a ^ b for a, b in zip(ids, pad, strict=True))
    signature = hmac.digest(key, ids, "sha256")[:_SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(masked + signature).rstrip(b"=").decode()


def read_link(token: str, key: bytes) -> Link | None:
    """Return the link a token stands for, or None when it was not written by us."""
    try:
        raw = base64.b64decode(
            token.encode("ascii") + b"=" * (-len(token) % 4), b"-_", validate=True
        )
    except (binascii.Error, ValueError):
        return None
    if len(raw) != _IDS.size + _SIGNATURE_BYTES:
        return None
    pad = hmac.digest(key, b"mask", "sha256")[: _IDS.size]
    ids = bytes(a ^ b for a, b in zip(raw, pad, strict=False))
    signature = hmac.digest(key, ids, "sha256")[:_SIGNATURE_BYTES]
    if not hmac.compare_digest(signature, raw[_IDS.size :]):
        return None
    return Link(*_IDS.unpack(ids))
