"""What the owner must know of VAT before it costs them: threshold, numbers, doubts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.money.models import Order, VatEntry
from perenne.money.queries.checkout.checkout import vat_day
from perenne.money.queries.vat.vat import threshold_cents

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.queries.vat.vat import VatDay

# From four fifths of the threshold on, the desk says so (R121).
ALERT_PERCENT = 80


@dataclass(frozen=True, slots=True)
class VatWatch:
    """Where the business stands.

    sold_cents    this year's sales that count towards the threshold (or last year's,
                  when they passed it), in euro cents without VAT
    registered    in the one-stop shop
    charges       VAT of another member state was charged this year
    franchise     no VAT at home: R125 applies
    numbered      an intra-Community VAT number is known
    """

    sold_cents: int
    threshold_cents: int
    registered: bool
    charges: bool
    franchise: bool
    numbered: bool

    @property
    def percent(self) -> int:
        """Return how much of the threshold is used, rounded down."""
        return 100 * max(self.sold_cents, 0) // self.threshold_cents

    @property
    def is_passed(self) -> bool:
        """Tell whether the threshold is behind."""
        return self.sold_cents > self.threshold_cents

    @property
    def alerts(self) -> bool:
        """Tell whether the owner should act: near the threshold and not registered."""
        return not self.registered and (self.percent >= ALERT_PERCENT or self.charges)


def vat_watch(now: datetime, *, vat: VatDay | None = None) -> VatWatch:
    """Return where the business stands with VAT. Three queries."""
    vat = vat or vat_day(now)
    limit, sales = threshold_cents(vat.day), vat.eu_sales
    passed_before = sales.previous > limit
    return VatWatch(
        sold_cents=max(sales.previous, sales.current)
        if passed_before
        else sales.current,
        threshold_cents=limit,
        registered=vat.seller.oss,
        charges=VatEntry.objects.filter(
            one_stop=True, booked_on__year=vat.day.year
        ).exists(),
        franchise=not vat.seller.liable,
        numbered=bool(vat.business and vat.business.vat_number),
    )


def orders_in_doubt() -> list[Order]:
    """Return paid orders whose country is contradicted, newest first (R123)."""
    return list(Order.objects.filter(place_in_doubt=True).order_by("-pk")[:50])
