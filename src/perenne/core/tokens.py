"""Unguessable tokens: the link carries the token, the database only its hash."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """Return 256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return the SHA-256 of a token, 64 hexadecimal characters: what is stored."""
    return hashlib.sha256(token.encode()).hexdigest()
