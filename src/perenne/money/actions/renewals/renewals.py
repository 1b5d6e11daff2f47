"""Charge what is due, by our own clock; never twice for one period (R127).

A period has one Charge (unique), and a Charge has one payment prepared at the provider,
which can be paid once. So a worker that dies anywhere is simply followed by another one:
it confirms the same payment again and learns what became of it.
"""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import timedelta
from itertools import batched
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.tasks import task

from perenne.core import clock, log
from perenne.core.tokens import new_token
from perenne.money.actions.payments.payments import record_free_charge
from perenne.money.actions.renewals.dunning import OPEN, follow_outcome, give_up_waiting
from perenne.money.actions.subscriptions.pauses import resume_subscription
from perenne.money.actions.subscriptions.standings import drop_change_asked_now
from perenne.money.actions.subscriptions.subscriptions import end_subscription
from perenne.money.domain.subscriptions.subscriptions import Ending
from perenne.money.gateways.protocol import (
    Declined,
    ProviderRefused,
    ProviderUnavailable,
)
from perenne.money.gateways.providers import provider
from perenne.money.models import Charge, PlanChange, Subscription
from perenne.money.queries.subscriptions.charging import owed_next
from perenne.money.queries.subscriptions.subscriptions import (
    due_ids,
    over_ids,
    resuming_ids,
)
from perenne.money.queries.subscriptions.takeovers import is_still_billed_elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from perenne.money.gateways.protocol import Paid
    from perenne.money.queries.subscriptions.charging import Owed

logger = logging.getLogger(__name__)
CLAIM = timedelta(minutes=10)
# Rows a task works through: few enough to be spread over the workers.
CHUNK = 50
ROWS = Subscription.objects.select_related(
    "offer", "price__offer", "order", "coupon", "billing"
)


def charge_subscription(subscription_id: int, *, now: datetime) -> None:
    """Charge what a subscription owes at `now`, if anything, and record the outcome.

    A provider that does not answer leaves everything as it was: the claim runs out and
    the next tick goes on from there.
    """
    row = ROWS.get(pk=subscription_id)
    if row.next_charge_at is None or row.next_charge_at > now:
        return
    if is_still_billed_elsewhere(row):
        return
    charge = _claim(row, now=now)
    if charge is None:
        give_up_waiting(row, now=now)
        return
    if not charge.gross_cents:
        record_free_charge(charge.pk, actor="system", now=now)
        return
    try:
        outcome = try_charge(row, charge)
    except ProviderUnavailable as error:
        logger.warning("charge %s: no answer (%s)", charge.pk, error)
        return
    follow_outcome(row, charge, outcome, now=now)


@transaction.atomic
def _claim(row: Subscription, *, now: datetime) -> Charge | None:
    """Take the charge of the coming period; None when it is held, paid or not ours."""
    charge = Charge.objects.filter(
        subscription=row, period_start=row.current_period_end
    ).first()
    if charge is None:
        charge = _add_charge(row, owed_next(row, now), now=now)
    return charge if claim_charge(charge, now=now) else None


def claim_charge(charge: Charge, *, now: datetime) -> bool:
    """Hold a charge for this worker; False when it is held, paid or not ours."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=now)
    return bool(
        Charge.objects.filter(free, pk=charge.pk, state__in=OPEN).update(
            claimed_until=now + CLAIM
        )
    )


def _add_charge(row: Subscription, owed: Owed, *, now: datetime) -> Charge:
    """Write down what the coming period costs; a change asked for now is too late."""
    charge, created = Charge.objects.get_or_create(
        subscription=row,
        period_start=row.current_period_end,
        defaults={
            "period_end": owed.period_end,
            "credit_cents": owed.credit_cents,
            "key": new_token(),
            "created_at": now,
            **asdict(owed.amounts),
        },
    )
    if not created:
        return charge
    drop_change_asked_now(row, now=now)
    if owed.change is not None:
        PlanChange.objects.filter(pk=owed.change.pk).update(charge=charge)
        return charge
    if owed.amount_cents != row.amount_cents:
        Subscription.objects.filter(pk=row.pk).update(amount_cents=owed.amount_cents)
        log.record(
            "money.price_raised",
            actor="system",
            obj=row,
            at=now,
            from_cents=row.amount_cents,
            to_cents=owed.amount_cents,
        )
    return charge


def try_charge(row: Subscription, charge: Charge) -> Paid | Declined | None:
    """Have a claimed charge paid without the person; None: a debit under way.

    Raises  ProviderUnavailable: nothing was changed
    """
    if not row.provider_method:
        return Declined("no_method", to_confirm=True)
    service = provider(row.provider)
    try:
        if charge.under_way_at is not None:
            state = service.fetch_charge(charge.provider_ref)
            return state.paid or state.declined
        if not charge.provider_ref:
            charge.provider_ref = service.open_charge(
                key=charge.key,
                amount_cents=charge.gross_cents,
                currency=charge.currency,
                customer=row.provider_customer,
                title=row.offer.title,
            )
            Charge.objects.filter(pk=charge.pk).update(provider_ref=charge.provider_ref)
        return service.charge_off_session(
            charge.provider_ref,
            method=row.provider_method,
            attempt=charge.attempts + 1,
        )
    except ProviderRefused as refusal:
        return Declined(refusal.code)


def charge_due_subscriptions(now: datetime) -> list[int]:
    """End what is over, resume what was paused until now, have everything due charged.

    Returns  the subscriptions to be charged, a few to each task
    """
    _for_each(over_ids(now), lambda pk: _end_what_is_over(pk, now=now))
    _for_each(resuming_ids(now), lambda pk: _resume(pk, now=now))
    due = due_ids(now)
    for chunk in batched(due, CHUNK):
        charge_subscriptions_task.enqueue(list(chunk))
    return due


def _end_what_is_over(subscription_id: int, *, now: datetime) -> None:
    row = ROWS.get(pk=subscription_id)
    end_subscription(row, actor="system", now=now, reason=Ending.VOLUNTARY)


def _resume(subscription_id: int, *, now: datetime) -> None:
    resume_subscription(subscription_id, actor="system", now=now)


def _for_each(ids: Iterable[int], work: Callable[[int], None]) -> None:
    """Work through rows; one that fails keeps no other waiting and is tried again.

    Raises  ExceptionGroup: what failed, after all the others are done
    """
    failures: list[Exception] = []
    for pk in ids:
        try:
            work(pk)
        except Exception as error:
            logger.exception("subscription %s", pk)
            failures.append(error)
    if failures:
        raise ExceptionGroup("subscriptions that failed", failures)


@task
def charge_subscriptions_task(subscription_ids: list[int]) -> None:
    """Charge a few subscriptions; running twice charges once."""
    now = clock.now()
    _for_each(subscription_ids, lambda pk: charge_subscription(pk, now=now))


@task
def charge_subscription_task(subscription_id: int) -> None:
    """Charge one subscription; running twice charges once."""
    charge_subscription(subscription_id, now=clock.now())


@task
def renew_what_is_due() -> None:
    """Run the clock of renewals once."""
    charge_due_subscriptions(clock.now())
