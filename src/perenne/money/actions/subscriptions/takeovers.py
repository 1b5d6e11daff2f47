"""Take live subscriptions over from another system, without a new card (OP3, MB24).

First the subscription is written here, where our clock leaves it alone; then the former
system is told not to renew it; only then may it be charged. Whatever dies in between, a
second run goes on from there, and nobody is charged by both.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.tasks import task

from perenne.core import clock, log
from perenne.core.tokens import new_token
from perenne.money.actions.orders.terms import keep_terms
from perenne.money.actions.subscriptions.standings import open_access
from perenne.money.actions.subscriptions.subscriptions import stop_renewal
from perenne.money.domain.checkout.numbers import new_order_number
from perenne.money.domain.checkout.quoting import quote
from perenne.money.domain.subscriptions.subscriptions import Ending, State
from perenne.money.domain.subscriptions.takeovers import (
    CannotBeTakenOver,
    check_billed,
    check_target,
    read_billed,
)
from perenne.money.gateways.protocol import ProviderRefused, ProviderUnavailable
from perenne.money.gateways.stripe.subscriptions import (
    fetch_subscription,
    live_subscriptions,
    release_subscription,
)
from perenne.money.models import (
    Order,
    OrderLine,
    Price,
    Subscription,
    Takeover,
    TrialUse,
)
from perenne.money.queries.checkout.checkout import item_for
from perenne.money.queries.subscriptions.takeovers import target_of, unreleased_ids
from perenne.people.api import InvalidAddress, find_or_add_person

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from perenne.money.domain.subscriptions.takeovers import Billed
    from perenne.money.gateways.stripe.subscriptions import Released

logger = logging.getLogger(__name__)


def subscriptions_at_stripe() -> Iterator[dict[str, Any]]:
    """Yield what Stripe bills, as it says it.

    Raises  ProviderUnavailable, ProviderRefused
    """
    return live_subscriptions()


def subscription_at_stripe(ref: str) -> dict[str, Any]:
    """Return one subscription as it stands at Stripe.

    Raises  ProviderUnavailable, ProviderRefused
    """
    return fetch_subscription(ref)


@transaction.atomic
def take_over_subscription(
    billed: Billed, *, price_id: int, language: str, actor: str, now: datetime
) -> tuple[Subscription, bool]:
    """Return the subscription here, and whether it was taken over by this call.

    Person, order without a payment, subscription and access are written; the amount
    stays the one agreed on there. Nothing is charged before release_takeover.

    Raises  CannotBeTakenOver: nothing was changed
    """
    held = Takeover.objects.filter(provider="stripe", provider_ref=billed.ref).first()
    if held is not None:
        return held.subscription, False
    check_billed(billed, now=now)
    price = Price.objects.select_related("offer").get(pk=price_id)
    check_target(billed, target_of(price))
    order = _add_order(billed, price, language=language, actor=actor, now=now)
    row = Subscription.objects.create(
        person_id=order.person_id,
        order=order,
        offer=price.offer,
        price=price,
        amount_cents=billed.amount_cents,
        state=_state(billed),
        started_at=billed.anchor,
        anchor_at=billed.period_end if billed.trial else None,
        trial_ends_at=billed.period_end if billed.trial else None,
        current_period_start=billed.period_start,
        current_period_end=billed.period_end,
        next_charge_at=None if billed.ends else billed.period_end,
        cancelled_at=now if billed.ends else None,
        ended_reason=Ending.VOLUNTARY if billed.ends else "",
        provider="stripe",
        provider_customer=billed.customer,
        provider_method=billed.method,
    )
    Takeover.objects.create(
        provider="stripe", provider_ref=billed.ref, subscription=row, taken_at=now
    )
    if billed.trial:
        TrialUse.objects.get_or_create(
            person_id=order.person_id,
            offer=price.offer,
            defaults={"order": order, "created_at": now},
        )
    open_access(row, actor=actor, now=now)
    log.record(
        "money.subscription_taken_over", actor=actor, obj=row, at=now, ref=billed.ref
    )
    return row, True


def _state(billed: Billed) -> State:
    if billed.ends:
        return State.CANCELLING
    return State.TRIALING if billed.trial else State.ACTIVE


def _add_order(
    billed: Billed, price: Price, *, language: str, actor: str, now: datetime
) -> Order:
    try:
        person = find_or_add_person(
            email=billed.email,
            name=billed.name,
            language=language,
            actor=actor,
            now=now,
        )
    except InvalidAddress as error:
        raise CannotBeTakenOver("no_email") from error
    amounts = quote([item_for(price, now)]).total
    order = Order.objects.create(
        number=new_order_number(),
        key=new_token(),
        person_id=person.pk,
        offer=price.offer,
        price=price,
        currency=amounts.currency,
        net_cents=amounts.net_cents,
        tax_cents=amounts.tax_cents,
        gross_cents=amounts.gross_cents,
        vat_rate_bp=amounts.vat_rate_bp,
        name=billed.name,
        email=person.email,
        language=language,
        consents=[
            {
                "key": "taken_over",
                "wording": f"Stripe {billed.ref}",
                "source": "import",
                "at": now.isoformat(),
            }
        ],
        terms=keep_terms(language, now=now),
        state=Order.State.PAID,
        provider="stripe",
        created_at=billed.anchor,
        paid_at=billed.anchor,
    )
    OrderLine.objects.create(
        order=order,
        position=1,
        offer=price.offer,
        price=price,
        list_cents=amounts.gross_cents,
        net_cents=amounts.net_cents,
        tax_cents=amounts.tax_cents,
        gross_cents=amounts.gross_cents,
        vat_rate_bp=amounts.vat_rate_bp,
    )
    return order


def release_takeover(takeover_id: int, *, now: datetime) -> bool:
    """Have Stripe end its billing with the running period; from then on we charge.

    A period that Stripe renewed meanwhile is taken over as paid; what was told to end
    there ends here.

    Returns  False when it was released before
    Raises   ProviderUnavailable, ProviderRefused: our clock goes on waiting
    """
    row = Takeover.objects.select_related("subscription").get(pk=takeover_id)
    if row.released_at is not None:
        return False
    found = release_subscription(row.provider_ref)
    with transaction.atomic():
        _follow(row.subscription, found, now=now)
        released = Takeover.objects.filter(pk=row.pk, released_at=None).update(
            released_at=now
        )
        if released:
            log.record("money.takeover_released", actor="system", obj=row, at=now)
    return bool(released)


def _follow(row: Subscription, found: Released, *, now: datetime) -> None:
    """Take over what happened at Stripe since: a further paid period, or an end."""
    try:
        billed = read_billed(found.row)
    except CannotBeTakenOver:
        _end_with_period(row, now=now)
        return
    if found.was_ending:
        _end_with_period(row, now=now)
        row.refresh_from_db()
    if billed.period_end <= row.current_period_end:
        return
    runs = row.state in {State.ACTIVE, State.TRIALING}
    Subscription.objects.filter(
        pk=row.pk, current_period_end=row.current_period_end, state=row.state
    ).update(
        current_period_start=billed.period_start,
        current_period_end=billed.period_end,
        next_charge_at=billed.period_end if runs else None,
        state=_state(billed) if runs and not billed.ends else row.state,
    )
    row.refresh_from_db()
    open_access(row, actor="system", now=now)


def _end_with_period(row: Subscription, *, now: datetime) -> None:
    stop_renewal(row.pk, actor="system", now=now, tell=False)


@task
def release_takeovers() -> None:
    """Tell Stripe what was taken over and not said yet; running twice does no harm."""
    for takeover_id in unreleased_ids():
        try:
            release_takeover(takeover_id, now=clock.now())
        except ProviderUnavailable as error:
            logger.warning("take-over %s: no answer (%s)", takeover_id, error)
            return
        except ProviderRefused as refusal:
            logger.warning("take-over %s: refused (%s)", takeover_id, refusal.code)
