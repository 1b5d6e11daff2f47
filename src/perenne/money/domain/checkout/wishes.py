"""What a buyer asks for at a checkout, as one value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.money.domain.checkout.extras import NO_EXTRAS, Extras

if TYPE_CHECKING:
    from perenne.money.domain.vat.places import Place


@dataclass(frozen=True, slots=True)
class Wish:
    """What a checkout form asks for.

    key           the form's own: one form, one order
    method        "stripe", "sepa", "transfer", or "free" when nothing is to pay
    ticked        keys of the boxes that were ticked, "terms" among them
    chosen_cents  of a price that the buyer chooses (MB5), else None
    coupon        the code as typed, or ""
    with_trial    False: without the trial that the price offers
    extras        what was added, and for whom it is
    place         where the buyer is; None: where they say
    """

    key: str
    price_id: int
    method: str
    ticked: frozenset[str]
    chosen_cents: int | None = None
    coupon: str = ""
    with_trial: bool = True
    extras: Extras = NO_EXTRAS
    place: Place | None = None
