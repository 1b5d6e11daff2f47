"""What stands around the checkout form: read it, say what it changes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from perenne.core.errors import NotFound
from perenne.money.actions.offers.ladders import reach_steps
from perenne.money.domain.checkout.extras import NO_EXTRAS, Extras
from perenne.money.gateways.providers import card_payments_ready
from perenne.money.queries.checkout.checkout import zone_of_business
from perenne.money.queries.checkout.extras import (
    bump_rows,
    extras_of,
    may_be_given,
    open_bumps,
    upsell_of,
)
from perenne.money.web.checkout.forms_extras import CODE, ExtrasForm, GiftForm

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from perenne.money.models import Offer, Price
    from perenne.money.queries.checkout.baskets import Basket
    from perenne.money.queries.checkout.extras import Bump


@dataclass(frozen=True, slots=True)
class Around:
    """The forms around a checkout, as shown or as sent.

    gift      None: it is not for somebody else
    bumps     what was ticked
    """

    form: ExtrasForm
    gift: GiftForm | None
    bumps: list[Bump]

    @property
    def is_gift(self) -> bool:
        """Tell whether it is for somebody else."""
        return self.gift is not None

    def is_valid(self) -> bool:
        """Tell whether everything around the form can be taken."""
        return self.form.is_valid() and (self.gift is None or self.gift.is_valid())

    @property
    def has_errors(self) -> bool:
        """Tell whether something around the form must be mended."""
        return bool(self.form.errors or (self.gift is not None and self.gift.errors))

    def extras(self) -> Extras:
        """Return what was asked for."""
        if not self.is_valid():
            return NO_EXTRAS
        return self.form.extras(self.gift.wish() if self.gift else None)

    def basket(self, basket: Basket) -> Basket:
        """Return the basket with everything that is ticked."""
        added = tuple(bump.price for bump in self.bumps)
        return replace(basket, added=added, is_gift=self.is_gift)


def read_around(
    request: HttpRequest, offer: Offer, price: Price, *, now: datetime
) -> Around:
    """Return the forms around a checkout: filled in on POST, empty before.

    Raises  NotFound: a gift was asked for that cannot be given
    """
    sent = request.POST if request.method == "POST" else None
    gift = _gift_form(request, offer, price, now=now)
    rows = bump_rows(offer)
    for row in rows:
        reach_steps(row.bump_id, now=now)
    form = ExtrasForm(
        sent,
        bumps=[] if gift else open_bumps(rows, price.currency, now),
        may_keep=gift is None and card_payments_ready() and bool(upsell_of(offer)),
        may_remind=extras_of(offer).remind_hours is not None,
        language=request.LANGUAGE_CODE,
        initial={"via": via_of(request)},
    )
    bumps = form.ticked() if form.is_bound and form.is_valid() else []
    return Around(form, gift, bumps)


def _gift_form(
    request: HttpRequest, offer: Offer, price: Price, *, now: datetime
) -> GiftForm | None:
    sent = request.POST if request.method == "POST" else request.GET
    if not sent.get("gift"):
        return None
    if not may_be_given(offer, price):
        raise NotFound
    data: Any = request.POST if request.method == "POST" else None
    return GiftForm(data, zone=str(zone_of_business()), now=now)


def via_of(request: HttpRequest) -> str:
    """Return the affiliate's code in an address, or ""."""
    code = request.GET.get("via", "")
    return code if CODE.fullmatch(code) else ""
