"""What a checkout form shows: amounts, the words to agree to, the button (R42–R46)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.template.defaultfilters import date as write_date
from django.utils.translation import gettext, gettext_lazy, ngettext_lazy, override

from perenne.core import legal
from perenne.core.queries import business_on, current_business
from perenne.core.templatetags.perenne import money
from perenne.money.domain.checkout.amounts import amounts_of
from perenne.money.domain.checkout.consents import boxes_for_all
from perenne.money.domain.checkout.quoting import NO_REDUCTION, Item, Reduction, quote
from perenne.money.domain.vat.places import place_from
from perenne.money.gateways.providers import TRANSFER
from perenne.money.queries.orders.methods import SEPA
from perenne.money.queries.vat.vat import VatDay

if TYPE_CHECKING:
    from datetime import date, datetime

    from perenne.money.domain.checkout.amounts import Amounts
    from perenne.money.domain.vat.places import Place
    from perenne.money.models import (
        BillingDetails,
        Coupon,
        Offer,
        Order,
        Price,
        Subscription,
    )
    from perenne.money.queries.checkout.baskets import Basket


_PERIODS = {
    "day": (
        gettext_lazy("per day"),
        ngettext_lazy("every %(count)d day", "every %(count)d days", "count"),
    ),
    "week": (
        gettext_lazy("per week"),
        ngettext_lazy("every %(count)d week", "every %(count)d weeks", "count"),
    ),
    "month": (
        gettext_lazy("per month"),
        ngettext_lazy("every %(count)d month", "every %(count)d months", "count"),
    ),
    "year": (
        gettext_lazy("per year"),
        ngettext_lazy("every %(count)d year", "every %(count)d years", "count"),
    ),
}


@dataclass(frozen=True, slots=True)
class Consent:
    """A box to tick: its key, the exact words, and the law they come from.

    method    the way to pay it belongs to, "" for every one
    consumer  only a consumer is asked
    """

    key: str
    wording: str
    source: str
    method: str = ""
    consumer: bool = False

    def asked_of(self, *, consumer: bool, method: str) -> bool:
        """Tell whether this buyer must tick it."""
        if self.consumer and not consumer:
            return False
        return self.method in {"", method}

    def agreed_at(self, now: datetime) -> dict[str, str]:
        """Return what an order keeps of it once it is ticked."""
        return {
            "key": self.key,
            "wording": self.wording,
            "source": self.source,
            "at": now.isoformat(),
        }


def zone_of_business() -> ZoneInfo:
    """Return the time zone in which the business counts its days."""
    business = current_business()
    return ZoneInfo(business.time_zone if business else "Europe/Paris")


def civil_day(now: datetime) -> date:
    """Return the business's civil date at an instant."""
    return now.astimezone(zone_of_business()).date()


def vat_day(now: datetime) -> VatDay:
    """Return what decides VAT at an instant. One query, mostly."""
    business = current_business()
    zone = ZoneInfo(business.time_zone if business else "Europe/Paris")
    day = now.astimezone(zone).date()
    if business is not None and business.valid_from > day:
        business = business_on(day)
    return VatDay(day, business)


def item_for(
    price: Price,
    now: datetime,
    place: Place | None = None,
    *,
    vat: VatDay | None = None,
    amount_cents: int | None = None,
) -> Item:
    """Return a price as an item of a basket, with the VAT of where the buyer is (R43).

    Who pays without VAT pays the price less the seller's.

    place         None: a consumer at home
    amount_cents  instead of the price's own
    """
    amount = price.amount_cents if amount_cents is None else amount_cents
    vat = vat or vat_day(now)
    due = vat.treatment(price.offer.vat_nature, place, sale_cents=amount)
    return Item(
        list_cents=net_of(amount, due.without_bp),
        currency=price.currency,
        vat_rate_bp=due.rate_bp,
        vat_category=due.category,
        vat_country=due.country,
    )


def net_of(amount_cents: int, without_bp: int) -> int:
    """Return an amount with a rate of VAT taken out of it."""
    return amounts_of(amount_cents, "EUR", vat_rate_bp=without_bp).net_cents


def place_of(held: Order | BillingDetails) -> Place:
    """Return where a buyer is, as it was kept with their order or their details."""
    business = held.buyer_type == "business"
    return place_from(held.place, country=held.country, is_business=business)


def amounts_due(row: Subscription, now: datetime) -> Amounts:
    """Return what a subscription's next charge costs, its reduction taken off."""
    place = place_of(getattr(row, "billing", None) or row.order)
    item = item_for(row.price, now, place, amount_cents=row.amount_cents)
    counts = row.coupon is not None and row.coupon_periods != 0
    return quote([item], reduction_of(row.coupon) if counts else NO_REDUCTION).total


def reduction_of(coupon: Coupon | None) -> Reduction:
    """Return what a coupon takes off; nothing when there is none."""
    if coupon is None:
        return NO_REDUCTION
    return Reduction(coupon.percent_bp, coupon.amount_cents)


def period_words(price: Price) -> str:
    """Return "per month", "every 3 months", or "" for a single payment."""
    if price.interval == "one_off":
        return ""
    once, often = _PERIODS[price.interval]
    count = price.interval_count
    return str(once if count == 1 else often % {"count": count})


def button_label(
    basket: Basket, *, today_cents: int, language: str, now: datetime
) -> str:
    """Return the button's words that say an obligation to pay (R44).

    today_cents  what is due with the order, everything in it included
    """
    key, values = _button(basket, today_cents)
    currency = basket.price.currency
    if not basket.plan.after and not today_cents:
        with override(language):
            return gettext("Get it for free")
    key += "" if basket.with_vat else "_net"
    wording = legal.value("consumer_terms", f"{key}.{language}", on=civil_day(now))
    with override(language):
        written = {
            name: money(value, currency) if name != "count" else value
            for name, value in values.items()
        }
        period = period_words(basket.price)
        return str(wording).format(**written, period=period).strip()


def _button(basket: Basket, today_cents: int) -> tuple[str, dict[str, int]]:
    """Return the wording's key, and its amounts and count."""
    after = basket.plan.after
    if not after:
        return "pay_button", {"amount": today_cents}
    last = after[-1]
    values = {"today": today_cents, "amount": last.cents}
    if last.count is None:
        if (
            last.cents == today_cents
            and len(after) == 1
            and not basket.terms.trial_days
        ):
            return "subscribe_button", values
        return "later_button", values
    if len(after) == 1:
        return "instalments_button", values | {"count": last.count}
    extra = today_cents - basket.plan.today_cents
    return "pay_button", {"amount": (basket.plan.total_cents or 0) + extra}


def consents_for(
    offer: Offer,
    basket: Basket,
    *,
    language: str,
    now: datetime,
    methods: tuple[str, ...],
) -> list[Consent]:
    """Return every box there may be to tick, terms first; none is ticked before (R69).

    The boxes of each thing's own legal nature are asked for. Of a gift nothing begins for
    the buyer: their right to withdraw is whole.
    """
    day = civil_day(now)
    with override(language):
        boxes = [
            Consent(
                "terms",
                gettext("I have read and accept the terms of sale."),
                "C. civ. 1119, 1127-1",
            )
        ]
        boxes += _mandates(basket, methods=methods, language=language, now=now)
    natures = [offer.legal_nature, *(row.offer.legal_nature for row in basket.added)]
    for key in boxes_for_all(natures, consumer=not basket.is_gift):
        rule = legal.rule("consumer_terms", f"{key}.{language}", on=day)
        boxes.append(Consent(key, str(rule.value), rule.source, consumer=True))
    return boxes


def _mandates(
    basket: Basket, *, methods: tuple[str, ...], language: str, now: datetime
) -> list[Consent]:
    """Return what is agreed to by who pays by card again and again, or by debit."""
    found = []
    if basket.plan.after:
        words = mandate_words(basket, now)
        cards = [name for name in methods if name not in {SEPA, TRANSFER}]
        found += [
            Consent("mandate", words, "PSD2 art. 64", method=name) for name in cards[:1]
        ]
    if SEPA in methods:
        words = sepa_mandate_words(basket, language=language, now=now)
        found.append(Consent("sepa_mandate", words, "EPC016-06", method=SEPA))
    return found


def sepa_mandate_words(basket: Basket, *, language: str, now: datetime) -> str:
    """Return the mandate of a SEPA debit, in the active language (R129)."""
    day, business, plan = civil_day(now), current_business(), basket.plan
    last = plan.after[-1] if plan.after else None
    words = {
        "amount": money(
            last.cents if last else plan.today_cents, basket.price.currency
        ),
        "period": period_words(basket.price),
        "count": basket.terms.instalments,
    }
    if last is None:
        debits = gettext("%(amount)s, once") % words
    elif last.count is not None:
        debits = gettext("%(amount)s %(period)s, %(count)d times in all") % words
    else:
        debits = gettext("%(amount)s %(period)s, until I end the subscription") % words
    mandate = legal.value("payment_rules", f"sepa_mandate.{language}", on=day)
    return str(mandate).format(
        creditor=getattr(business, "name", ""),
        ics=getattr(business, "sepa_creditor_id", ""),
        amount=debits,
        days=legal.value("payment_rules", "agreed_prenotification_days", on=day),
    )


def mandate_words(basket: Basket, now: datetime) -> str:
    """Return what the buyer allows us to charge: how much, how often, until when (R128).

    The amount is the highest of those that follow; the day, the one of the first charge.
    """
    plan, terms = basket.plan, basket.terms
    words = {
        "business": getattr(current_business(), "name", ""),
        "amount": money(plan.after[-1].cents, basket.price.currency),
        "period": period_words(basket.price),
        "day": write_date(first_charge_on(basket, now), "DATE_FORMAT"),
        "count": terms.instalments,
    }
    if terms.payments_left is not None:
        return (
            gettext(
                "I allow %(business)s to charge %(amount)s %(period)s to the card I use, "
                "from %(day)s on, %(count)s times in all."
            )
            % words
        )
    return (
        gettext(
            "I allow %(business)s to charge %(amount)s %(period)s to the card I use, from "
            "%(day)s on, until I end the subscription, which I can do online at any time."
        )
        % words
    )


def first_charge_on(basket: Basket, now: datetime) -> date:
    """Return the day of the first full charge: today, or when the trial is over (R66)."""
    return civil_day(now) + timedelta(days=basket.terms.trial_days)


def franchise_mention(*, language: str, now: datetime) -> str:
    """Return the sentence beside a price in VAT franchise, or "" when VAT is charged."""
    day = civil_day(now)
    business = business_on(day)
    if business is None or business.vat_regime != "franchise":
        return ""
    return str(legal.value("legal_mentions", f"franchise.{language}", on=day))
