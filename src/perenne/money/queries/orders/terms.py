"""The terms of sale: the owner's wording, or one made from the business identity."""

from __future__ import annotations

import hashlib

from django.template.loader import render_to_string

from perenne.core.queries import current_business
from perenne.money.models import TermsVersion


def digest_of(text: str) -> str:
    """Return the SHA-256 of a wording, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def terms_text(language: str) -> str:
    """Return the terms in force in a language (French when there is no other)."""
    own = (
        TermsVersion.objects.filter(language=language, by_owner=True)
        .order_by("-valid_from", "-pk")
        .first()
    )
    if own is not None:
        return own.text
    name = language if language in {"fr", "en"} else "fr"
    return render_to_string(
        f"money/terms/{name}.txt", {"business": current_business()}
    ).strip()
