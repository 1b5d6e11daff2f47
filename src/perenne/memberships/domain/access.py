"""Access: what a pass opens, and when.

A resource is written "<kind>:<id>": "tier:1", "course:3", "download:7". A pass opens it in
the half-open interval [starts_at, ends_at): the instant it ends, it is shut.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_RESOURCE = re.compile(r"[a-z]{1,20}:[1-9][0-9]{0,18}")


class PassState(StrEnum):
    """Where a pass stands at an instant."""

    WAITING = "waiting"
    OPEN = "open"
    ENDED = "ended"
    REVOKED = "revoked"


def checked_resource(resource: str) -> str:
    """Return the resource unchanged; ValueError when it is not "<kind>:<id>"."""
    if not _RESOURCE.fullmatch(resource):
        raise ValueError(f"{resource!r} is not a resource such as 'course:3'")
    return resource


def tier_resource(tier_id: int) -> str:
    """Return the resource of a tier."""
    return f"tier:{tier_id}"


def pass_state(
    *,
    starts_at: datetime,
    ends_at: datetime | None,
    revoked_at: datetime | None,
    now: datetime,
) -> PassState:
    """Return the state of a pass at `now`; only OPEN opens anything."""
    if revoked_at is not None and revoked_at <= now:
        return PassState.REVOKED
    if ends_at is not None and ends_at <= now:
        return PassState.ENDED
    return PassState.WAITING if now < starts_at else PassState.OPEN
