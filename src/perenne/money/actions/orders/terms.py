"""Keep the exact wordings of the terms of sale (R45)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from perenne.core import log
from perenne.money.models import TermsVersion
from perenne.money.queries.orders.terms import digest_of, terms_text

if TYPE_CHECKING:
    from datetime import datetime


def keep_terms(language: str, *, now: datetime) -> TermsVersion:
    """Return the row of the terms in force, kept at the first order that accepts them."""
    text = terms_text(language)
    terms, _created = TermsVersion.objects.get_or_create(
        digest=digest_of(text),
        defaults={"language": language, "text": text, "valid_from": now},
    )
    return terms


@transaction.atomic
def publish_terms(
    *, language: str, text: str, actor: str, now: datetime
) -> TermsVersion:
    """Put the owner's own wording in force; orders keep the one they accepted.

    A wording that was kept before is not put in force again by the same words.
    """
    terms, created = TermsVersion.objects.get_or_create(
        digest=digest_of(text),
        defaults={
            "language": language,
            "text": text,
            "by_owner": True,
            "valid_from": now,
        },
    )
    if created:
        log.record(
            "money.terms_published",
            actor=actor,
            obj=terms,
            at=now,
            language=language,
            digest=terms.digest,
        )
    return terms
