"""Plan the steps of a price ladder, and turn those that are reached into prices (LA6)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, Q
from django.tasks import task
from django.utils.translation import gettext_lazy as _

from perenne.core import clock, frontcache, log
from perenne.core.errors import NotFound, Refusal
from perenne.money.domain.offers.ladders import Step, rises
from perenne.money.models import Offer, Price, PriceStep
from perenne.money.queries.offers.offers import (
    current_prices,
    newest_price,
    step_value,
    steps_of,
    way_of,
)

if TYPE_CHECKING:
    from datetime import datetime

_DUE_BY_SEATS = Q(after_seats__lte=F("offer__seats_taken"))


class StepDoesNotRise(Refusal):
    """A ladder only rises; nothing was changed."""

    sentence = _("Each step must be dearer than today's price and the steps before it.")
    field = "amount"


class StepComesTooLate(Refusal):
    """The step could never be reached, or is reached already; nothing was changed."""

    sentence = _("This step is already past, or comes when nothing is sold any more.")
    field = "starts_at"


class StepBeyondSeats(StepComesTooLate):
    """So many seats are taken already, or are not for sale; nothing was changed."""

    sentence = _("So many places are taken already, or are not for sale.")
    field = "after_seats"


@transaction.atomic
def add_step(
    offer_id: int, price_id: int, *, step: Step, actor: str, now: datetime
) -> PriceStep:
    """Plan a rise of one way to pay; it holds for everybody from its moment on (R68).

    price_id  a price on sale: the way to pay that becomes dearer
    Raises    NotFound, StepDoesNotRise, StepComesTooLate, StepBeyondSeats: nothing was
              changed
    """
    reach_steps(offer_id, now=now)
    offer = Offer.objects.get(pk=offer_id)
    price = next(
        (row for row in current_prices(offer_id, now) if row.pk == price_id), None
    )
    if price is None:
        raise NotFound
    _check_moment(offer, step, now)
    planned = [
        step_value(row) for row in steps_of(offer_id) if way_of(row) == way_of(price)
    ]
    if not rises(price.amount_cents, [*planned, step]):
        raise StepDoesNotRise
    row = PriceStep.objects.create(
        offer=offer,
        currency=price.currency,
        interval=price.interval,
        interval_count=price.interval_count,
        instalments=price.instalments,
        amount_cents=step.amount_cents,
        starts_at=step.starts_at,
        after_seats=step.after_seats,
        created_at=now,
    )
    frontcache.drop()
    log.record(
        "money.price_step_planned",
        actor=actor,
        obj=row,
        at=now,
        offer=offer_id,
        amount_cents=step.amount_cents,
    )
    return row


def _check_moment(offer: Offer, step: Step, now: datetime) -> None:
    if step.after_seats is not None:
        beyond = offer.seats is not None and step.after_seats >= offer.seats
        if beyond or step.after_seats <= offer.seats_taken:
            raise StepBeyondSeats
    if step.starts_at is not None:
        closed = offer.closes_at is not None and step.starts_at >= offer.closes_at
        if closed or step.starts_at <= now:
            raise StepComesTooLate


@transaction.atomic
def drop_step(step_id: int, *, offer_id: int, actor: str, now: datetime) -> None:
    """Take a step out of the ladder that was not reached yet.

    Raises  NotFound: it is not the offer's, or it was reached
    """
    row = PriceStep.objects.filter(pk=step_id, offer_id=offer_id).first()
    if row is None or row.reached_at is not None:
        raise NotFound
    log.record(
        "money.price_step_dropped",
        actor=actor,
        obj=row,
        at=now,
        offer=offer_id,
        amount_cents=row.amount_cents,
    )
    row.delete()
    frontcache.drop()


def steps_due(now: datetime) -> list[int]:
    """Return the offers of which a step is reached but no price yet."""
    due = PriceStep.objects.filter(reached_at=None).filter(
        Q(starts_at__lte=now) | _DUE_BY_SEATS
    )
    return sorted(set(due.values_list("offer_id", flat=True)))


def reach_steps(offer_id: int, *, now: datetime) -> None:
    """Turn the steps that are reached into prices; each once, whoever comes first.

    A step by date is a price from its own instant on, however late it is found. One read
    when there is nothing to do.
    """
    due = PriceStep.objects.filter(offer_id=offer_id, reached_at=None).filter(
        Q(starts_at__lte=now) | _DUE_BY_SEATS
    )
    for row in list(due.order_by("amount_cents", "pk")):
        _reach(row, at=row.starts_at or now)


@transaction.atomic
def _reach(row: PriceStep, *, at: datetime) -> None:
    if PriceStep.objects.filter(pk=row.pk, reached_at=None).update(reached_at=at):
        _rise(row, at=at)


def _rise(row: PriceStep, *, at: datetime) -> None:
    """Write the step's price, unless the way to pay is gone or is dearer already."""
    former = newest_price(row.offer_id, way_of(row))
    if (
        former is None
        or not former.on_sale
        or former.amount_cents >= row.amount_cents
        or former.minimum_cents is not None
    ):
        return
    price = Price.objects.create(
        offer_id=row.offer_id,
        amount_cents=row.amount_cents,
        currency=row.currency,
        interval=row.interval,
        interval_count=row.interval_count,
        instalments=row.instalments,
        access_on_default=former.access_on_default,
        trial_days=former.trial_days,
        trial_price_cents=former.trial_price_cents,
        valid_from=max(at, former.valid_from + timedelta(microseconds=1)),
    )
    frontcache.drop()
    log.record(
        "money.price_step_reached",
        actor="system",
        obj=price,
        at=at,
        offer=row.offer_id,
        amount_cents=row.amount_cents,
    )


@task
def climb_ladders() -> None:
    """Turn every step that is reached into a price; running twice does no harm."""
    now = clock.now()
    for offer_id in steps_due(now):
        reach_steps(offer_id, now=now)
