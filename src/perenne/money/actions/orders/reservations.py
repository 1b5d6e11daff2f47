"""What an order holds while it may be paid: a seat, a use of a coupon, the one trial.

Each is taken by one conditional UPDATE or a unique row inside the order's transaction,
and given back in the transaction that closes the order: nothing is sold twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from perenne.core import frontcache
from perenne.core.errors import Refusal
from perenne.money.models import Coupon, Offer, Order, TrialUse
from perenne.money.queries.offers.coupons import CouponDoesNotCount, uses_of_person

if TYPE_CHECKING:
    from datetime import datetime

_FREE_SEAT = Q(seats=None) | Q(seats_taken__lt=F("seats"))
_FREE_USE = Q(max_uses=None) | Q(uses__lt=F("max_uses"))
_OVER = (Order.State.EXPIRED, Order.State.CANCELLED)


class OfferSoldOut(Refusal):
    """Every seat is taken; nothing was changed."""

    sentence = _("Every place is taken. Nothing was ordered and nothing was charged.")


class TrialUsed(Refusal):
    """The person had the trial of this offer before; nothing was changed."""

    sentence = _(
        "You have already had the trial of this offer. You can go on without it: what "
        "is due today is shown again, please check it."
    )
    field = "trial"


def take_seat(offer_id: int) -> bool:
    """Take a seat; False when none is left. Holds the offer's row until the commit."""
    taken = Offer.objects.filter(_FREE_SEAT, pk=offer_id).update(
        seats_taken=F("seats_taken") + 1
    )
    if taken and Offer.objects.filter(pk=offer_id, seats=F("seats_taken")).exists():
        frontcache.drop()
    return bool(taken)


def give_seat_back(offer_id: int) -> None:
    """Give a seat back."""
    Offer.objects.filter(pk=offer_id, seats_taken__gt=0).update(
        seats_taken=F("seats_taken") - 1
    )
    if Offer.objects.filter(pk=offer_id, seats=F("seats_taken") + 1).exists():
        frontcache.drop()


def take_use(coupon: Coupon, *, person_id: int, now: datetime) -> None:
    """Count one use of a coupon.

    The row is held until the commit, so a person's other orders are counted rightly.

    Raises  CouponDoesNotCount: nothing was changed
    """
    begun = Q(starts_at=None) | Q(starts_at__lte=now)
    runs = Q(ends_at=None) | Q(ends_at__gt=now)
    taken = Coupon.objects.filter(
        _FREE_USE, begun, runs, pk=coupon.pk, active=True
    ).update(uses=F("uses") + 1)
    if not taken:
        raise CouponDoesNotCount(_("This code has been used up."))
    most = coupon.max_per_person
    if most is not None and uses_of_person(coupon, person_id) >= most:
        raise CouponDoesNotCount(_("You have used this code already."))


def give_use_back(coupon_id: int) -> None:
    """Give a use of a coupon back."""
    Coupon.objects.filter(pk=coupon_id, uses__gt=0).update(uses=F("uses") - 1)


def take_trial(order: Order, *, now: datetime) -> Order | None:
    """Keep the person's one trial of the offer for this order.

    Returns  the person's other unpaid order that holds it, to be closed first; None when
             it is kept
    Raises   TrialUsed: nothing was changed
    """
    use, created = TrialUse.objects.select_related("order").get_or_create(
        person_id=order.person_id,
        offer_id=order.offer_id,
        defaults={"order": order, "created_at": now},
    )
    if created or use.order_id == order.pk:
        return None
    if use.order.state != Order.State.PENDING:
        raise TrialUsed
    return use.order


def free_seat(order: Order) -> bool:
    """Give the seat of an order back; False when it holds none."""
    if not Order.objects.filter(pk=order.pk, holds_seat=True).update(holds_seat=False):
        return False
    give_seat_back(order.offer_id)
    return True


def release(order: Order) -> None:
    """Give back what an order held that is closed in the same transaction."""
    if free_seat(order) and order.coupon_id is not None:
        give_use_back(order.coupon_id)
    TrialUse.objects.filter(order=order).delete()


def retake(order: Order, *, now: datetime) -> bool:
    """Hold again what a closed order needs that was paid after all.

    Returns  False when no seat is left; nothing was changed then
    """
    held = Order.objects.filter(pk=order.pk, holds_seat=False, state__in=_OVER)
    if not held.update(holds_seat=True):
        return True
    if not take_seat(order.offer_id):
        Order.objects.filter(pk=order.pk).update(holds_seat=False)
        return False
    if order.coupon_id is not None:
        Coupon.objects.filter(_FREE_USE, pk=order.coupon_id).update(uses=F("uses") + 1)
    if order.trial_days:
        TrialUse.objects.get_or_create(
            person_id=order.person_id,
            offer_id=order.offer_id,
            defaults={"order": order, "created_at": now},
        )
    return True
