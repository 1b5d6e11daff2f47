"""Erase prospects who have not turned to us for too long (R32, SL13)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from django.db import transaction
from django.tasks import task

from perenne.audience.queries.retention import purge_is_allowed, stale_persons
from perenne.core import clock, log
from perenne.people.api import erase_person

if TYPE_CHECKING:
    from datetime import datetime

_A_NIGHT = 2_000


@transaction.atomic
def allow_purge(*, actor: str, now: datetime) -> None:
    """Let the nightly purge begin; until then nobody is erased by it."""
    if not purge_is_allowed():
        log.record("audience.purge_allowed", actor=actor, at=now)


@transaction.atomic
def stop_purge(*, actor: str, now: datetime) -> None:
    """Stop the nightly purge."""
    if purge_is_allowed():
        log.record("audience.purge_stopped", actor=actor, at=now)


def purge_stale(*, now: datetime) -> int:
    """Erase up to 2,000 who have been kept too long, each by themselves; return how many.

    Nothing happens before the owner allowed it. A second run goes on where this one ended.
    """
    if not purge_is_allowed():
        return 0
    found = [stale.person.pk for stale in islice(stale_persons(now), _A_NIGHT)]
    erased = sum(erase_person(pk, actor="system", now=now) for pk in found)
    if erased:
        log.record("audience.prospects_purged", actor="system", at=now, persons=erased)
    return erased


@task
def purge_prospects() -> None:
    """Erase who has been kept too long."""
    purge_stale(now=clock.now())
