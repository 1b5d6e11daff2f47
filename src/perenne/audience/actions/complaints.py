"""Who reports a letter as spam has left it (R22, R30)."""

from __future__ import annotations

from datetime import timedelta

from django.tasks import task

from perenne.audience.actions.consents import withdraw_consent
from perenne.core import clock
from perenne.mail.api import complained_since
from perenne.people.api import person_by_email

# Longer than any outage of the worker that nobody notices; a second withdrawal is none.
_LOOK_BACK = timedelta(days=3)


@task
def withdraw_complainers() -> int:
    """Withdraw the consent of people who complained; return how many there were."""
    now, withdrawn = clock.now(), 0
    for address in complained_since(now - _LOOK_BACK):
        person = person_by_email(address)
        if person is None:
            continue
        withdrawn += withdraw_consent(
            person.pk,
            wording="Reported as spam",
            evidence={"complaint": True},
            actor="system",
            now=now,
        )
    return withdrawn
