"""Reads about coupons: which code counts for what, and what became of each."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from babel.numbers import format_decimal
from django.db.models import F, Q
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from perenne.core.errors import NotFound, Refusal
from perenne.core.templatetags.perenne import money
from perenne.money.models import Coupon, Order

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from perenne.money.models import Offer, Price

COUNTS = (Order.State.PENDING, Order.State.PAID)


class CouponDoesNotCount(Refusal):
    """The code gives nothing here and now; nothing was changed."""

    sentence = _("This code is not valid. Check it, or go on without it.")
    field = "coupon"


def normal_code(text: str) -> str:
    """Return a code as it is kept: upper case, no blanks."""
    return "".join(text.split()).upper()


def coupon_for(
    code: str, price: Price, *, held: Order | None = None, now: datetime
) -> Coupon | None:
    """Return the coupon a buyer typed, or None when they typed none.

    held    their unpaid order: what it holds already stays good for the same price
    Raises  CouponDoesNotCount, with the reason as its sentence
    """
    wanted = normal_code(code)
    if not wanted:
        return None
    kept = held.coupon if held is not None and held.price_id == price.pk else None
    if kept is not None and kept.code == wanted:
        return kept
    coupon = Coupon.objects.filter(code=wanted, active=True).first()
    if coupon is None:
        raise CouponDoesNotCount
    _check_dates(coupon, now)
    _check_price(coupon, price)
    if coupon.max_uses is not None and coupon.uses >= coupon.max_uses:
        raise CouponDoesNotCount(_("This code has been used up."))
    return coupon


def _check_dates(coupon: Coupon, now: datetime) -> None:
    if coupon.starts_at is not None and now < coupon.starts_at:
        raise CouponDoesNotCount(_("This code does not count yet."))
    if coupon.ends_at is not None and now >= coupon.ends_at:
        raise CouponDoesNotCount(_("This code has ended."))


def _check_price(coupon: Coupon, price: Price) -> None:
    if not counts_for(coupon, price):
        raise CouponDoesNotCount(_("This code counts for something else."))
    if price.minimum_cents is not None:
        raise CouponDoesNotCount(
            _("You choose this price yourself: no code is needed.")
        )
    if coupon.amount_cents and coupon.currency != price.currency:
        raise CouponDoesNotCount(_("This code counts in another currency."))


def counts_for(coupon: Coupon, price: Price) -> bool:
    """Tell whether a coupon counts for the offer of a price; naming none, for all."""
    offers = set(coupon.offers.values_list("pk", flat=True))
    return not offers or price.offer_id in offers


def uses_of_person(coupon: Coupon, person_id: int) -> int:
    """Return how many orders of a person, paid or still open, used a coupon."""
    return coupon.orders.filter(person_id=person_id, state__in=COUNTS).count()


def coupons_matching(text: str, state: str, now: datetime) -> QuerySet[Coupon]:
    """Return coupons whose code or note begins with the text.

    state  "open" (can be used at `now`), "over" (cannot any more), or "" for all
    """
    coupons = Coupon.objects.all()
    wanted = text.strip()
    if wanted:
        coupons = coupons.filter(
            Q(code__startswith=normal_code(wanted)) | Q(note__istartswith=wanted)
        )
    over = Q(active=False) | Q(ends_at__lte=now) | Q(uses__gte=F("max_uses"))
    if state == "open":
        return coupons.exclude(over)
    return coupons.filter(over) if state == "over" else coupons


def coupon_by_id(coupon_id: int) -> Coupon:
    """Return a coupon; NotFound when there is none."""
    coupon = Coupon.objects.filter(pk=coupon_id).first()
    if coupon is None:
        raise NotFound
    return coupon


def orders_with(coupon: Coupon) -> QuerySet[Order]:
    """Return the orders a coupon counted for, newest first."""
    return coupon.orders.select_related("offer").order_by("-pk")


def offers_of(coupon: Coupon) -> list[Offer]:
    """Return the offers a coupon is limited to; none: it counts for all."""
    return list(coupon.offers.order_by("title"))


def coupons_of(offer_id: int) -> list[tuple[Coupon, str]]:
    """Return the active coupons made for an offer with their words, newest first."""
    rows = Coupon.objects.filter(offers=offer_id, active=True).order_by("-pk")[:20]
    return [(row, coupon_words(row)) for row in rows]


def counts_now(coupon: Coupon, now: datetime) -> bool:
    """Tell whether somebody could use the coupon at `now`."""
    begun = coupon.starts_at is None or coupon.starts_at <= now
    runs = coupon.ends_at is None or coupon.ends_at > now
    left = coupon.max_uses is None or coupon.uses < coupon.max_uses
    return coupon.active and begun and runs and left


def coupon_words(coupon: Coupon) -> str:
    """Return what a coupon takes off: "−20 %, off 3 payments"."""
    if coupon.amount_cents:
        off = f"−{money(coupon.amount_cents, coupon.currency)}"
    else:
        share = Decimal(coupon.percent_bp) / 100
        number = format_decimal(share, "#,##0.##", locale=get_language() or "fr")
        off = gettext("−%(number)s%%") % {"number": number}
    if coupon.periods is None:
        return gettext("%(off)s, off every payment") % {"off": off}
    return ngettext(
        "%(off)s, off the first payment",
        "%(off)s, off the first %(count)d payments",
        coupon.periods,
    ) % {"off": off, "count": coupon.periods}
