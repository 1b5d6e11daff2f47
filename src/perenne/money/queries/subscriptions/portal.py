"""My subscription, as its member reads it: one sentence, and what can be done (MB15)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from perenne.money.models import BillingDetails, MethodPage, Subscription
from perenne.money.queries.checkout.checkout import period_words
from perenne.money.queries.offers.offers import grants_of
from perenne.money.queries.subscriptions.charging import owed_next
from perenne.money.queries.subscriptions.plans import plans_for, waiting_change
from perenne.money.queries.subscriptions.rules import subscription_rules

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.money.models import PlanChange

_RUNNING = ("trialing", "active")


@dataclass(frozen=True, slots=True)
class Shown:
    """One subscription for its member.

    next_cents  what the next charge will be, reductions and credit taken off; None when
                nothing is charged by itself
    grants      (label, address) of what it opens
    change      of plan that waits, or None
    can_change, can_pause, can_stop, has_card   which buttons are there
    """

    row: Subscription
    period: str
    next_cents: int | None
    grants: list[tuple[str, str]]
    change: PlanChange | None
    can_change: bool
    can_pause: bool
    can_stop: bool
    has_card: bool


def shown_to_member(row: Subscription, now: datetime) -> Shown:
    """Return a subscription with what its member may do about it now."""
    in_parts = row.payments_left is not None
    running = row.state in _RUNNING
    charged = running or (row.state == "past_due" and row.next_charge_at is not None)
    return Shown(
        row=row,
        period=period_words(row.price),
        next_cents=owed_next(row, now).amounts.gross_cents if charged else None,
        grants=grants_of(row.offer),
        change=waiting_change(row),
        can_change=running and not in_parts and bool(plans_for(row, now)),
        can_pause=row.state == "active"
        and not in_parts
        and subscription_rules().pause_days > 0,
        can_stop=row.state not in {"ended", "cancelling"} and not in_parts,
        has_card=row.state != "ended" and bool(row.provider_customer),
    )


def billing_of(row: Subscription) -> BillingDetails:
    """Return what invoices of a subscription show: its own details, or its order's."""
    held = BillingDetails.objects.filter(subscription=row.pk).first()
    if held is not None:
        return held
    order = row.order
    return BillingDetails(
        subscription=row,
        buyer_type=order.buyer_type,
        name=order.name,
        company=order.company,
        vat_number=order.vat_number,
        street=order.street,
        postcode=order.postcode,
        city=order.city,
        country=order.country,
        place=order.place,
    )


def newest_method_page(subscription_id: int) -> int | None:
    """Return the page on which a card was last asked for, or None."""
    pages = MethodPage.objects.filter(subscription=subscription_id)
    return pages.order_by("-pk").values_list("pk", flat=True).first()
