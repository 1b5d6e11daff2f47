"""Write what the review must be told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from perenne.bilan.models import StreamActivity
from perenne.core import log
from perenne.core.errors import NotFound
from perenne.streams.api import stream_by_id

if TYPE_CHECKING:
    from datetime import datetime


@transaction.atomic
def choose_activity(
    stream_id: int, *, activity: str, actor: str, now: datetime
) -> None:
    """Say under which activity a stream is declared; "" deducts nothing.

    Raises  NotFound, ValueError (no such activity): nothing was changed
    """
    stream = stream_by_id(stream_id)
    if stream is None:
        raise NotFound
    if activity:
        StreamActivity.objects.update_or_create(
            stream_id=stream_id,
            defaults={"activity": StreamActivity.Activity(activity)},
        )
    else:
        StreamActivity.objects.filter(stream_id=stream_id).delete()
    log.record(
        "bilan.activity_chosen", actor=actor, obj=stream, at=now, activity=activity
    )
