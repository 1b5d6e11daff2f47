"""Write an offer's price history: one price at a time for each way to pay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.forms import model_to_dict
from django.utils.translation import gettext_lazy as _

from perenne.core import frontcache, log
from perenne.core.errors import NotFound, Refusal
from perenne.money.actions.offers.ladders import reach_steps
from perenne.money.models import Price
from perenne.money.queries.offers.offers import newest_price, way_of

if TYPE_CHECKING:
    from datetime import datetime


class PriceUnchanged(Refusal):
    """The way to pay already has this price."""

    sentence = _("This is already the price.")
    field = "amount"


class PriceTermsDoNotFit(Refusal):
    """These terms cannot be sold together; nothing was changed."""


@dataclass(frozen=True, slots=True)
class PriceTerms:
    """A price to be: the fields of Price, in its words."""

    amount_cents: int
    currency: str
    interval: str
    interval_count: int = 1
    instalments: int = 1
    access_on_default: str = Price.OnDefault.SUSPEND
    trial_days: int = 0
    trial_price_cents: int = 0
    minimum_cents: int | None = None

    def check(self) -> None:
        """Refuse terms that nobody could pay by (PriceTermsDoNotFit)."""
        once = self.interval == Price.Interval.ONE_OFF
        wrong: tuple[tuple[bool, object, str], ...] = (
            (
                self.amount_cents < 1,
                _("A price is above zero. To give access away, grant it."),
                "amount",
            ),
            (
                once and (self.interval_count, self.instalments) != (1, 1),
                _("A single payment has no rhythm and no instalments."),
                "instalments",
            ),
            (
                self.trial_days > 0 and (once or self.instalments > 1),
                _("Only a subscription can begin with a trial."),
                "trial_days",
            ),
            (
                self.trial_days == 0 and self.trial_price_cents > 0,
                _("A trial has a number of days."),
                "trial_days",
            ),
            (
                self._free and (self.instalments > 1 or self.trial_days > 0),
                _("A price that people choose has no instalments and no trial."),
                "minimum",
            ),
            (
                self._free and not 1 <= (self.minimum_cents or 0) <= self.amount_cents,
                _("The lowest amount is above zero, and not above the suggested one."),
                "minimum",
            ),
        )
        for is_wrong, sentence, field in wrong:
            if is_wrong:
                refusal = PriceTermsDoNotFit(str(sentence))
                refusal.field = field
                raise refusal

    @property
    def _free(self) -> bool:
        return self.minimum_cents is not None


_NAMES = tuple(PriceTerms.__dataclass_fields__)


def terms_of(price: Price) -> PriceTerms:
    """Return the terms of a price as a value."""
    return PriceTerms(**model_to_dict(price, fields=_NAMES))


def change_price(
    offer_id: int,
    *,
    amount_cents: int,
    currency: str,
    interval: str,
    interval_count: int = 1,
    actor: str,
    now: datetime,
) -> Price:
    """Set the plain price of a way to pay from now on: as set_price."""
    terms = PriceTerms(amount_cents, currency, interval, interval_count)
    return set_price(offer_id, terms, actor=actor, now=now)


@transaction.atomic
def set_price(offer_id: int, terms: PriceTerms, *, actor: str, now: datetime) -> Price:
    """Set the price of a way to pay from now on; subscriptions keep theirs (MB20).

    Raises  PriceTermsDoNotFit, PriceUnchanged: nothing was changed
    """
    terms.check()
    reach_steps(offer_id, now=now)
    price = Price(offer_id=offer_id, valid_from=now, **_fields(terms))
    former = newest_price(offer_id, way_of(price))
    if former is not None and former.on_sale and terms_of(former) == terms:
        raise PriceUnchanged
    return _add_price(price, actor=actor)


@transaction.atomic
def end_price(price_id: int, *, offer_id: int, actor: str, now: datetime) -> None:
    """Stop selling a way to pay; its history stays; a second call changes nothing.

    Raises  NotFound: the offer has no such price
    """
    price = Price.objects.filter(pk=price_id, offer_id=offer_id).first()
    if price is None:
        raise NotFound
    reach_steps(offer_id, now=now)
    newest = newest_price(offer_id, way_of(price))
    if newest is None or not newest.on_sale:
        return
    ended = Price(
        offer_id=offer_id, on_sale=False, valid_from=now, **_fields(terms_of(newest))
    )
    _add_price(ended, actor=actor)


def _fields(terms: PriceTerms) -> dict[str, object]:
    return {name: getattr(terms, name) for name in _NAMES}


def _add_price(price: Price, *, actor: str) -> Price:
    price.save(force_insert=True)
    frontcache.drop()
    log.record(
        "money.price_changed",
        actor=actor,
        obj=price,
        at=price.valid_from,
        offer=price.offer_id,
        amount_cents=price.amount_cents,
        interval=price.interval,
        on_sale=price.on_sale,
    )
    return price
