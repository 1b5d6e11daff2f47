"""The first run, and the sign of life that a worker leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.tasks import task

from perenne.core import clock
from perenne.core.actions import set_up_business
from perenne.people.api import add_owner
from perenne.streams.api import ensure_default_streams
from perenne.website.api import create_starter_pages

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.people.api import User

SIGN_OF_LIFE = "worker_seen"  # a file in the data folder: when a worker last ran a task


@transaction.atomic
def set_up(*, owner_email: str, now: datetime, **identity: Any) -> User:
    """Create the business, its owner, the usual streams and first pages; all or nothing.

    identity  fields of core.Business; owner_name and language are the owner's too
    Raises    BusinessExists, InvalidAddress: nothing was changed
    """
    business = set_up_business(actor="owner", now=now, **identity)
    owner = add_owner(
        email=owner_email,
        name=business.owner_name,
        now=now,
        language=business.language,
        time_zone=business.time_zone,
    )
    ensure_default_streams(language=business.language, now=now)
    create_starter_pages(
        title=business.name, language=business.language, now=now, actor="owner"
    )
    return owner


@task
def leave_sign_of_life() -> None:
    """Note in the data folder that a worker is alive; `bin/perenne doctor` reads it."""
    (settings.DATA / SIGN_OF_LIFE).write_text(clock.now().isoformat(), "utf-8")
