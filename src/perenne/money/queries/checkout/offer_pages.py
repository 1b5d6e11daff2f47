"""What an offer's public page shows: each way to pay, truthfully (R43, R67, R68)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.template.defaultfilters import date as write_date
from django.utils.translation import gettext, ngettext

from perenne.core.queries import current_business
from perenne.core.templatetags.perenne import money
from perenne.money.queries.checkout.checkout import (
    civil_day,
    period_words,
    zone_of_business,
)
from perenne.money.queries.checkout.extras import is_plain
from perenne.money.queries.checkout.plan_words import (
    owner_words,
    price_words,
    trial_words,
)
from perenne.money.queries.offers.offers import (
    price_history,
    prices_among,
    rises_next,
    seats_left,
    step_value,
    steps_of,
    struck_price,
    way_of,
)

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.offers.ladders import Step
    from perenne.money.models import Offer, Price, PriceStep

# What comes within this time is not kept in a page that may be shown so long.
SOON_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to pay.

    words    the price in one phrase; period "" for a single payment
    struck   the prior price that may be struck through, or None
    notes    sentences: trial, sum of instalments, what makes the price rise next
    """

    price: Price
    words: str
    period: str
    struck: int | None
    notes: tuple[str, ...]

    @property
    def may_be_given(self) -> bool:
        """Tell whether it may be paid for somebody else, where the owner lets people."""
        return is_plain(self.price)


@dataclass(frozen=True, slots=True)
class Shown:
    """The ways to pay in one currency; the other currencies by code.

    lowest      the lowest price in a phrase, "" when the ways cannot be compared
    changes_at  the next instant at which a price rises, or None
    """

    choices: list[Choice]
    lowest: str
    currency: str
    currencies: list[str]
    changes_at: datetime | None


def shown_prices(offer: Offer, currency: str, now: datetime) -> Shown:
    """Return what can be chosen, in the wanted currency or the business's own."""
    history, steps = list(price_history(offer.pk)), steps_of(offer.pk)
    prices = prices_among(history, now)
    currencies = sorted({price.currency for price in prices})
    wanted = _currency(currency, currencies)
    day = civil_day(now)
    choices = [
        Choice(
            price,
            price_words(price),
            period_words(price),
            struck_price(offer, price, history, on=day, now=now),
            tuple(_notes(price, rises_next(price, steps))),
        )
        for price in sorted(prices, key=_plain_first)
        if price.currency == wanted
    ]
    dates = [step.starts_at for step in steps if step.starts_at is not None]
    plain = {_plain_first(choice.price)[:2] for choice in choices}
    lowest = choices[0].words if plain == {(False, False)} else ""
    return Shown(choices, lowest, wanted, currencies, min(dates, default=None))


def _plain_first(price: Price) -> tuple[bool, bool, int]:
    """Put fixed prices before instalments and amounts to choose, cheapest first."""
    return price.instalments > 1, price.minimum_cents is not None, price.amount_cents


def _currency(wanted: str, currencies: list[str]) -> str:
    business = current_business()
    for code in (wanted.upper(), business.currency if business else "EUR"):
        if code in currencies:
            return code
    return currencies[0] if currencies else ""


def _notes(price: Price, rises: list[Step]) -> list[str]:
    found = [trial_words(price)] if price.trial_days else []
    if price.instalments > 1:
        whole = money(price.instalments * price.amount_cents, price.currency)
        found.append(gettext("%(amount)s in all") % {"amount": whole})
    return found + [rise_words(price, step) for step in rises]


@dataclass(frozen=True, slots=True)
class OwnersWay:
    """One way to pay as its owner set it.

    words, notes  the price in a phrase, and what was set beside it
    steps         (row, sentence) of the rises that are planned
    """

    price: Price
    words: str
    notes: list[str]
    steps: list[tuple[PriceStep, str]]


def owners_ways(prices: list[Price], steps: list[PriceStep]) -> list[OwnersWay]:
    """Return the ways to pay with the steps that are planned for each."""
    return [
        OwnersWay(
            price,
            price_words(price),
            owner_words(price),
            [
                (row, rise_words(price, step_value(row)))
                for row in steps
                if way_of(row) == way_of(price)
            ],
        )
        for price in prices
    ]


def rise_words(price: Price, step: Step) -> str:
    """Return when the price rises and to what."""
    words: dict[str, object] = {
        "amount": money(step.amount_cents, price.currency),
        "count": step.after_seats or 0,
    }
    if step.starts_at is None:
        return (
            ngettext(
                "%(amount)s from the moment when %(count)d place is taken",
                "%(amount)s from the moment when %(count)d places are taken",
                step.after_seats or 0,
            )
            % words
        )
    local = step.starts_at.astimezone(zone_of_business())
    words |= {
        "day": write_date(local, "DATE_FORMAT"),
        "time": write_date(local, "TIME_FORMAT"),
    }
    return gettext("%(amount)s from %(day)s at %(time)s on") % words


def seat_words(offer: Offer) -> str:
    """Return how many places there are and are left, as counted now, or ""."""
    left = seats_left(offer)
    if left is None or offer.seats is None:
        return ""
    return ngettext(
        "%(left)d of %(count)d place left", "%(left)d of %(count)d places left", left
    ) % {"left": left, "count": offer.seats}
