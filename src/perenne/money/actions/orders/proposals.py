"""Propose one thing right after a payment, to those who allowed it (LA10, R69)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.core.tokens import new_token
from perenne.money.models import Offer, Proposal, Upsell
from perenne.money.queries.checkout.extras import keeps_method, one_off_price, upsell_of
from perenne.money.queries.checkout.proposals import knows_offer

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.gateways.protocol import Paid
    from perenne.money.models import Order, Price


class ProposesItself(Refusal):
    """The same offer stands twice in a chain of proposals; nothing was changed."""

    sentence = _("Choose three different offers.")


@transaction.atomic
def set_upsell(
    offer_id: int,
    *,
    proposed_id: int | None,
    otherwise_id: int | None = None,
    sentence: str = "",
    minutes: int = 15,
    actor: str,
    now: datetime,
) -> None:
    """Say what is proposed once an offer is paid; proposed_id None: nothing.

    Raises  ProposesItself: nothing was changed
    """
    offer = Offer.objects.get(pk=offer_id)
    if proposed_id is None:
        Upsell.objects.filter(offer=offer).delete()
    else:
        chain = [pk for pk in (offer_id, proposed_id, otherwise_id) if pk is not None]
        if len(set(chain)) != len(chain):
            raise ProposesItself
        Upsell.objects.update_or_create(
            offer=offer,
            defaults={
                "proposed_id": proposed_id,
                "otherwise_id": otherwise_id,
                "sentence": sentence,
                "minutes": minutes,
            },
        )
    log.record("money.upsell_set", actor=actor, obj=offer, at=now, proposed=proposed_id)


def propose(order: Order, paid: Paid, *, actor: str, now: datetime) -> None:
    """Propose the owner's upsell to somebody who just paid and allowed it.

    Called inside record_payment's transaction. Nobody sees an offer twice, nor one that
    they have.
    """
    rule = upsell_of(order.offer) if keeps_method(order) else None
    if rule is None or not (paid.customer and paid.saved_method):
        return
    found = _first_of([rule.proposed, rule.otherwise], order, now=now)
    if found is None:
        return
    offer, price = found
    proposal = Proposal.objects.create(
        order=order,
        offer=offer,
        price=price,
        otherwise=rule.otherwise if offer == rule.proposed else None,
        sentence=rule.sentence if offer == rule.proposed else "",
        until=now + timedelta(minutes=rule.minutes),
        customer=paid.customer,
        method=paid.saved_method,
        order_key=new_token(),
        proposed_at=now,
    )
    log.record(
        "money.upsell_proposed", actor=actor, obj=proposal, at=now, offer=offer.pk
    )


def _first_of(
    offers: list[Offer | None], order: Order, *, now: datetime
) -> tuple[Offer, Price] | None:
    for offer in offers:
        if offer is None or knows_offer(order.person_id, offer):
            continue
        price = one_off_price(offer, order.currency, now)
        if price is not None:
            return offer, price
    return None


@transaction.atomic
def refuse_proposal(order: Order, *, actor: str, now: datetime) -> bool:
    """Take a no: nothing is proposed any more, or the other offer, once.

    Returns  True when the other offer stands now
    """
    row = Proposal.objects.select_related("otherwise").filter(order=order).first()
    if row is None or row.state != Proposal.State.OPEN:
        return False
    found = _first_of([row.otherwise], order, now=now)
    changes: dict[str, object] = {"state": Proposal.State.REFUSED, "answered_at": now}
    if found is not None:
        offer, price = found
        changes = {"offer": offer, "price": price, "sentence": ""}
        changes["refused"] = row.offer_id
    answered = Proposal.objects.filter(
        pk=row.pk, state=Proposal.State.OPEN, offer=row.offer_id
    ).update(otherwise=None, **changes)
    if answered:
        log.record(
            "money.upsell_refused", actor=actor, obj=row, at=now, offer=row.offer_id
        )
    return found is not None and bool(answered)
