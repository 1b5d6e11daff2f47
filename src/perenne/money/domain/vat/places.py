"""Where a buyer is for VAT, and how that is known (R123, R124); kept with the order."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from perenne.money.domain.vat.vat import Checked, Customer

if TYPE_CHECKING:
    from perenne.money.domain.vat.vat import Zones

_FROM_A_THIRD_PARTY = frozenset({"card", "bank", "connection"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sign of where the buyer is; never a raw address of a machine.

    kind  "billing_address", "connection", "card", "bank" or "confirmed" by the buyer
    at    ISO instant
    """

    kind: str
    country: str
    at: str


@dataclass(frozen=True, slots=True)
class VatCheck:
    """The register's answer, kept as proof.

    consultation  its number, when we asked with our own VAT number
    name          of the business as the register has it
    """

    state: Checked
    at: str
    consultation: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the buyer is and whether they buy as a business."""

    country: str
    is_business: bool = False
    siren: str = ""
    vat_id: str = ""
    vat_check: VatCheck | None = None
    evidence: tuple[Evidence, ...] = ()

    @property
    def customer(self) -> Customer:
        """Return the buyer as VAT sees them."""
        state = self.vat_check.state if self.vat_check else Checked.NOT_ASKED
        return Customer(self.country, self.is_business, state)

    def contradictions(self, zones: Zones) -> list[Evidence]:
        """Return the signs that point to another state (R123: ask, do not guess).

        A confirmation settles what was known before it; a number that the register
        knows settles everything.
        """
        if self.customer.vat_number == Checked.VALID:
            return []
        settled = max(
            (one.at for one in self.evidence if one.kind == "confirmed"), default=""
        )
        own = zones.state_of(self.country)
        return [
            one
            for one in self.evidence
            if zones.state_of(one.country) != own and one.at > settled
        ]

    @property
    def is_proven(self) -> bool:
        """Tell whether a third party or two signs agree on the country (art. 24b)."""
        agreeing = {one.kind for one in self.evidence if one.country == self.country}
        return bool(agreeing & _FROM_A_THIRD_PARTY)

    def with_evidence(self, *found: Evidence) -> Place:
        """Return it with further signs; one that is known already is not repeated."""
        known = {
            (one.kind, one.country) for one in self.evidence if one.kind != "confirmed"
        }
        new = [one for one in found if (one.kind, one.country) not in known]
        return replace(self, evidence=(*self.evidence, *new))

    def to_json(self) -> dict[str, Any]:
        """Return what the order keeps."""
        return {
            "country": self.country,
            "siren": self.siren,
            "vat_id": self.vat_id,
            "evidence": [asdict(one) for one in self.evidence],
            "vat_check": asdict(self.vat_check) if self.vat_check else None,
        }


def place_from(data: dict[str, Any], *, country: str, is_business: bool) -> Place:
    """Return a kept place; an order from before this was kept has its address only."""
    check = data.get("vat_check")
    return Place(
        country=data.get("country") or country,
        is_business=is_business,
        siren=data.get("siren", ""),
        vat_id=data.get("vat_id", ""),
        vat_check=VatCheck(**{**check, "state": Checked(check["state"])})
        if check
        else None,
        evidence=tuple(Evidence(**one) for one in data.get("evidence", ())),
    )
