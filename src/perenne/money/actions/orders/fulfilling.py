"""Open and close what was bought, through the fulfilment handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.money.domain.fulfilment import fulfilment
from perenne.money.queries.checkout.extras import added_to

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import Offer, Order


def grant_all(
    offer: Offer,
    *,
    person_id: int,
    source: str,
    ends_at: datetime | None,
    actor: str,
    now: datetime,
) -> None:
    """Grant everything the offer gives; what was granted by the source before stays."""
    for row in offer.grants.order_by("pk"):
        fulfilment.get(row.kind).grant(
            person_id=person_id,
            key=row.key,
            source=source,
            starts_at=now,
            ends_at=ends_at,
            actor=actor,
            now=now,
        )


def grant_added(order: Order, *, actor: str, now: datetime) -> None:
    """Open what was added at the checkout of an order that was just paid."""
    for offer in added_to(order):
        grant_all(
            offer,
            person_id=order.person_id,
            source=f"order:{order.number}",
            ends_at=None,
            actor=actor,
            now=now,
        )


def extend_all(
    *, source: str, ends_at: datetime | None, actor: str, now: datetime
) -> None:
    """Let everything granted by the source run until ends_at; None: for good."""
    for _kind, handler in fulfilment:
        handler.extend(source=source, ends_at=ends_at, actor=actor, now=now)


def suspend_all(*, source: str, actor: str, now: datetime) -> None:
    """Shut everything granted by the source until it is extended again."""
    for _kind, handler in fulfilment:
        handler.suspend(source=source, actor=actor, now=now)


def drop_what_differs(
    old: Offer, new: Offer, *, source: str, actor: str, now: datetime
) -> None:
    """Shut what the old offer gave and the new one does not; what both give runs on."""
    kept = {(row.kind, row.key) for row in new.grants.all()}
    for row in old.grants.order_by("pk"):
        if (row.kind, row.key) not in kept and row.kind in fulfilment:
            fulfilment.get(row.kind).drop(
                source=source, key=row.key, actor=actor, now=now
            )


def revoke_all(*, source: str, actor: str, now: datetime) -> None:
    """Close everything granted by the source."""
    for _kind, handler in fulfilment:
        handler.revoke(source=source, actor=actor, now=now)
