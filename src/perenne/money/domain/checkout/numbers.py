"""Order numbers: short, said aloud and typed into a bank's form without doubt."""

from __future__ import annotations

import secrets

# No 0/O, 1/I/L, 5/S, 8/B; no vowels, so no words either.
_ALPHABET = "234679CDFGHJKMNPQRTVWXZ"


def new_order_number() -> str:
    """Return nine characters in threes: "K7M-2QX-9RT" (1.8 × 10¹² of them)."""
    text = "".join(secrets.choice(_ALPHABET) for _ in range(9))
    return f"{text[:3]}-{text[3:6]}-{text[6:]}"
