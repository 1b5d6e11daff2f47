"""Sales through the shop's own actions: orders, payments, refunds, progress."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.history.catalogue import COURSE, PLANS
from demo.history.story import DAYS, OWNER, Contact, Story, Work
from perenne.courses.api import finish_lesson
from perenne.money.actions.payments.refunds import complete_refund
from perenne.money.api import (
    Buyer,
    current_prices,
    mark_transfer_paid,
    record_payment,
    refund_payment,
    start_checkout,
)
from perenne.money.gateways.protocol import Paid
from perenne.money.models import Offer, Order, Payment, Price
from perenne.money.queries.checkout.baskets import Basket
from perenne.money.queries.checkout.checkout import consents_for

CARD, TRANSFER = "stripe", "transfer"
_BY_TRANSFER, _GIVEN_BACK = 0.07, 0.04


@dataclass(frozen=True, slots=True)
class Purchase:
    """Who buys what. interval: "one_off", "month" or "year"."""

    contact: Contact
    slug: str
    interval: str = "one_off"
    method: str = CARD


def fee_of(cents: int) -> int:
    """Return what a card provider keeps: 1.5 % and 25 cents."""
    return cents * 15 // 1000 + 25


def take_order(story: Story, purchase: Purchase, at: datetime) -> Order:
    """Start a checkout as the buyer would, every box ticked."""
    offer = Offer.objects.get(pk=story.things[f"offer:{purchase.slug}"])
    prices = {price.interval: price for price in current_prices(offer.pk, at)}
    price: Price = prices[purchase.interval]
    contact = purchase.contact
    boxes = consents_for(
        offer, Basket(price), language="fr", now=at, methods=(purchase.method,)
    )
    story.things["orders"] = number = story.things.get("orders", 0) + 1
    return start_checkout(
        offer,
        key=f"{story.dice(f'order{number}').getrandbits(128):032x}",
        price_id=price.pk,
        buyer=Buyer(contact.name, contact.email, "consumer", "FR", "fr"),
        method=purchase.method,
        ticked=frozenset(box.key for box in boxes),
        actor=f"person:{contact.person_id}",
        now=at,
    )


def pay_by_card(order: Order, at: datetime, *, keeps_card: bool = False) -> Payment:
    """Record the card payment of an order."""
    paid = Paid(
        ref=f"pi_demo_order_{order.key[:16]}",
        amount_cents=order.gross_cents,
        currency=order.currency,
        method="card",
        paid_at=at,
        fee_cents=fee_of(order.gross_cents),
        customer=f"cus_demo_{order.key[:14]}" if keeps_card else "",
        saved_method=f"pm_demo_{order.key[:14]}" if keeps_card else "",
    )
    payment = record_payment(paid, via=CARD, order_id=order.pk, actor="system", now=at)
    if payment is None:
        raise LookupError("an order of the sample is paid once")
    return payment


def sell(story: Story, purchase: Purchase, at: datetime) -> None:
    """Sell something once; a transfer arrives two days later, a few come back."""
    dice = story.dice(f"sale{story.things.get('orders', 0)}")
    if dice.random() < _BY_TRANSFER:
        by_bank = Purchase(purchase.contact, purchase.slug, method=TRANSFER)
        order = take_order(story, by_bank, at)
        story.plan(at + timedelta(days=2), lambda when: _arrive(order.pk, when))
        return
    payment = pay_by_card(take_order(story, purchase, at), at)
    if (
        dice.random() < _GIVEN_BACK
        and purchase.contact.person_id != story.things["ana"]
    ):
        back = at + timedelta(days=dice.randint(2, 12))
        story.plan(back, lambda when: give_back(payment.pk, when))
    elif purchase.slug == COURSE:
        _plan_learning(story, purchase.contact, at)


def _arrive(order_id: int, at: datetime) -> None:
    mark_transfer_paid(order_id, paid_at=at, actor=OWNER, now=at)


def give_back(payment_id: int, at: datetime) -> None:
    """Refund a card payment in full and close the access."""
    payment = Payment.objects.get(pk=payment_id)
    refund = refund_payment(
        payment_id,
        key=f"demo-{payment_id}",
        amount_cents=payment.amount_cents,
        reason="Rétractation",
        end_access=True,
        actor=OWNER,
        now=at,
    )
    complete_refund(
        refund.pk, provider_ref=f"re_demo_{payment_id}", actor="system", now=at
    )


def _plan_learning(story: Story, contact: Contact, at: datetime) -> None:
    """Let a buyer of the course get somewhere: most of them not to the end."""
    person = contact.person_id
    dice = story.dice(f"learning{contact.email}")
    lessons = story.things["lessons"]
    done = 4 if person == story.things["ana"] else dice.choice([0, 1, 2, 3, 5, 9])
    when = at
    for lesson in lessons[:done]:
        when += timedelta(days=dice.randint(1, 9), minutes=dice.randint(1, 500))
        story.plan(when, _finisher(person, lesson))


def _finisher(person: int, lesson: int) -> Work:
    return lambda at: finish_lesson(person, lesson_id=lesson, now=at)


def plan_downloads(story: Story) -> None:
    """Plan the sales of the digital product, a few every week, more and more."""
    dice = story.dice("downloads")
    for _number in range(story.scaled(230)):
        day = 60 + round((DAYS - 62) * dice.random() ** 0.75)
        at = story.at(day, dice.randint(7, 22), dice.randint(0, 59))
        story.plan(at, lambda when: _sell_plans(story, when))


def _sell_plans(story: Story, at: datetime) -> None:
    dice = story.dice(f"plans{at.isoformat()}")
    contact = dice.choice(list(story.contacts.values()))
    sell(story, Purchase(contact, PLANS), at)
