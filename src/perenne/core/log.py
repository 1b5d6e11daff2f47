"""The log of actions (OP10): written in the action's own transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from perenne.core import clock
from perenne.core.models import LogEntry

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import Model


def record(
    verb: str,
    *,
    actor: str,
    obj: Model | None = None,
    at: datetime | None = None,
    **data: Any,
) -> None:
    """Write one log row; call it inside the action's transaction.

    verb   "<app>.<what_happened>", past tense: "memberships.renewal_stopped"
    actor  "person:12", "user:3", "owner", "visitor" or "system"
    obj    what it happened to
    at     when; now by default
    data   JSON values: ids, states, amounts in cents. Never secrets nor bodies of mail.
    """
    LogEntry.objects.create(
        at=at or clock.now(),
        actor=actor,
        verb=verb,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        data=data,
    )
