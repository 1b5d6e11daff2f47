"""Name, address and VAT number on the invoices of a subscription (MB15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from perenne.core import log
from perenne.money.actions.vat.places import address_of
from perenne.money.models import BillingDetails

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.checkout.buyers import Buyer
    from perenne.money.domain.vat.places import Place


@transaction.atomic
def set_billing_details(
    subscription_id: int,
    buyer: Buyer,
    *,
    actor: str,
    now: datetime,
    place: Place | None = None,
) -> BillingDetails:
    """Let the invoices to come show these words; those that were issued keep theirs.

    place  where the buyer is for VAT, as locate_buyer found; None: where they say
    """
    place = place or address_of(buyer, now=now)
    row, _created = BillingDetails.objects.update_or_create(
        subscription_id=subscription_id,
        defaults={
            "buyer_type": buyer.buyer_type,
            "name": buyer.name,
            "company": buyer.company,
            "vat_number": buyer.vat_number,
            "street": buyer.street,
            "postcode": buyer.postcode,
            "city": buyer.city,
            "country": buyer.country,
            "place": place.to_json(),
            "changed_at": now,
        },
    )
    log.record("money.billing_details_set", actor=actor, obj=row, at=now)
    return row
