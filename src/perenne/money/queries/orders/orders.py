"""Reads about orders and subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q, Sum

from perenne.core.errors import NotFound
from perenne.money.models import Order, Payment, Refund, Subscription
from perenne.people.api import beginning

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from django.db.models import QuerySet


def order_by_key(key: str) -> Order | None:
    """Return the order of a checkout form's key, with offer, price and terms."""
    return (
        Order.objects.filter(key=key)
        .select_related("offer", "price", "terms", "coupon", "subscription")
        .first()
    )


def order_or_refuse(key: str) -> Order:
    """Return the order whose secret key is known; NotFound otherwise."""
    order = order_by_key(key)
    if order is None:
        raise NotFound
    return order


def order_by_id(order_id: int) -> Order:
    """Return an order for the owner; NotFound when there is none."""
    order = (
        Order.objects.filter(pk=order_id)
        .select_related("offer", "price", "terms", "person")
        .first()
    )
    if order is None:
        raise NotFound
    return order


def orders_of(person_id: int) -> QuerySet[Order]:
    """Return a person's orders, newest first."""
    return (
        Order.objects.filter(person_id=person_id)
        .select_related("offer")
        .order_by("-pk")
    )


def orders_matching(text: str, state: str = "") -> QuerySet[Order]:
    """Return orders by number or the beginning of the buyer's address, and by state."""
    orders = Order.objects.select_related("offer")
    if state:
        orders = orders.filter(state=state)
    wanted = text.strip()
    if not wanted:
        return orders
    return orders.filter(Q(number=wanted.upper()) | beginning("email", wanted.lower()))


def payments_of(order: Order) -> list[Payment]:
    """Return every payment of an order and of its renewals, oldest first."""
    payments = Payment.objects.filter(
        Q(order=order) | Q(charge__subscription__order=order)
    )
    return list(payments.select_related("charge").order_by("pk"))


def refunds_of(order: Order) -> list[Refund]:
    """Return every refund on an order's payments, oldest first."""
    of_order = Q(payment__order=order) | Q(payment__charge__subscription__order=order)
    return list(Refund.objects.filter(of_order).order_by("pk"))


def payment_by_id(payment_id: int) -> Payment:
    """Return a payment; NotFound when there is none."""
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise NotFound
    return payment


def paid_orders_between(
    offer_ids: Iterable[int], start: datetime, end: datetime
) -> list[dict[str, Any]]:
    """Return the orders of offers that were paid from `start` until before `end`.

    Each row: person_id, order_number, paid_at, offer_id, net_cents and refunded_cents
    of the first payment.
    """
    rows = (
        Order.objects.filter(
            offer_id__in=list(offer_ids), paid_at__gte=start, paid_at__lt=end
        )
        .annotate(
            refunded=Sum("payments__refunded_cents", filter=Q(payments__surplus=False))
        )
        .order_by("paid_at", "pk")
    )
    return [
        {
            "person_id": row.person_id,
            "order_number": row.number,
            "offer_id": row.offer_id,
            "paid_at": row.paid_at,
            "net_cents": row.net_cents,
            "refunded_cents": row.refunded or 0,
        }
        for row in rows
    ]


def order_rows(person_id: int) -> list[dict[str, Any]]:
    """Return a person's orders as JSON values, oldest first."""
    return [
        {
            "number": order.number,
            "offer": order.offer.title,
            "state": order.state,
            "gross_cents": order.gross_cents,
            "currency": order.currency,
            "name": order.name,
            "email": order.email,
            "company": order.company,
            "address": [order.street, order.postcode, order.city, order.country],
            "consents": order.consents,
            "terms": order.terms.digest,
            "created_at": order.created_at.isoformat(),
            "paid_at": order.paid_at.isoformat() if order.paid_at else None,
        }
        for order in Order.objects.filter(person_id=person_id)
        .select_related("offer", "terms")
        .order_by("pk")
    ]


def subscription_rows(person_id: int) -> list[dict[str, Any]]:
    """Return a person's subscriptions as JSON values, oldest first."""
    return [
        {
            "offer": row.offer.title,
            "state": row.state,
            "started_at": row.started_at.isoformat(),
            "paid_until": row.current_period_end.isoformat(),
            "amount_cents": row.price.amount_cents,
            "currency": row.price.currency,
        }
        for row in Subscription.objects.filter(person_id=person_id)
        .select_related("offer", "price")
        .order_by("pk")
    ]
