"""Keep further signs of where a buyer is, and what they answer when asked (R123)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.money.domain.vat.places import Evidence
from perenne.money.models import Order
from perenne.money.queries.checkout.checkout import place_of, vat_day

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.domain.vat.places import Place
    from perenne.money.gateways.protocol import Paid

_BANKS = {"sepa_debit", "transfer"}


class NoDoubt(Refusal):
    """Nothing contradicts the order's country; nothing was changed."""

    sentence = _("Nothing contradicts the country of this order.")


def keep_payment_country(order: Order, paid: Paid, *, now: datetime) -> None:
    """Keep the country of the card or bank; where it contradicts, the owner is asked.

    Called inside record_payment's transaction.
    """
    if not paid.country:
        return
    kind = "bank" if paid.method in _BANKS else "card"
    sign = Evidence(kind, paid.country, now.isoformat())
    _write(order, place_of(order).with_evidence(sign), now=now)


@transaction.atomic
def confirm_country(order_id: int, *, actor: str, now: datetime) -> Order:
    """Record that the buyer, asked by the owner, has confirmed the order's country.

    Raises  NotFound, NoDoubt: nothing was changed
    """
    order = Order.objects.filter(pk=order_id).first()
    if order is None:
        raise NotFound
    if not order.place_in_doubt:
        raise NoDoubt
    sign = Evidence("confirmed", place_of(order).country, now.isoformat())
    _write(order, place_of(order).with_evidence(sign), now=now)
    log.record("money.country_confirmed", actor=actor, obj=order, at=now)
    return order


def _write(order: Order, place: Place, *, now: datetime) -> None:
    order.place = place.to_json()
    order.place_in_doubt = bool(place.contradictions(vat_day(now).zones))
    Order.objects.filter(pk=order.pk).update(
        place=order.place, place_in_doubt=order.place_in_doubt
    )
