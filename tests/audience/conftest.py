"""Contacts and letters for the audience's tests."""

from __future__ import annotations

import pytest


@pytest.fixture
def subscribe_person(make_person, now):
    """Add somebody who may be written to: subscribe_person("ana@example.org")."""
    from perenne.audience.api import record_consent

    def make(email="ana@example.org", *, source="hand", purpose="letter", **fields):
        person = make_person(email, **fields)
        record_consent(
            person.pk,
            purpose=purpose,
            wording="I agree to get the letter.",
            source=source,
            actor="owner",
            now=now,
        )
        return person

    return make
