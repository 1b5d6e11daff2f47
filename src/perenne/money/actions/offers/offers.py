"""Write offers, their window, their price history and what they grant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nh3
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import frontcache, log
from perenne.core.errors import Refusal
from perenne.money.models import Offer, OfferGrant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class SlugTaken(Refusal):
    """Another offer has this address."""

    sentence = _("Another offer already has this address. Choose another one.")
    field = "slug"


class WindowRunsBackwards(Refusal):
    """The offer would close before it opens."""

    sentence = _("The offer must close after it opens.")
    field = "closes_at"


class SeatsTaken(Refusal):
    """More seats are taken than that; nothing was changed."""

    sentence = _("More places are taken than that already.")
    field = "seats"


def _check_window(opens_at: datetime | None, closes_at: datetime | None) -> None:
    if opens_at is not None and closes_at is not None and opens_at >= closes_at:
        raise WindowRunsBackwards


@transaction.atomic
def add_offer(
    *, slug: str, title: str, stream_id: int, actor: str, now: datetime, **fields: Any
) -> Offer:
    """Put a new offer up.

    fields  other fields of Offer; description may be any HTML, it is cleaned
    Raises  SlugTaken, WindowRunsBackwards: nothing was changed
    """
    _check_window(fields.get("opens_at"), fields.get("closes_at"))
    fields["description"] = nh3.clean(fields.get("description", ""))
    try:
        with transaction.atomic():
            offer = Offer.objects.create(
                slug=slug, title=title, stream_id=stream_id, created_at=now, **fields
            )
    except IntegrityError as error:
        raise SlugTaken from error
    frontcache.drop()
    log.record("money.offer_added", actor=actor, obj=offer, at=now, slug=slug)
    return offer


@transaction.atomic
def change_offer(offer_id: int, *, actor: str, now: datetime, **changes: Any) -> Offer:
    """Change fields of an offer; what was sold before keeps its order's words.

    Raises  SlugTaken, WindowRunsBackwards, SeatsTaken: nothing was changed
    """
    offer = Offer.objects.get(pk=offer_id)
    _check_window(
        changes.get("opens_at", offer.opens_at),
        changes.get("closes_at", offer.closes_at),
    )
    if "description" in changes:
        changes["description"] = nh3.clean(changes["description"])
    try:
        with transaction.atomic():
            Offer.objects.filter(pk=offer_id).update(**changes)
    except IntegrityError as error:
        raise _refusal_of(offer_id, changes) from error
    offer.refresh_from_db()
    frontcache.drop()
    log.record(
        "money.offer_changed", actor=actor, obj=offer, at=now, fields=sorted(changes)
    )
    return offer


def _refusal_of(offer_id: int, changes: dict[str, Any]) -> Refusal:
    """Return which rule of the table the changes broke."""
    taken = Offer.objects.exclude(pk=offer_id).filter(slug=changes.get("slug", ""))
    return SlugTaken() if taken.exists() else SeatsTaken()


def set_offer_window(
    offer_id: int,
    *,
    opens_at: datetime | None,
    closes_at: datetime | None,
    actor: str,
    now: datetime,
) -> None:
    """Open and close an offer at instants; None leaves that end open.

    Raises  WindowRunsBackwards: nothing was changed
    """
    change_offer(offer_id, opens_at=opens_at, closes_at=closes_at, actor=actor, now=now)


@transaction.atomic
def set_grants(
    offer_id: int, *, grants: Iterable[tuple[str, str]], actor: str, now: datetime
) -> None:
    """Say what buying the offer opens from now on: (kind, key) pairs."""
    wanted = set(grants)
    offer = Offer.objects.get(pk=offer_id)
    held = {(row.kind, row.key): row.pk for row in offer.grants.all()}
    gone = [pk for pair, pk in held.items() if pair not in wanted]
    OfferGrant.objects.filter(pk__in=gone).delete()
    OfferGrant.objects.bulk_create(
        OfferGrant(offer=offer, kind=kind, key=key)
        for kind, key in sorted(wanted - held.keys())
    )
    frontcache.drop()
    log.record(
        "money.offer_grants_set",
        actor=actor,
        obj=offer,
        at=now,
        grants=sorted(f"{kind}:{key}" for kind, key in wanted),
    )
