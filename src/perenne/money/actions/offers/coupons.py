"""Put coupons up, change and end them; count what they gave (LA5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.money.models import Coupon, Subscription
from perenne.money.queries.offers.coupons import coupon_by_id, normal_code

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class CodeTaken(Refusal):
    """Another coupon has this code; nothing was changed."""

    sentence = _("Another coupon already has this code.")
    field = "code"


class CouponRunsBackwards(Refusal):
    """It would end before it starts; nothing was changed."""

    sentence = _("The code must end after it starts.")
    field = "ends_at"


class FewerThanUsed(Refusal):
    """It has been used more often than that; nothing was changed."""

    sentence = _("It has been used more often than that already.")
    field = "max_uses"


@transaction.atomic
def add_coupon(
    *, code: str, offers: Iterable[int], actor: str, now: datetime, **fields: Any
) -> Coupon:
    """Put a coupon up.

    offers  those it counts for; none: all of them
    fields  other fields of Coupon
    Raises  CodeTaken, CouponRunsBackwards: nothing was changed
    """
    _check_dates(fields)
    try:
        with transaction.atomic():
            coupon = Coupon.objects.create(
                code=normal_code(code), created_at=now, **fields
            )
    except IntegrityError as error:
        raise CodeTaken from error
    coupon.offers.set(offers)
    log.record("money.coupon_added", actor=actor, obj=coupon, at=now, code=coupon.code)
    return coupon


@transaction.atomic
def change_coupon(
    coupon_id: int,
    *,
    offers: Iterable[int],
    actor: str,
    now: datetime,
    **changes: Any,
) -> Coupon:
    """Change how long, how often and for what a coupon counts.

    What it takes off stays: subscriptions go on with it.

    changes  max_uses, max_per_person, starts_at, ends_at, note
    Raises   CouponRunsBackwards, FewerThanUsed: nothing was changed
    """
    coupon = coupon_by_id(coupon_id)
    _check_dates(changes)
    try:
        with transaction.atomic():
            Coupon.objects.filter(pk=coupon_id).update(**changes)
    except IntegrityError as error:
        raise FewerThanUsed from error
    coupon.refresh_from_db()
    coupon.offers.set(offers)
    log.record(
        "money.coupon_changed", actor=actor, obj=coupon, at=now, fields=sorted(changes)
    )
    return coupon


def _check_dates(fields: dict[str, Any]) -> None:
    starts, ends = fields.get("starts_at"), fields.get("ends_at")
    if starts is not None and ends is not None and starts >= ends:
        raise CouponRunsBackwards


@transaction.atomic
def set_coupon_active(
    coupon_id: int, *, active: bool, actor: str, now: datetime
) -> None:
    """Let a code count again, or no more; orders and subscriptions keep theirs."""
    coupon = coupon_by_id(coupon_id)
    if Coupon.objects.filter(pk=coupon_id, active=not active).update(active=active):
        verb = "money.coupon_opened" if active else "money.coupon_ended"
        log.record(verb, actor=actor, obj=coupon, at=now)


def count_reduced_payment(subscription_id: int) -> None:
    """Count down the payments for which a subscription's coupon still counts.

    Called once in the transaction that records a charge as paid.
    """
    Subscription.objects.filter(pk=subscription_id, coupon_periods__gt=0).update(
        coupon_periods=F("coupon_periods") - 1
    )
