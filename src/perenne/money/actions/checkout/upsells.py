"""Take what was proposed after a payment: one order, one charge (LA10, R127).

A yes claims the proposal and makes its order in one transaction. The order's charge is
prepared once at the provider and can be paid once; whatever dies in between, the next
look at it learns what became of it.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.tasks import task
from django.utils.translation import gettext_lazy as _

from perenne.core import clock, log
from perenne.core.errors import Refusal
from perenne.money.actions.checkout.checkout import ConsentMissing
from perenne.money.actions.offers.ladders import reach_steps
from perenne.money.actions.orders.order_lines import add_lines
from perenne.money.actions.orders.reservations import take_seat
from perenne.money.actions.orders.terms import keep_terms
from perenne.money.actions.payments.payments import record_payment
from perenne.money.actions.payments.under_way import note_order_under_way
from perenne.money.domain.checkout.numbers import new_order_number
from perenne.money.gateways.protocol import (
    Declined,
    ProviderRefused,
    ProviderUnavailable,
)
from perenne.money.gateways.providers import provider
from perenne.money.models import Order, Proposal
from perenne.money.queries.checkout.baskets import quote_of
from perenne.money.queries.checkout.proposals import (
    basket_of_proposal,
    being_paid_ids,
    consents_of_proposal,
    proposal_of,
)

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import Paid

logger = logging.getLogger(__name__)
_State = Proposal.State
_BUYER = (
    "buyer_type",
    "name",
    "email",
    "company",
    "vat_number",
    "street",
    "postcode",
    "city",
    "country",
    "language",
    "place",
)


class ProposalIsOver(Refusal):
    """It was answered before, or its time is over; nothing was charged."""

    sentence = _("This offer is over. Nothing was charged.")


@transaction.atomic
def accept_proposal(
    order: Order, *, ticked: frozenset[str], actor: str, now: datetime
) -> Order:
    """Return the order that a yes makes; a second yes gives the same one.

    ticked  keys of the boxes that were ticked for it
    Raises  ProposalIsOver, ConsentMissing: nothing was changed
    """
    row = proposal_of(order)
    if row is None:
        raise ProposalIsOver
    made = Order.objects.filter(key=row.order_key).first()
    if made is not None:
        return made
    consents = _consents(row, ticked=ticked, now=now)
    claimed = Proposal.objects.filter(
        pk=row.pk, state=_State.OPEN, offer=row.offer_id, until__gt=now
    ).update(state=_State.CHARGING, answered_at=now)
    if not claimed:
        made = Order.objects.filter(key=row.order_key).first()
        if made is None:
            raise ProposalIsOver
        return made
    if not take_seat(row.offer_id):
        raise ProposalIsOver
    made = _add_order(row, consents, now=now)
    reach_steps(row.offer_id, now=now)
    log.record(
        "money.upsell_accepted",
        actor=actor,
        obj=row,
        at=now,
        order=made.number,
        gross_cents=made.gross_cents,
    )
    return made


def _consents(
    row: Proposal, *, ticked: frozenset[str], now: datetime
) -> list[dict[str, str]]:
    boxes = consents_of_proposal(row, now)
    for box in boxes:
        if box.key not in ticked:
            raise ConsentMissing(box.key)
    return [box.agreed_at(now) for box in boxes]


def _add_order(
    row: Proposal, consents: list[dict[str, str]], *, now: datetime
) -> Order:
    former = row.order
    basket = basket_of_proposal(row, now)
    quoted = quote_of(basket, now)
    buyer: dict[str, Any] = {name: getattr(former, name) for name in _BUYER}
    order = Order.objects.create(
        **buyer,
        **asdict(quoted.total),
        number=new_order_number(),
        key=row.order_key,
        person_id=former.person_id,
        offer=row.offer,
        price=row.price,
        after=former,
        consents=consents,
        terms=keep_terms(former.language, now=now),
        provider=former.provider,
        holds_seat=True,
        created_at=now,
    )
    add_lines(order, basket.parts, quoted)
    return order


def charge_proposal(proposal_id: int, *, now: datetime) -> None:
    """Charge what was accepted with the card that was kept; twice charges once.

    What the bank does not let through off-session is left to be paid on the provider's
    page: what we had prepared is made unpayable first.

    Raises  ProviderUnavailable: it is looked at again
    """
    row = Proposal.objects.select_related("order", "offer").get(pk=proposal_id)
    if row.state != _State.CHARGING:
        return
    order = Order.objects.get(key=row.order_key)
    try:
        outcome = _try(row, order)
    except ProviderRefused as refusal:
        outcome = Declined(refusal.code)
    if outcome is None:
        note_order_under_way(order.pk, now=now)
        return
    if isinstance(outcome, Declined):
        late = _drop(row, order)
        if late is None:
            _leave_to_pay(row, outcome, now=now)
            return
        outcome = late
    record_payment(
        outcome, via=order.provider, order_id=order.pk, actor="system", now=now
    )
    Proposal.objects.filter(pk=row.pk, state=_State.CHARGING).update(state=_State.TAKEN)


def _try(row: Proposal, order: Order) -> Paid | Declined | None:
    service = provider(order.provider)
    if not row.charge_ref:
        row.charge_ref = service.open_charge(
            key=order.key,
            amount_cents=order.gross_cents,
            currency=order.currency,
            customer=row.customer,
            title=row.offer.title,
            purpose="order",
        )
        Proposal.objects.filter(pk=row.pk).update(charge_ref=row.charge_ref)
    return service.charge_off_session(row.charge_ref, method=row.method, attempt=1)


def _drop(row: Proposal, order: Order) -> Paid | None:
    if not row.charge_ref:
        return None
    return provider(order.provider).drop_charge(row.charge_ref)


@transaction.atomic
def _leave_to_pay(row: Proposal, declined: Declined, *, now: datetime) -> None:
    left = Proposal.objects.filter(pk=row.pk, state=_State.CHARGING).update(
        state=_State.TO_PAY
    )
    if left:
        log.record(
            "money.upsell_declined",
            actor="system",
            obj=row,
            at=now,
            code=declined.code,
        )


@task
def settle_proposals() -> None:
    """Look at the charges whose answer was lost; running twice charges once."""
    for proposal_id in being_paid_ids():
        try:
            charge_proposal(proposal_id, now=clock.now())
        except ProviderUnavailable as error:
            logger.warning("proposal %s: no answer (%s)", proposal_id, error)
            return
