"""The VAT map of a day, the seller on it, and how much went to other member states."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from django.db.models import Q, Sum

from perenne.core import clock, legal
from perenne.core.queries import business_on
from perenne.money.domain.vat.vat import (
    Customer,
    EuSales,
    Seller,
    Supply,
    Territory,
    Treatment,
    Zones,
    treatment,
)
from perenne.money.models import VatEntry

if TYPE_CHECKING:
    from datetime import date

    from perenne.core.models import Business
    from perenne.money.domain.vat.places import Place


def zones_on(day: date) -> Zones:
    """Return members, rates and territories as the dated data have them."""
    map_ = legal.values_on("vat_territories", day)
    members = frozenset(map_.pop("EU"))
    return Zones(
        members=members,
        rates=legal.values_on("eu_vat_rates", day),
        territories={key: Territory(**value) for key, value in map_.items()},
    )


def is_member(country: str) -> bool:
    """Tell whether a country's VAT numbers are the Union's, today."""
    zones = zones_on(clock.today("Europe/Paris"))
    return zones.state_of(country) in zones.members


def seller_on(day: date) -> Seller:
    """Return who sold on that day; before the set-up, a seller in franchise."""
    return seller_of(business_on(day), day)


def seller_of(business: Business | None, day: date) -> Seller:
    """Return who sells by the identity that was valid that day."""
    if business is None:
        return Seller("FR", liable=False)
    return Seller(
        business.country,
        liable=business.vat_regime == "liable",
        oss=business.oss_since is not None and business.oss_since <= day,
    )


def threshold_cents(day: date) -> int:
    """Return the threshold of art. 59c in euro cents."""
    return 100 * int(legal.value("eu_vat_thresholds", "distance_sales", on=day))


def eu_sales(day: date) -> EuSales:
    """Return what went to consumers of other member states, from the books (R121).

    Amounts in other currencies than the euro are not counted. One query.
    """
    this, last = Q(taxed_on__year=day.year), Q(taxed_on__year=day.year - 1)
    rows = VatEntry.objects.filter(
        counts=True, currency="EUR", taxed_on__year__gte=day.year - 1
    )
    found = rows.aggregate(
        previous=Sum("net_cents", filter=last),
        current=Sum("net_cents", filter=this),
        abroad=Sum("net_cents", filter=this & Q(one_stop=True, net_cents__gt=0)),
    )
    return EuSales(
        previous=found["previous"] or 0,
        current=found["current"] or 0,
        abroad=bool(found["abroad"]),
    )


@dataclass(frozen=True)
class VatDay:
    """What decides VAT on one day, read once: the seller, the map, the sales abroad."""

    day: date
    business: Business | None

    @cached_property
    def seller(self) -> Seller:
        """Return who sells."""
        return seller_of(self.business, self.day)

    @cached_property
    def zones(self) -> Zones:
        """Return the map."""
        return zones_on(self.day)

    @cached_property
    def eu_sales(self) -> EuSales:
        """Return the sales that count; asked only where they decide."""
        return eu_sales(self.day)

    def treatment(
        self, vat_nature: str, place: Place | None, *, sale_cents: int
    ) -> Treatment:
        """Return what VAT does to a sale.

        place       None: a consumer at home
        sale_cents  what the whole sale brings, in euro cents
        """
        treated = partial(
            treatment,
            Supply(vat_nature),
            seller=self.seller,
            customer=place.customer if place else Customer(self.seller.country),
            zones=self.zones,
        )
        below = treated(above=False)
        if not below.counts or self.seller.oss:
            return below
        net = sale_cents * 10_000 // (10_000 + below.rate_bp)
        limit = threshold_cents(self.day)
        above = self.eu_sales.go_abroad(net, threshold_cents=limit)
        return treated(above=True) if above else below
