"""Reads about what may be added to a checkout: proposals, boxes, gifts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext, override

from perenne.core.templatetags.perenne import money
from perenne.money.domain.offers.windows import Sale
from perenne.money.models import Gift, Offer, OfferBump, OfferExtras, OrderLine, Upsell
from perenne.money.queries.checkout.checkout import Consent
from perenne.money.queries.offers.offers import current_prices, grants_of, sale_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from perenne.money.domain.checkout.extras import Extras
    from perenne.money.models import Order, Price

KEEP_METHOD = "keep_method"


@dataclass(frozen=True, slots=True)
class Bump:
    """A proposal beside a checkout, at its price of the moment."""

    pk: int
    offer: Offer
    price: Price
    sentence: str


def extras_of(offer: Offer) -> OfferExtras:
    """Return what may happen around an offer's checkout; unsaved when never set."""
    return OfferExtras.objects.filter(offer=offer).first() or OfferExtras(offer=offer)


def one_off_price(offer: Offer, currency: str, now: datetime) -> Price | None:
    """Return the price at which an offer can be added to an order, or None.

    It must be on sale by itself, paid once, in the order's currency, at a fixed amount,
    and not counted in seats.
    """
    if sale_of(offer, now) is not Sale.OPEN or offer.seats is not None:
        return None
    for price in current_prices(offer.pk, now):
        fixed = price.interval == "one_off" and price.minimum_cents is None
        if fixed and price.currency == currency:
            price.offer = offer
            return price
    return None


def bumps_for(offer: Offer, currency: str, now: datetime) -> list[Bump]:
    """Return what is proposed beside an offer's checkout, in the owner's order."""
    return open_bumps(bump_rows(offer), currency, now)


def open_bumps(rows: list[OfferBump], currency: str, now: datetime) -> list[Bump]:
    """Return those of the owner's proposals that can be taken now, in their order."""
    found = []
    for row in rows:
        price = one_off_price(row.bump, currency, now)
        if price is not None:
            found.append(Bump(row.pk, row.bump, price, row.sentence))
    return found


def bump_words(bump: Bump) -> str:
    """Return the words of a proposal's box: what is added and what it costs (R69)."""
    return gettext("Add “%(title)s” for %(amount)s incl. tax, paid once.") % {
        "title": bump.offer.title,
        "amount": money(bump.price.amount_cents, bump.price.currency),
    }


def bump_rows(offer: Offer) -> list[OfferBump]:
    """Return the owner's proposals beside an offer, with their offers."""
    return list(OfferBump.objects.filter(offer=offer).select_related("bump"))


def upsell_of(offer: Offer) -> Upsell | None:
    """Return what is proposed right after an offer was paid, or None."""
    rows = Upsell.objects.filter(offer=offer)
    return rows.select_related("proposed", "otherwise").first()


def may_be_given(offer: Offer, price: Price) -> bool:
    """Tell whether a price may be paid for somebody else (MB8)."""
    return is_plain(price) and extras_of(offer).can_be_given


def is_plain(price: Price) -> bool:
    """Tell whether a price can be a gift: no trial, no instalments.

    Those are between the seller and who pays them.
    """
    return price.trial_days == 0 and price.instalments == 1


def keep_method_words(language: str) -> str:
    """Return the box that lets the card be kept for one proposal (R69)."""
    with override(language):
        return gettext(
            "My card may be kept for an offer that is shown right after this purchase. "
            "Nothing is charged unless I say yes to it."
        )


def reminder_words(language: str) -> str:
    """Return the box that asks for one reminder (R16)."""
    with override(language):
        return gettext("Remind me once by mail if I do not finish this order.")


def optional_consents(extras: Extras, *, language: str) -> list[Consent]:
    """Return the boxes that were ticked though nobody had to."""
    if not extras.keep_method or extras.gift is not None:
        return []
    return [Consent(KEEP_METHOD, keep_method_words(language), "PSD2 art. 64")]


def keeps_method(order: Order) -> bool:
    """Tell whether the buyer allowed the card to be kept for one proposal."""
    return any(consent["key"] == KEEP_METHOD for consent in order.consents)


def saves_method(order: Order) -> bool:
    """Tell whether the payment page keeps the means of payment (R127)."""
    gift = Gift.objects.filter(order=order).exists()
    renews = order.price.interval != "one_off" and not gift
    return renews or keeps_method(order)


def title_of(order: Order) -> str:
    """Return what was bought in one line: the offer's title and what was added."""
    return ", ".join(line.offer.title for line in lines_of(order)) or order.offer.title


def lines_of(order: Order) -> list[OrderLine]:
    """Return an order's lines with their offers, in order."""
    return list(order.lines.select_related("offer", "price"))


def added_to(order: Order) -> list[Offer]:
    """Return the offers that were added at the checkout."""
    bumps = [row for row in lines_of(order) if row.role == OrderLine.Role.BUMP]
    return [row.offer for row in bumps]


def grants_of_order(order: Order) -> list[tuple[str, str]]:
    """Return (label, address) of everything the order opens, each once."""
    found = [*grants_of(order.offer)]
    for offer in added_to(order):
        found += [pair for pair in grants_of(offer) if pair not in found]
    return found


def offers_to_propose(besides: Sequence[int] = ()) -> list[tuple[int, str]]:
    """Return (id, title) of the offers that may be proposed: those with a single price."""
    rows = Offer.objects.filter(
        active=True, seats=None, prices__interval="one_off"
    ).exclude(pk__in=besides)
    return list(rows.distinct().order_by("title").values_list("pk", "title"))
