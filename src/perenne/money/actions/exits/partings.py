"""What members say when they leave, and the one reduction they may be offered to stay.

Both come after, or beside, the ending: neither stands in its way (MB11, MB12, R61).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.money.models import Coupon, Parting, Subscription
from perenne.money.queries.exits.partings import stay_coupon_for

if TYPE_CHECKING:
    from datetime import datetime


class NoStayOffer(Refusal):
    """There is no reduction to stay for, or it was had before; nothing was changed."""

    sentence = _("This reduction is not available any more.")


@transaction.atomic
def say_why(
    subscription_id: int, *, reason: str, text: str, actor: str, now: datetime
) -> Parting:
    """Keep why somebody left; said again, the last word counts."""
    row, _created = Parting.objects.update_or_create(
        subscription_id=subscription_id,
        defaults={"reason": reason, "text": text, "said_at": now},
    )
    log.record("money.parting_said", actor=actor, obj=row, at=now, reason=reason)
    return row


@transaction.atomic
def stay_for_less(subscription_id: int, *, actor: str, now: datetime) -> Coupon:
    """Take the owner's reduction for staying; once in the life of a subscription.

    Raises  NoStayOffer: nothing was changed
    """
    row = Subscription.objects.select_related("offer", "coupon").get(pk=subscription_id)
    coupon = stay_coupon_for(row, now)
    if coupon is None:
        raise NoStayOffer
    used = Coupon.objects.filter(
        Q(max_uses=None) | Q(uses__lt=F("max_uses")), pk=coupon.pk, active=True
    ).update(uses=F("uses") + 1)
    taken = Subscription.objects.filter(
        Q(coupon=None) | Q(coupon_periods=0),
        pk=row.pk,
        state__in=["trialing", "active"],
    ).update(coupon=coupon, coupon_periods=coupon.periods)
    if not (used and taken):
        transaction.set_rollback(True)
        raise NoStayOffer
    log.record("money.stay_offer_taken", actor=actor, obj=row, at=now, coupon=coupon.pk)
    return coupon
