"""Choose what is proposed beside a checkout, and take what was ticked there (LA10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.money.actions.offers.ladders import reach_steps
from perenne.money.models import Offer, OfferBump
from perenne.money.queries.checkout.extras import bumps_for

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from perenne.money.domain.checkout.extras import Extras
    from perenne.money.queries.checkout.extras import Bump


class BumpNotOffered(Refusal):
    """What was ticked is no longer proposed; nothing was changed."""

    sentence = _("One of the additions is no longer offered. Please check the sum.")


@transaction.atomic
def set_bumps(
    offer_id: int, *, bumps: Sequence[tuple[int, str]], actor: str, now: datetime
) -> None:
    """Say what is proposed beside an offer from now on: (offer, sentence) in order."""
    offer = Offer.objects.get(pk=offer_id)
    wanted = {bump_id: sentence for bump_id, sentence in bumps if bump_id != offer_id}
    OfferBump.objects.filter(offer=offer).exclude(bump_id__in=wanted).delete()
    for position, (bump_id, sentence) in enumerate(wanted.items()):
        OfferBump.objects.update_or_create(
            offer=offer,
            bump_id=bump_id,
            defaults={"sentence": sentence, "position": position},
        )
    log.record("money.bumps_set", actor=actor, obj=offer, at=now, bumps=sorted(wanted))


def bumps_ticked(
    offer: Offer, extras: Extras, *, currency: str, now: datetime
) -> list[Bump]:
    """Return the proposals that were ticked, as they are offered now.

    Raises  BumpNotOffered: nothing was changed
    """
    if not extras.bumps:
        return []
    for row in OfferBump.objects.filter(pk__in=extras.bumps):
        reach_steps(row.bump_id, now=now)
    offered = bumps_for(offer, currency, now)
    ticked = [bump for bump in offered if bump.pk in extras.bumps]
    if len(ticked) != len(extras.bumps):
        raise BumpNotOffered
    return ticked
