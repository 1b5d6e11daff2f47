"""Words people agree to, told apart by their digest (R19)."""

from __future__ import annotations

import hashlib


def plain_wording(text: str) -> str:
    """Return the text with single spaces: what is shown, kept and digested."""
    return " ".join(text.split())


def digest(text: str) -> str:
    """Return the SHA-256 of a wording, 64 hexadecimal characters."""
    return hashlib.sha256(plain_wording(text).encode()).hexdigest()
