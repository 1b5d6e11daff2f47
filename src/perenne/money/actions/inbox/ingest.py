"""Take saved events from files: an operator's way into the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.money.actions.inbox.events import handle_event, store_event
from perenne.money.gateways.protocol import NotAnEvent
from perenne.money.gateways.providers import provider
from perenne.money.models import ProviderEvent

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one saved event.

    id       the provider's, "" when there is none
    stored   False when it was stored before, or is no event
    outcome  of handling it; "waiting" while the provider does not answer, "failing" when
             something of ours is wrong: both are tried again
    error    why it is no event, or why it fails
    """

    id: str
    stored: bool
    outcome: str
    error: str = ""


def ingest_event(via: str, body: bytes, *, now: datetime) -> Ingested:
    """Store a saved event and handle it; the second time nothing happens.

    Its signature is not asked for: whoever has the machine's shell is trusted.
    """
    try:
        event = provider(via).read_event(body)
    except NotAnEvent as error:
        return Ingested("", stored=False, outcome="", error=str(error))
    row, created = store_event(via, event, body, now=now)
    outcome = handle_event(row.pk, now=now)
    if outcome:
        return Ingested(row.event_id, stored=created, outcome=outcome)
    held = ProviderEvent.objects.get(pk=row.pk)
    failing = held.state == ProviderEvent.State.FAILING
    return Ingested(
        row.event_id,
        stored=created,
        outcome=held.state,
        error=held.last_error if failing else "",
    )
