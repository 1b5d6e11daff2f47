"""Save at once everything that happens around an offer's checkout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from perenne.core import frontcache, log
from perenne.money.actions.offers.bumps import set_bumps
from perenne.money.actions.orders.proposals import set_upsell
from perenne.money.models import Offer, OfferExtras

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Around:
    """What the owner wants around a checkout.

    bumps          (offer, sentence) in order
    remind_hours   None: no reminder
    proposed       None: nothing is proposed after the payment
    """

    can_be_given: bool = False
    remind_hours: int | None = None
    bumps: tuple[tuple[int, str], ...] = ()
    proposed: int | None = None
    otherwise: int | None = None
    sentence: str = ""
    minutes: int = 15


@transaction.atomic
def set_around(offer_id: int, *, wanted: Around, actor: str, now: datetime) -> None:
    """Say what happens around an offer's checkout from now on.

    Raises  ProposesItself: nothing was changed
    """
    offer = Offer.objects.get(pk=offer_id)
    OfferExtras.objects.update_or_create(
        offer=offer,
        defaults={
            "can_be_given": wanted.can_be_given,
            "remind_hours": wanted.remind_hours,
        },
    )
    set_bumps(offer_id, bumps=wanted.bumps, actor=actor, now=now)
    set_upsell(
        offer_id,
        proposed_id=wanted.proposed,
        otherwise_id=wanted.otherwise,
        sentence=wanted.sentence,
        minutes=wanted.minutes,
        actor=actor,
        now=now,
    )
    frontcache.drop()
    log.record(
        "money.extras_set",
        actor=actor,
        obj=offer,
        at=now,
        can_be_given=wanted.can_be_given,
        remind_hours=wanted.remind_hours,
    )
