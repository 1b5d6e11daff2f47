"""Members who join, renew, stop and leave."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from demo.history.catalogue import CIRCLE
from demo.history.sales import CARD, Purchase, fee_of, pay_by_card, take_order
from demo.history.story import DAYS, Contact, Story
from perenne.money.actions.subscriptions.subscriptions import end_subscription
from perenne.money.api import record_payment, stop_renewal
from perenne.money.domain.subscriptions.periods import next_period_end
from perenne.money.gateways.protocol import Paid
from perenne.money.models import Charge, Subscription
from perenne.money.queries.checkout.checkout import amounts_due, zone_of_business
from perenne.money.queries.subscriptions.charging import rhythm_of

_YEARLY = 0.28
_STOPS = {"month": 0.065, "year": 0.3}  # odds in each period
OPEN_FROM = 310  # after the launch the membership stays open


def plan_members(story: Story) -> None:
    """Plan those who join outside the launch."""
    dice = story.dice("members")
    for _number in range(story.scaled(46)):
        day = dice.randint(OPEN_FROM, DAYS - 1)
        at = story.at(day, dice.randint(8, 22), dice.randint(0, 59))
        story.plan(at, lambda when: _join_somebody(story, when))


def _join_somebody(story: Story, at: datetime) -> None:
    dice = story.dice(f"joins{at.isoformat()}")
    join(story, dice.choice(list(story.contacts.values())), at)


def join(story: Story, contact: Contact, at: datetime) -> None:
    """Let somebody subscribe, unless they are a member already."""
    if Subscription.objects.filter(person_id=contact.person_id).exists():
        return
    is_ana = contact.person_id == story.things["ana"]
    dice = story.dice(f"member{contact.email}")
    yearly = not is_ana and dice.random() < _YEARLY
    purchase = Purchase(contact, CIRCLE, "year" if yearly else "month")
    order = take_order(story, purchase, at)
    pay_by_card(order, at, keeps_card=True)
    row = Subscription.objects.get(order=order)
    _plan_period(
        story, row.pk, start=row.current_period_start, end=row.current_period_end
    )


def _plan_period(
    story: Story, subscription_id: int, *, start: datetime, end: datetime
) -> None:
    """Plan how a period ends: by a renewal, or by a stop in its middle."""
    row = Subscription.objects.select_related("price", "order").get(pk=subscription_id)
    dice = story.dice(f"period{row.order.email}:{start.date()}")
    stops = dice.random() < _STOPS[row.price.interval]
    if not stops or row.person_id == story.things["ana"]:
        story.plan(end, lambda at: _renew(story, subscription_id, at))
        return
    middle = start + (end - start) * dice.uniform(0.1, 0.9)
    story.plan(middle, lambda at: _stop(subscription_id, at))
    story.plan(end + timedelta(minutes=1), lambda at: _end(subscription_id, at))


def _renew(story: Story, subscription_id: int, at: datetime) -> None:
    """Charge the coming period, as the clock of renewals does."""
    row = Subscription.objects.select_related("price", "order").get(pk=subscription_id)
    if row.state != Subscription.State.ACTIVE:
        return
    start = row.current_period_end
    end = next_period_end(
        start, rhythm_of(row.price), anchor=row.started_at, zone=zone_of_business()
    )
    key = (
        f"{story.dice(f'charge{row.order.email}:{start.date()}').getrandbits(128):032x}"
    )
    charge = Charge.objects.create(
        subscription=row,
        period_start=start,
        period_end=end,
        key=key,
        created_at=at,
        attempts=1,
        **asdict(amounts_due(row, at)),
    )
    paid = Paid(
        ref=f"pi_demo_charge_{key[:16]}",
        amount_cents=charge.gross_cents,
        currency=charge.currency,
        method="card",
        paid_at=at,
        fee_cents=fee_of(charge.gross_cents),
    )
    record_payment(paid, via=CARD, charge_id=charge.pk, actor="system", now=at)
    _plan_period(story, subscription_id, start=start, end=end)


def _stop(subscription_id: int, at: datetime) -> None:
    row = Subscription.objects.get(pk=subscription_id)
    stop_renewal(subscription_id, actor=f"person:{row.person_id}", now=at)


def _end(subscription_id: int, at: datetime) -> None:
    row = Subscription.objects.get(pk=subscription_id)
    end_subscription(row, actor="system", now=at)
