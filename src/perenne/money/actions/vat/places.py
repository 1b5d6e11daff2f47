"""Find out where a buyer is for VAT, before an order is taken (R123, R124)."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from django.core.cache import cache

from perenne.money.domain.vat.places import Evidence, Place, VatCheck
from perenne.money.domain.vat.vat import Checked
from perenne.money.domain.vat.vat_ids import InvalidVatId, vat_id
from perenne.money.gateways.vies.client import RegisterSilent, vat_register
from perenne.money.queries.checkout.checkout import vat_day

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.checkout.buyers import Buyer
    from perenne.money.queries.vat.vat import VatDay

logger = logging.getLogger(__name__)
_KEPT_SECONDS = 15 * 60


def address_of(buyer: Buyer, *, now: datetime) -> Place:
    """Return what the buyer says of themselves; nobody is asked."""
    business = buyer.buyer_type == "business"
    return Place(
        country=buyer.country,
        is_business=business,
        siren=buyer.siren if business else "",
        vat_id=buyer.vat_number if business else "",
        evidence=(Evidence("billing_address", buyer.country, now.isoformat()),),
    )


def locate_buyer(
    buyer: Buyer,
    *,
    now: datetime,
    vat: VatDay | None = None,
    connection: str = "",
    confirmed: bool = False,
) -> Place:
    """Return where the buyer is, with every sign of it.

    The register is asked about the VAT number of a business of another member state, over
    the network: call it outside a transaction.

    connection  country of the visitor's connection as the proxy says, or ""
    confirmed   they were asked about a contradiction and have said that it is so
    """
    place, at = address_of(buyer, now=now), now.isoformat()
    if connection:
        place = place.with_evidence(Evidence("connection", connection, at))
    if confirmed:
        place = place.with_evidence(Evidence("confirmed", buyer.country, at))
    return replace(place, vat_check=_check(place, vat or vat_day(now), now=now))


def _check(place: Place, vat: VatDay, *, now: datetime) -> VatCheck | None:
    home, state = vat.seller.country, vat.zones.state_of(place.country)
    if not place.vat_id or state == home or state not in vat.zones.members:
        return None
    try:
        number = vat_id(place.vat_id, place.country)
    except InvalidVatId:
        return VatCheck(Checked.INVALID, now.isoformat())
    requester = vat.business.vat_number if vat.business else ""
    return _ask(number, requester, now=now)


def _ask(number: str, requester: str, *, now: datetime) -> VatCheck:
    """Ask once in a quarter of an hour; silence is not remembered."""
    key = f"vat-register:{number}"
    kept = cache.get(key)
    if kept:
        return VatCheck(**{**kept, "state": Checked(kept["state"])})
    register, at = vat_register(), now.isoformat()
    if register is None:
        return VatCheck(Checked.UNAVAILABLE, at)
    try:
        answer = register.ask(number, requester=requester)
    except RegisterSilent as silent:
        logger.warning("the register of VAT numbers gave no answer: %s", silent.code)
        return VatCheck(Checked.UNAVAILABLE, at)
    state = Checked.VALID if answer.valid else Checked.INVALID
    check = VatCheck(state, at, answer.consultation, answer.name)
    cache.set(key, asdict(check), _KEPT_SECONDS)
    return check
