"""Reads about the inbox of providers' events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from perenne.core.errors import NotFound
from perenne.money.models import Dispute, ProviderEvent, Reconciliation

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

_BATCH = 500


def waiting_event_ids(now: datetime) -> list[int]:
    """Return the events whose turn it is at `now`, oldest first."""
    waiting = ProviderEvent.objects.filter(
        Q(next_try_at=None) | Q(next_try_at__lte=now), handled_at=None
    )
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:_BATCH])


def events_matching(kind: str = "", state: str = "") -> QuerySet[ProviderEvent]:
    """Return events by their kind or its beginning, and by state; bodies left out."""
    rows = ProviderEvent.objects.defer("body", "payload")
    if state:
        rows = rows.filter(state=state)
    if kind.strip():
        rows = rows.filter(kind__startswith=kind.strip())
    return rows


def event_by_id(event_id: int) -> ProviderEvent:
    """Return one event; NotFound when there is none."""
    row = ProviderEvent.objects.filter(pk=event_id).first()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True, slots=True)
class InboxState:
    """What somebody should look at: counts of events, disputes and differences.

    waiting        events not handled for an hour
    late_disputes  disputes to be answered within three days
    differences    left by the newest comparison of each provider
    """

    failing: int
    waiting: int
    late_disputes: int
    differences: int


def inbox_state(now: datetime) -> InboxState:
    """Return how the inbox stands; a handful of indexed counts."""
    waiting = ProviderEvent.objects.filter(
        state=ProviderEvent.State.WAITING, received_at__lte=now - timedelta(hours=1)
    )
    late = Dispute.objects.filter(
        state=Dispute.State.OPEN, answer_by__lte=now + timedelta(days=3)
    )
    newest: dict[str, int] = {}
    for row in Reconciliation.objects.order_by("-pk")[:20]:
        newest.setdefault(row.provider, len(row.differences))
    return InboxState(
        failing=ProviderEvent.objects.filter(state=ProviderEvent.State.FAILING).count(),
        waiting=waiting.count(),
        late_disputes=late.count(),
        differences=sum(newest.values()),
    )
