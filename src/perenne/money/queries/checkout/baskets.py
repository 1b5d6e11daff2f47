"""What a buyer puts together: what is due today, and every payment that follows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from perenne.core.domain.money import share
from perenne.money.domain.checkout.plans import Plan, Terms, periods_left, plan_of
from perenne.money.domain.checkout.quoting import quote
from perenne.money.domain.vat.vat import Category
from perenne.money.models import OrderLine
from perenne.money.queries.checkout.checkout import (
    item_for,
    net_of,
    place_of,
    reduction_of,
    vat_day,
)
from perenne.money.queries.offers.coupons import counts_for

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.checkout.quoting import Quote
    from perenne.money.domain.vat.places import Place
    from perenne.money.models import Coupon, Order, Price
    from perenne.money.queries.vat.vat import VatDay


@dataclass(frozen=True, slots=True)
class Basket:
    """One price with what the buyer may choose about it.

    chosen_cents  what they give for a price that is theirs to choose (MB5), else None
    with_trial    False for somebody who had the trial before (MB3)
    added         what is paid once beside it, with today's payment (LA10)
    is_gift       paid for somebody else: one payment, nothing renews (MB8)
    place         where the buyer is, None: at home
    without_bp    the rate of VAT that is taken out of every amount, for who owes it
                  themselves; 0: they pay what everybody sees
    with_vat      False: its amounts are without VAT
    """

    price: Price
    chosen_cents: int | None = None
    coupon: Coupon | None = None
    with_trial: bool = True
    added: tuple[Price, ...] = ()
    is_gift: bool = False
    place: Place | None = None
    without_bp: int = 0
    with_vat: bool = True

    @property
    def parts(self) -> list[tuple[str, Price]]:
        """Return (role, price) of each line, the offer's own first."""
        added = [(str(OrderLine.Role.BUMP), price) for price in self.added]
        return [(str(OrderLine.Role.MAIN), self.price), *added]

    def at(self, place: Place, vat: VatDay) -> Basket:
        """Return the same for a buyer at a place (R124)."""
        due = vat.treatment(self.price.offer.vat_nature, place, sale_cents=0)
        owed = due.category in {Category.REVERSED, Category.OUTSIDE}
        return replace(
            self,
            place=place,
            without_bp=due.without_bp,
            with_vat=not (owed and place.is_business),
        )

    @property
    def terms(self) -> Terms:
        """Return the terms it is bought on."""
        price, chosen = self.price, self.chosen_cents
        free = price.minimum_cents is not None and chosen is not None
        full = chosen if free and chosen is not None else price.amount_cents
        return Terms(
            full_cents=net_of(full, self.without_bp),
            recurring=price.interval != "one_off" and not self.is_gift,
            instalments=price.instalments,
            trial_days=price.trial_days if self.with_trial else 0,
            trial_cents=net_of(price.trial_price_cents, self.without_bp)
            if self.with_trial
            else 0,
        )

    @property
    def plan(self) -> Plan:
        """Return what is paid today and afterwards."""
        periods = self.coupon.periods if self.coupon else None
        return plan_of(self.terms, reduction_of(self.coupon), periods=periods)


def quote_of(basket: Basket, now: datetime, *, vat: VatDay | None = None) -> Quote:
    """Return what the order costs today, VAT split out.

    A coupon counts for what was added if it counts for that offer. A trial is not
    reduced, nor is anything beside it: the coupon waits for the first full payment.
    """
    terms, coupon = basket.terms, basket.coupon
    reducible = not terms.trial_days
    main = replace(
        item_for(basket.price, now, basket.place, vat=vat),
        list_cents=terms.today_cents,
        reducible=reducible,
    )
    added = [
        replace(
            item_for(price, now, basket.place, vat=vat),
            reducible=reducible and coupon is not None and counts_for(coupon, price),
        )
        for price in basket.added
    ]
    return quote([main, *added], reduction_of(coupon))


def basket_of(order: Order) -> Basket:
    """Return the basket of an order as it was agreed on, with its VAT.

    What a buyer chose and paid without VAT is brought back to what everybody sees.
    """
    price, coupon = order.price, order.coupon
    line = order.lines.filter(role="main").first()
    chosen = None
    if price.minimum_cents is not None and line is not None:
        chosen = line.list_cents
        if line.vat_category in {Category.REVERSED, Category.OUTSIDE}:
            vat = vat_day(order.created_at)
            due = vat.treatment(order.offer.vat_nature, place_of(order), sale_cents=0)
            chosen += share(chosen, due.without_bp)
    return Basket(price, chosen, coupon, with_trial=order.trial_days > 0)


class Agreed(NamedTuple):
    """What a subscription starts with, as its order agreed (Subscription's own words)."""

    amount_cents: int
    coupon: Coupon | None
    coupon_periods: int | None
    payments_left: int | None


def agreed_by(order: Order) -> Agreed:
    """Return what the subscription of an order is charged from its first payment on."""
    basket = basket_of(order)
    terms, coupon = basket.terms, basket.coupon
    return Agreed(
        amount_cents=terms.full_cents,
        coupon=coupon,
        coupon_periods=periods_left(terms, coupon.periods) if coupon else None,
        payments_left=terms.payments_left,
    )
