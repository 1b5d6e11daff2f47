"""Whose VAT a sale bears, at which rate, and what the invoice must say of it. Pure.

Sources: Dir. 2006/112/CE art. 44, 45, 54, 58, 59c; CGI art. 259, 259 A, 259 D, 283-2,
293 B, 294; R120 to R124. The table stands in docs/adr/0014-vat-place.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Supply(StrEnum):
    """What is sold, as VAT sees it (R120).

    AUTOMATED  supplied by the machine: course, download, membership
    EVENT      a live event online for a group
    LIVE       work for one client
    """

    AUTOMATED = "automated"
    EVENT = "event"
    LIVE = "live"


class Category(StrEnum):
    """The VAT category of EN 16931 (UNTDID 5305) that a line carries (R96)."""

    TAXED = "S"
    EXEMPT = "E"
    REVERSED = "AE"
    OUTSIDE = "O"


class Checked(StrEnum):
    """What the register of the Union said of a VAT number (R124).

    UNAVAILABLE is neither yes nor no: VAT is charged.
    """

    NOT_ASKED = ""
    VALID = "valid"
    INVALID = "invalid"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells: the state, whether VAT is charged at home, the one-stop shop chosen."""

    country: str
    liable: bool
    oss: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys, as VAT sees them; a business is one whatever its number says."""

    country: str
    is_business: bool = False
    vat_number: Checked = Checked.NOT_ASKED


@dataclass(frozen=True, slots=True)
class Territory:
    """A place with a country code of its own that belongs to a state.

    rate_bp  its own rate; 0 where VAT is not applied; None: as the state
    """

    of: str
    rate_bp: int | None = None


@dataclass(frozen=True, slots=True)
class Zones:
    """The VAT map of one day: members of the Union, standard rates, territories."""

    members: frozenset[str]
    rates: Mapping[str, int]
    territories: Mapping[str, Territory]

    def state_of(self, country: str) -> str:
        """Return the state whose VAT a country code falls under."""
        territory = self.territories.get(country)
        return territory.of if territory else country

    def rate_bp(self, country: str) -> int:
        """Return the standard rate; LookupError when the data do not know it."""
        return self.rates[country]


@dataclass(frozen=True, slots=True)
class Treatment:
    """What VAT does to one line.

    country      whose VAT it is; the customer's own where none is due
    mention      key of the wording an invoice carries, "" when VAT is charged
    without_bp   the rate to take out of the price shown, for who pays it without VAT
    counts       towards the threshold of art. 59c (R121)
    one_stop     declared through the one-stop shop (R122)
    """

    rate_bp: int
    category: Category
    country: str
    mention: str = ""
    without_bp: int = 0
    counts: bool = False
    one_stop: bool = False


@dataclass(frozen=True, slots=True)
class EuSales:
    """Automated sales to consumers of other member states, in euro cents without VAT.

    previous, current  calendar years; refunds are taken off
    abroad             one of this year's bore its customer's VAT already
    """

    previous: int = 0
    current: int = 0
    abroad: bool = False

    def go_abroad(self, sale_cents: int, *, threshold_cents: int) -> bool:
        """Tell whether a sale bears its customer's VAT: the very one that crosses does.

        Art. 59c: until the end of the year after the one in which the sum was exceeded.
        """
        return (
            self.abroad
            or self.previous > threshold_cents
            or self.current + sale_cents > threshold_cents
        )


def treatment(
    supply: Supply, *, seller: Seller, customer: Customer, zones: Zones, above: bool
) -> Treatment:
    """Return whose VAT is due and how much.

    above   the threshold of art. 59c is passed with this sale (EuSales.go_abroad)
    Raises  LookupError: the rate of that country and day is not in the data
    """
    case = _Case(supply, seller, customer, zones, above)
    if case.state == seller.country:
        return case.at_home()
    if customer.is_business and not case.is_member:
        return case.without(Category.OUTSIDE, "outside_business")
    if customer.is_business and customer.vat_number == Checked.VALID:
        return case.without(Category.REVERSED, "reverse_charge")
    if supply == Supply.LIVE:
        return case.own()
    if not case.is_member:
        return Treatment(0, Category.OUTSIDE, customer.country, "outside_consumer")
    return case.in_the_union()


@dataclass(frozen=True, slots=True)
class _Case:
    """One sale with all that decides."""

    supply: Supply
    seller: Seller
    customer: Customer
    zones: Zones
    above: bool

    @property
    def state(self) -> str:
        return self.zones.state_of(self.customer.country)

    @property
    def is_member(self) -> bool:
        return self.state in self.zones.members

    def own(self, *, counts: bool = False) -> Treatment:
        """The seller's own VAT, or none in franchise (CGI art. 293 B)."""
        home = self.seller.country
        if not self.seller.liable:
            return Treatment(0, Category.EXEMPT, home, "franchise", counts=counts)
        rate = self.zones.rate_bp(home)
        return Treatment(rate, Category.TAXED, home, counts=counts)

    def at_home(self) -> Treatment:
        """Never reverse-charged (R124); where a territory has its own rate, it counts."""
        territory = self.zones.territories.get(self.customer.country)
        follows = self.supply != Supply.LIVE or self.customer.is_business
        if territory is None or not self.seller.liable or not follows:
            return self.own()
        if territory.rate_bp is None:
            return self.own()
        if not territory.rate_bp:
            there = self.customer.country
            return Treatment(0, Category.OUTSIDE, there, "territory")
        return Treatment(territory.rate_bp, Category.TAXED, self.seller.country)

    def without(self, category: Category, mention: str) -> Treatment:
        """A business abroad pays the price without VAT (art. 44)."""
        home = self.seller.country
        without = self.zones.rate_bp(home) if self.seller.liable else 0
        return Treatment(0, category, self.state, mention, without_bp=without)

    def in_the_union(self) -> Treatment:
        """Art. 58 from its threshold on or by choice; art. 54 for events, always."""
        counts = self.supply == Supply.AUTOMATED
        if counts and not (self.above or self.seller.oss):
            return self.own(counts=True)
        return Treatment(
            self.zones.rate_bp(self.state),
            Category.TAXED,
            self.state,
            counts=counts,
            one_stop=True,
        )


def mention_of(category: str, *, country: str, is_business: bool, zones: Zones) -> str:
    """Return the key of the wording that a stored line's category asks for."""
    if category == Category.EXEMPT:
        return "franchise"
    if category == Category.REVERSED:
        return "reverse_charge"
    if category != Category.OUTSIDE:
        return ""
    if country in zones.territories:
        return "territory"
    return "outside_business" if is_business else "outside_consumer"
