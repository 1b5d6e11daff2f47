"""Take an order, and take over what the buyer corrects in it until it is paid."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.money.actions.checkout.closing import close_order, close_page
from perenne.money.actions.offers.bumps import bumps_ticked
from perenne.money.actions.offers.ladders import reach_steps
from perenne.money.actions.orders.extras import keep_extras
from perenne.money.actions.orders.order_lines import add_lines
from perenne.money.actions.orders.proforma import tell_how_to_transfer
from perenne.money.actions.orders.reservations import (
    OfferSoldOut,
    give_use_back,
    take_seat,
    take_trial,
    take_use,
)
from perenne.money.actions.orders.terms import keep_terms
from perenne.money.actions.payments.payments import settle_free_order
from perenne.money.actions.vat.places import address_of
from perenne.money.domain.checkout.extras import Extras
from perenne.money.domain.checkout.numbers import new_order_number
from perenne.money.domain.checkout.wishes import Wish
from perenne.money.domain.offers.windows import Sale
from perenne.money.gateways.protocol import ProviderUnavailable
from perenne.money.gateways.providers import FREE, TRANSFER
from perenne.money.models import Order, TrialUse
from perenne.money.queries.checkout.baskets import Basket, quote_of
from perenne.money.queries.checkout.checkout import consents_for, vat_day
from perenne.money.queries.checkout.extras import optional_consents, saves_method
from perenne.money.queries.offers.coupons import coupon_for
from perenne.money.queries.offers.offers import current_prices, sale_of
from perenne.money.queries.orders.methods import by_debit, provider_of
from perenne.people.api import find_or_add_person

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.checkout.buyers import Buyer
    from perenne.money.domain.checkout.quoting import Quote
    from perenne.money.models import Coupon, Offer, Price

_TRIES = 12


class OfferNotOpen(Refusal):
    """The offer cannot be bought now; nothing was changed.

    opens_at, closes_at  its window, for the page that says so
    """

    sentence = _("This offer is not open for sale right now.")

    def __init__(self, offer: Offer) -> None:
        """Keep the window."""
        self.opens_at, self.closes_at = offer.opens_at, offer.closes_at
        super().__init__(offer=offer.pk)


class PriceNotOnSale(Refusal):
    """The price is not, or no longer, the offer's; nothing was changed."""

    sentence = _("This price has changed. Please choose again.")
    field = "price"


class ConsentMissing(Refusal):
    """A box that the law asks for was not ticked; nothing was changed."""

    sentence = _("Please tick this box to go on.")

    def __init__(self, key: str) -> None:
        """Name the box."""
        self.field = key
        super().__init__()


class ChosenTooLow(Refusal):
    """The buyer chose less than the lowest amount; nothing was changed."""

    sentence = _("This is below the lowest amount.")
    field = "chosen"


class _Again(Exception):
    """Another order or page is in the way; all that was written is taken back.

    page   the order whose open page must be closed first
    other  the unpaid order that must be closed first
    """

    def __init__(
        self, *, page: Order | None = None, other: Order | None = None
    ) -> None:
        self.page, self.other = page, other
        super().__init__()


def start_checkout(
    offer: Offer,
    *,
    key: str,
    price_id: int,
    buyer: Buyer,
    method: str,
    ticked: frozenset[str],
    actor: str,
    now: datetime,
    **choices: Any,
) -> Order:
    """Return the order of this checkout form, made at its first call.

    The same key (double click, back button, two tabs) gives the same order; while it is
    unpaid, what the buyer corrected is taken over. If that changes what is paid and how,
    its open payment page is closed first: an order never has two that can be paid. The
    order holds a seat, a use of its coupon and the trial until it is closed.

    choices  chosen_cents, coupon, with_trial, extras, place: as Wish
    Raises   NotFree, OfferNotOpen, OfferSoldOut, PriceNotOnSale, BumpNotOffered,
             ConsentMissing, ChosenTooLow, CouponDoesNotCount, TrialUsed, GiftNotOffered;
             ProviderUnavailable, ProviderRefused when an
             open page cannot be closed: nothing was changed
    """
    choices["place"] = choices.get("place") or address_of(buyer, now=now)
    wish = Wish(key, price_id, method, ticked, **choices)
    for _try in range(_TRIES):
        try:
            return _place(offer, wish, buyer, actor=actor, now=now)
        except _Again as again:
            if again.page is not None:
                close_page(again.page, now=now)
            if again.other is not None:
                close_order(again.other, state=Order.State.CANCELLED, now=now)
    raise ProviderUnavailable("busy")


@transaction.atomic
def _place(
    offer: Offer, wish: Wish, buyer: Buyer, *, actor: str, now: datetime
) -> Order:
    held = (
        Order.objects.select_related("price", "coupon", "offer")
        .filter(key=wish.key)
        .first()
    )
    if held is None:
        order = _add_order(offer, wish, buyer, actor=actor, now=now)
    elif held.state != Order.State.PENDING:
        return held
    elif held.offer_id != offer.pk:
        raise PriceNotOnSale
    else:
        order = _correct(held, wish, buyer, now=now)
    keep_extras(order, wish.extras, actor=actor, now=now)
    return _without_a_page(order, actor=actor, now=now)


def _without_a_page(order: Order, *, actor: str, now: datetime) -> Order:
    """Settle what costs nothing, and tell how to pay by transfer."""
    if order.provider == FREE:
        return settle_free_order(order.pk, actor=actor, now=now)
    if order.provider == TRANSFER:
        tell_how_to_transfer(order, now=now)
    return order


def _add_order(
    offer: Offer, wish: Wish, buyer: Buyer, *, actor: str, now: datetime
) -> Order:
    _check_sale(offer, now)
    reach_steps(offer.pk, now=now)
    basket = _basket(_price_on_sale(offer, wish.price_id, now), wish, now=now)
    agreement = _agreement(basket, wish, buyer, offer=offer, now=now)
    person = find_or_add_person(
        email=buyer.email,
        name=buyer.name,
        language=buyer.language,
        actor=actor,
        now=now,
    )
    if not take_seat(offer.pk):
        raise OfferSoldOut
    # From here on the offer's row is ours: whoever bought before may have made it dearer.
    _price_on_sale(offer, wish.price_id, now)
    if basket.coupon is not None:
        take_use(basket.coupon, person_id=person.pk, now=now)
    quoted = quote_of(basket, now)
    order, created = Order.objects.get_or_create(
        key=wish.key,
        defaults=agreement
        | _deal(basket, quoted)
        | {
            "number": new_order_number(),
            "offer": offer,
            "person_id": person.pk,
            "holds_seat": True,
            "created_at": now,
        },
    )
    if not created:
        raise _Again
    _keep_trial(order, now=now)
    add_lines(order, basket.parts, quoted)
    reach_steps(offer.pk, now=now)
    log.record(
        "money.order_started",
        actor=actor,
        obj=order,
        at=now,
        offer=offer.pk,
        gross_cents=order.gross_cents,
        provider=order.provider,
    )
    return order


def _check_sale(offer: Offer, now: datetime) -> None:
    sale = sale_of(offer, now)
    if sale is Sale.SOLD_OUT:
        raise OfferSoldOut
    if sale is not Sale.OPEN:
        raise OfferNotOpen(offer)


def _price_on_sale(offer: Offer, price_id: int, now: datetime) -> Price:
    for price in current_prices(offer.pk, now):
        if price.pk == price_id:
            return price
    raise PriceNotOnSale


def _basket(
    price: Price, wish: Wish, *, now: datetime, held: Order | None = None
) -> Basket:
    chosen = None
    if price.minimum_cents is not None:
        chosen = price.amount_cents if wish.chosen_cents is None else wish.chosen_cents
        if chosen < price.minimum_cents:
            raise ChosenTooLow
    coupon = coupon_for(wish.coupon, price, held=held, now=now)
    bumps = bumps_ticked(price.offer, wish.extras, currency=price.currency, now=now)
    basket = Basket(
        price,
        chosen,
        coupon,
        wish.with_trial,
        added=tuple(bump.price for bump in bumps),
        is_gift=wish.extras.gift is not None,
    )
    return basket.at(wish.place, vat_day(now)) if wish.place else basket


def _deal(basket: Basket, quoted: Quote) -> dict[str, Any]:
    """Return the fields of an order that say what is paid for what."""
    return asdict(quoted.total) | {
        "price": basket.price,
        "coupon": basket.coupon,
        "trial_days": basket.terms.trial_days,
    }


def _correct(held: Order, wish: Wish, buyer: Buyer, *, now: datetime) -> Order:
    """Take over what the buyer corrected in an order that is not paid yet."""
    price, offer = held.price, held.offer
    if wish.price_id != held.price_id:
        _check_window(offer, now)
        reach_steps(offer.pk, now=now)
        price = _price_on_sale(offer, wish.price_id, now)
    basket = _basket(price, wish, held=held, now=now)
    agreement = _agreement(basket, wish, buyer, offer=offer, now=now)
    quoted = quote_of(basket, now)
    person_id = _buyer_id(held, buyer, now=now)
    deal = _deal(basket, quoted) | {
        "provider": provider_of(wish.method),
        "person_id": person_id,
    }
    changed = any(getattr(held, name) != value for name, value in deal.items())
    changed = (
        changed
        or _differs_around(held, basket, wish.extras)
        or by_debit(held.consents) != by_debit(agreement["consents"])
    )
    if changed and held.provider_url:
        raise _Again(page=held)
    unchanged = Order.objects.filter(
        pk=held.pk,
        state=Order.State.PENDING,
        provider_url=held.provider_url,
        price=held.price,
        coupon=held.coupon,
        gross_cents=held.gross_cents,
    )
    if not unchanged.update(**agreement | deal):
        raise _Again
    former = held
    held = Order.objects.select_related("price", "coupon", "offer").get(pk=held.pk)
    if changed:
        _hold_anew(held, former=former, now=now)
        held.lines.all().delete()
        add_lines(held, basket.parts, quoted)
        log.record("money.order_corrected", actor="visitor", obj=held, at=now)
    return held


def _differs_around(held: Order, basket: Basket, extras: Extras) -> bool:
    """Tell whether other things are bought, or whether the card is kept otherwise."""
    lines = list(held.lines.values_list("price_id", flat=True))
    keeps = basket.terms.recurring or (extras.keep_method and not basket.is_gift)
    return (
        lines != [price.pk for _role, price in basket.parts]
        or saves_method(held) != keeps
    )


def _check_window(offer: Offer, now: datetime) -> None:
    """Let nobody choose another price once the offer is closed; their seat is theirs."""
    if sale_of(offer, now) not in {Sale.OPEN, Sale.SOLD_OUT}:
        raise OfferNotOpen(offer)


def _buyer_id(held: Order, buyer: Buyer, *, now: datetime) -> int:
    """Return whose order it is: a corrected address belongs to another person."""
    if buyer.email == held.email:
        return held.person_id
    person = find_or_add_person(
        email=buyer.email,
        name=buyer.name,
        language=buyer.language,
        actor="visitor",
        now=now,
    )
    return person.pk


def _hold_anew(order: Order, *, former: Order, now: datetime) -> None:
    """Hold the coupon and the trial of the corrected order, and give the former's back."""
    same_person = former.person_id == order.person_id
    if former.coupon != order.coupon or not same_person:
        _change_coupon(order, former.coupon, now=now)
    if not (order.trial_days and same_person):
        TrialUse.objects.filter(order=order).delete()
    if order.trial_days:
        _keep_trial(order, now=now)


def _change_coupon(order: Order, former: Coupon | None, *, now: datetime) -> None:
    """Give one use back and take another, always in the coupons' own order.

    So two buyers who swap the same two codes never wait for each other.
    """
    moves = [(former, False), (order.coupon, True)]
    held = [(coupon, taken) for coupon, taken in moves if coupon is not None]
    for coupon, taken in sorted(held, key=lambda move: (move[0].pk, move[1])):
        if taken:
            take_use(coupon, person_id=order.person_id, now=now)
        else:
            give_use_back(coupon.pk)


def _keep_trial(order: Order, *, now: datetime) -> None:
    if not order.trial_days:
        return
    other = take_trial(order, now=now)
    if other is not None:
        raise _Again(other=other)


def _agreement(
    basket: Basket, wish: Wish, buyer: Buyer, *, offer: Offer, now: datetime
) -> dict[str, Any]:
    """Return the fields of an order that say who agreed to what (R45, R54, R55)."""
    consumer = buyer.buyer_type == Order.BuyerType.CONSUMER
    boxes = [
        box
        for box in consents_for(
            offer, basket, language=buyer.language, now=now, methods=(wish.method,)
        )
        if box.asked_of(consumer=consumer, method=wish.method)
    ]
    for box in boxes:
        if box.key not in wish.ticked:
            raise ConsentMissing(box.key)
    boxes += optional_consents(wish.extras, language=buyer.language)
    place, fields = wish.place or address_of(buyer, now=now), asdict(buyer)
    del fields["siren"]  # kept with the place
    return fields | {
        "consents": [box.agreed_at(now) for box in boxes],
        "place": place.to_json(),
        "provider": provider_of(wish.method),
        "terms": keep_terms(buyer.language, now=now),
    }
