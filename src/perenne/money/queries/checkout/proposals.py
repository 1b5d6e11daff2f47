"""Reads about what is proposed right after a payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from perenne.money.models import Order, Proposal
from perenne.money.queries.checkout.baskets import Basket
from perenne.money.queries.checkout.checkout import consents_for, place_of, vat_day

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import Offer
    from perenne.money.queries.checkout.checkout import Consent

_BATCH = 200
_ROWS = Proposal.objects.select_related("order", "offer", "price", "otherwise")


def open_proposal(order: Order, now: datetime) -> Proposal | None:
    """Return what stands proposed to the buyer of an order, or None."""
    row = _ROWS.filter(order=order, state=Proposal.State.OPEN, until__gt=now)
    return row.first()


def proposal_of(order: Order) -> Proposal | None:
    """Return the proposal made to the buyer of an order, answered or not."""
    return _ROWS.filter(order=order).first()


def being_paid_ids() -> list[int]:
    """Return the proposals whose payment was begun and is not known yet."""
    rows = Proposal.objects.filter(state=Proposal.State.CHARGING)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH])


def is_being_charged(order: Order) -> bool:
    """Tell whether an order made by a yes is being charged without its buyer."""
    rows = Proposal.objects.filter(order_key=order.key)
    return rows.filter(state=Proposal.State.CHARGING).exists()


def knows_offer(person_id: int, offer: Offer) -> bool:
    """Tell whether an offer was proposed to a person before, or bought by them."""
    shown = Q(offer=offer) | Q(refused=offer)
    seen = Proposal.objects.filter(shown, order__person_id=person_id)
    bought = Order.objects.filter(
        person_id=person_id,
        lines__offer=offer,
        state__in=[Order.State.PAID, Order.State.REFUNDED],
    )
    return seen.exists() or bought.exists()


def proposal_counts(offer: Offer) -> dict[str, int]:
    """Return how often an offer's upsell was proposed and taken."""
    rows = Proposal.objects.filter(order__offer=offer)
    taken = rows.filter(state=Proposal.State.TAKEN)
    return {"proposed": rows.count(), "taken": taken.count()}


def basket_of_proposal(row: Proposal, now: datetime) -> Basket:
    """Return what a yes would buy, for a buyer who is where they were for the order."""
    return Basket(row.price).at(place_of(row.order), vat_day(now))


def consents_of_proposal(row: Proposal, now: datetime) -> list[Consent]:
    """Return the boxes that a yes needs, in the buyer's language."""
    order = row.order
    boxes = consents_for(
        row.offer,
        basket_of_proposal(row, now),
        language=order.language,
        now=now,
        methods=(order.provider,),
    )
    consumer = order.buyer_type == Order.BuyerType.CONSUMER
    return [
        box for box in boxes if box.asked_of(consumer=consumer, method=order.provider)
    ]
