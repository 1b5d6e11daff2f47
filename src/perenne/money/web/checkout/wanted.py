"""What a visitor asks the checkout for: read from the address or the form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from perenne.core.domain.money import cents
from perenne.money.actions.checkout.checkout import OfferNotOpen, PriceNotOnSale
from perenne.money.actions.offers.ladders import reach_steps
from perenne.money.actions.orders.reservations import OfferSoldOut
from perenne.money.domain.offers.windows import Sale
from perenne.money.queries.checkout.baskets import Basket
from perenne.money.queries.checkout.checkout import civil_day
from perenne.money.queries.offers.coupons import CouponDoesNotCount, coupon_for
from perenne.money.queries.offers.offers import (
    current_prices,
    price_history,
    sale_of,
    struck_price,
)
from perenne.money.queries.orders.orders import order_by_key

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest, QueryDict

    from perenne.money.domain.vat.places import Place
    from perenne.money.models import Coupon, Offer, Order, Price
    from perenne.money.queries.vat.vat import VatDay
    from perenne.money.web.checkout.extras import Around

_CODE_LENGTH = 40
_KEYS = "checkouts"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An offer with the basket that is asked for.

    code        the coupon's code as typed
    code_error  why it does not count, or ""
    """

    offer: Offer
    basket: Basket
    code: str
    code_error: str

    @property
    def price(self) -> Price:
        """Return the price asked for."""
        return self.basket.price

    def without_trial(self) -> Wanted:
        """Return the same, without the trial."""
        return replace(self, basket=replace(self.basket, with_trial=False))

    def around(self, around: Around) -> Wanted:
        """Return the same, with what was ticked around it."""
        return replace(self, basket=around.basket(self.basket))

    def at(self, place: Place, vat: VatDay) -> Wanted:
        """Return the same for a buyer at a place."""
        return replace(self, basket=self.basket.at(place, vat))

    def struck(self, now: datetime) -> int | None:
        """Return the prior price that may be struck through, or None."""
        if self.basket.terms.trial_days:
            return None
        history = price_history(self.offer.pk)
        day = civil_day(now)
        return struck_price(self.offer, self.price, history, on=day, now=now)


def wanted_of(request: HttpRequest, offer: Offer, now: datetime) -> Wanted:
    """Return what the visitor asks for; an order that was begun keeps its price.

    Raises  OfferNotOpen, OfferSoldOut, PriceNotOnSale
    """
    sent = request.POST if request.method == "POST" else request.GET
    held = _held(request, offer)
    price = _price(sent, offer, held, now=now)
    kept = held.coupon.code if held is not None and held.coupon else ""
    code = sent.get("coupon", kept).strip()[:_CODE_LENGTH]
    coupon, error = _coupon(code, price, held, now=now)
    basket = Basket(price, _chosen(sent, price), coupon, sent.get("trial") != "no")
    return Wanted(offer, basket, code, error)


def key_of(request: HttpRequest, offer: Offer) -> str:
    """Return the key of this visitor's checkout of the offer, or ""."""
    return str(request.session.get(_KEYS, {}).get(_kept_as(request, offer), ""))


def keep_key(request: HttpRequest, offer: Offer, key: str) -> None:
    """Remember the key in the session, so that two tabs are one checkout."""
    keys = request.session.get(_KEYS, {})
    request.session[_KEYS] = {**keys, _kept_as(request, offer): key}


def _kept_as(request: HttpRequest, offer: Offer) -> str:
    """Return the key's own name: a gift is a checkout of its own."""
    sent = request.POST if request.method == "POST" else request.GET
    return f"{offer.pk}-gift" if sent.get("gift") else str(offer.pk)


def _held(request: HttpRequest, offer: Offer) -> Order | None:
    """Return the unpaid order this checkout has begun: its place is the visitor's."""
    if request.method == "POST":
        key = request.POST.get("key", "")
    else:
        key = key_of(request, offer)
    held = order_by_key(key) if key else None
    if held is None or held.offer_id != offer.pk:
        return None
    return held if held.state == "pending" or request.method == "POST" else None


def _price(
    sent: QueryDict, offer: Offer, held: Order | None, *, now: datetime
) -> Price:
    wanted = sent.get("price", "")
    if held is not None and wanted in {"", str(held.price_id)}:
        return held.price
    sale = sale_of(offer, now)
    if sale is Sale.SOLD_OUT and held is None:
        raise OfferSoldOut
    if sale not in {Sale.OPEN, Sale.SOLD_OUT}:
        raise OfferNotOpen(offer)
    reach_steps(offer.pk, now=now)
    prices = current_prices(offer.pk, now)
    found = [price for price in prices if str(price.pk) == wanted]
    if not found and not wanted and len(prices) == 1:
        found = prices
    if not found:
        raise PriceNotOnSale
    return found[0]


def _coupon(
    code: str, price: Price, held: Order | None, *, now: datetime
) -> tuple[Coupon | None, str]:
    try:
        return coupon_for(code, price, held=held, now=now), ""
    except CouponDoesNotCount as refusal:
        return None, str(refusal)


def _chosen(sent: QueryDict, price: Price) -> int | None:
    """Return the amount chosen, in minor units; the form says what is wrong with it."""
    if price.minimum_cents is None:
        return None
    text = sent.get("chosen", "").replace(",", ".").replace("\u202f", "").strip()
    try:
        chosen = cents(Decimal(text), price.currency)
    except (InvalidOperation, ValueError):
        return None
    return chosen if price.minimum_cents <= chosen <= 999_999_999 else None
