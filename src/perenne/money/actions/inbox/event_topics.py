"""What an event leads to: the provider is asked, and what it says is taken over.

An event only says that something may have changed. What counts is what the provider
says when asked, so replayed, reordered and missing events do no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.money.actions.inbox.disputes import record_dispute
from perenne.money.actions.inbox.settling import (
    state_of,
    take_over_charge,
    take_over_order,
)
from perenne.money.actions.payments.given_back import record_given_back
from perenne.money.actions.payments.payments import UNKNOWN_PAYMENT
from perenne.money.actions.payments.payouts import record_payout
from perenne.money.actions.renewals.methods import note_method_lost, settle_method_page
from perenne.money.actions.renewals.trials import is_free_trial, settle_trial
from perenne.money.gateways.protocol import Topic
from perenne.money.models import Charge, Dispute, MethodPage, Order, Payment

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from perenne.money.gateways.protocol import Event, PaymentProvider

IGNORED = "ignored"
CHARGES = Charge.objects.select_related("subscription__offer", "subscription__order")


def follow_event(event: Event, service: PaymentProvider, *, now: datetime) -> str:
    """Do what an event calls for; return its outcome, "ignored" when there is nothing.

    Raises  ProviderUnavailable, ProviderRefused, and whatever a rule of ours refuses
    """
    act = _ACTS.get(event.topic)
    return act(event, service, now) if act else IGNORED


def _about_payment(event: Event, service: PaymentProvider, now: datetime) -> str:
    if event.purpose == "order":
        return _about_order(event, service, now=now)
    if event.purpose == "charge":
        return _about_charge(event, service, now=now)
    return IGNORED


def _about_order(event: Event, service: PaymentProvider, *, now: datetime) -> str:
    order = Order.objects.filter(key=event.key).first()
    if order is None:
        return "unknown order"
    state = state_of(
        service,
        payment_ref=event.payment_ref,
        page_ref=event.page_ref or order.provider_ref,
    )
    return take_over_order(order, state, via=service.name, now=now)


def _about_charge(event: Event, service: PaymentProvider, *, now: datetime) -> str:
    charge = CHARGES.filter(key=event.key).first()
    if charge is None:
        return "unknown charge"
    state = state_of(
        service,
        payment_ref=event.payment_ref or charge.provider_ref,
        page_ref=event.page_ref or charge.page_ref,
    )
    return take_over_charge(charge, state, via=service.name, now=now)


def _about_refund(event: Event, service: PaymentProvider, now: datetime) -> str:
    if not _is_known(event.ref, service):
        return UNKNOWN_PAYMENT
    words = [
        record_given_back(seen, via=service.name, actor=service.name, now=now)
        for seen in service.refunds_of(event.ref)
    ]
    return _loudest(words)


def _about_dispute(event: Event, service: PaymentProvider, now: datetime) -> str:
    known = Dispute.objects.filter(provider=service.name, provider_ref=event.ref)
    if not known.exists() and not _is_known(event.payment_ref, service):
        return UNKNOWN_PAYMENT
    seen = service.fetch_dispute(event.ref)
    return record_dispute(seen, via=service.name, actor=service.name, now=now)


def _about_payout(event: Event, service: PaymentProvider, now: datetime) -> str:
    if not event.ref or not service.is_ready():
        return "not connected"
    seen = service.fetch_payout(event.ref)
    return record_payout(seen, via=service.name, actor=service.name, now=now)


def _about_method(event: Event, service: PaymentProvider, now: datetime) -> str:
    if not event.key:
        return IGNORED
    page = MethodPage.objects.filter(provider=service.name, key=event.key).first()
    if page is not None:
        return settle_method_page(page.pk, now=now)
    order = Order.objects.filter(provider=service.name, key=event.key).first()
    if order is None or not is_free_trial(order):
        return IGNORED
    return "saved" if settle_trial(order.pk, now=now) else "not saved"


def _about_lost_method(event: Event, service: PaymentProvider, now: datetime) -> str:
    return note_method_lost(event.ref, event.kind, via=service.name, now=now)


def _is_known(payment_ref: str, service: PaymentProvider) -> bool:
    return bool(payment_ref) and (
        Payment.objects.filter(provider=service.name, provider_ref=payment_ref).exists()
    )


def _loudest(words: list[str]) -> str:
    """Return the word that says most: something new before what was known."""
    new = [word for word in words if word != "known"]
    return new[0] if new else "known"


_ACTS: dict[Topic, Callable[[Event, PaymentProvider, datetime], str]] = {
    Topic.PAYMENT: _about_payment,
    Topic.REFUND: _about_refund,
    Topic.DISPUTE: _about_dispute,
    Topic.PAYOUT: _about_payout,
    Topic.METHOD: _about_method,
    Topic.METHOD_LOST: _about_lost_method,
}
