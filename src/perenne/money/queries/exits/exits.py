"""Reads about declarations: what they mean, until when, what the law gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from perenne.core import legal
from perenne.core.domain.money import allocate
from perenne.core.errors import NotFound
from perenne.money.domain.exits.exits import Contract
from perenne.money.domain.exits.withdrawals import (
    Served,
    Sold,
    combined,
    last_day_to_withdraw,
    proposal_for,
)
from perenne.money.models import (
    Declaration,
    DeclarationCase,
    Order,
    OrderLine,
    Subscription,
)
from perenne.money.queries.checkout.checkout import civil_day
from perenne.money.queries.orders.orders import payments_of
from perenne.people.api import beginning, person_by_id

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

    from perenne.money.domain.exits.withdrawals import Proposal

_BATCH = 200
_CONTRACTS = 100


def contracts_at(email: str) -> list[Contract]:
    """Return what was bought and paid under an address, newest first."""
    orders = (
        Order.objects.filter(
            Q(email=email) | Q(person__email=email), state__in=["paid", "refunded"]
        )
        .select_related("subscription")
        .order_by("-pk")[:_CONTRACTS]
    )
    return [
        Contract(
            order_id=order.pk,
            number=order.number,
            subscription_id=_renewing(order),
        )
        for order in orders
    ]


def _renewing(order: Order) -> int | None:
    """Return the subscription of an order; instalments are one sale, owed in parts (MB4)."""
    row = getattr(order, "subscription", None)
    return row.pk if row is not None and row.payments_left is None else None


def subscriptions_by_id(ids: list[int]) -> list[Subscription]:
    """Return subscriptions with what a letter about them says, oldest first."""
    rows = Subscription.objects.filter(pk__in=ids)
    return list(rows.select_related("offer", "price", "order").order_by("pk"))


def unanswered_ids() -> list[int]:
    """Return the declarations whose acknowledgement is not written yet, oldest first."""
    cases = DeclarationCase.objects.filter(state=DeclarationCase.State.RECEIVED)
    return list(cases.order_by("pk").values_list("declaration_id", flat=True)[:_BATCH])


def waiting_ids() -> list[int]:
    """Return the declarations that end a contract on a later day, oldest first."""
    cases = DeclarationCase.objects.filter(state=DeclarationCase.State.WAITING)
    return list(cases.order_by("pk").values_list("declaration_id", flat=True)[:_BATCH])


def cases_matching(text: str, state: str = "") -> QuerySet[DeclarationCase]:
    """Return cases by the beginning of the address, and by state."""
    rows = DeclarationCase.objects.select_related("declaration", "order")
    if state:
        rows = rows.filter(state=state)
    wanted = text.strip().lower()
    if not wanted:
        return rows
    found = Declaration.objects.filter(beginning("email", wanted))
    return rows.filter(declaration__in=found)


def case_by_id(case_id: int) -> DeclarationCase:
    """Return a case with declaration and order; NotFound when there is none."""
    row = (
        DeclarationCase.objects.filter(pk=case_id)
        .select_related("declaration", "order__offer", "order__subscription")
        .first()
    )
    if row is None:
        raise NotFound
    return row


def french_holidays(*years: int) -> frozenset[date]:
    """Return the public holidays of metropolitan France (C. trav. L3133-1)."""
    import holidays

    return frozenset(holidays.country_holidays("FR", years=years))


def last_day_for(concluded_at: datetime) -> date:
    """Return the last day on which a contract can be withdrawn from (R50)."""
    day = civil_day(concluded_at)
    return last_day_to_withdraw(
        day,
        days=int(legal.value("consumer_terms", "withdrawal_days", on=day)),
        holidays=french_holidays(day.year, day.year + 1),
    )


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A withdrawal from one order, as the law sees it.

    payment_id   the payment to give back; None when there is none
    left_cents   of it, not given back yet
    """

    proposal: Proposal
    last_day: date
    payment_id: int | None
    left_cents: int
    currency: str


def withdrawal_of(order: Order, *, declared_at: datetime) -> Withdrawal:
    """Return what is due when an order is withdrawn from at an instant (R54-R56).

    The contract is concluded when the order is paid, as the terms of sale say.
    """
    concluded_at = order.paid_at or order.created_at
    last_day = last_day_for(concluded_at)
    paid = [row for row in payments_of(order) if row.order_id and not row.surplus]
    first = paid[0] if paid else None
    left = first.amount_cents - first.refunded_cents if first else 0
    day = civil_day(declared_at)
    proposals = [
        proposal_for(sold, declared_on=day)
        for sold in _things_sold(order, left, last_day, declared_at=declared_at)
    ]
    return Withdrawal(
        proposal=combined(proposals),
        last_day=last_day,
        payment_id=first.pk if first else None,
        left_cents=left,
        currency=order.currency,
    )


def _things_sold(
    order: Order, left_cents: int, last_day: date, *, declared_at: datetime
) -> list[Sold]:
    """Return each line of an order as the law asks about it: each has its own nature."""
    lines = list(order.lines.select_related("offer"))
    weights = [line.gross_cents for line in lines]
    lefts = allocate(left_cents, weights if any(weights) else [1] * len(lines))
    agreed = frozenset(consent["key"] for consent in order.consents)
    served = _served(order, declared_at)
    return [
        Sold(
            legal_nature=line.offer.legal_nature,
            consumer=order.buyer_type == Order.BuyerType.CONSUMER,
            agreed=agreed,
            confirmed=order.paid_at is not None,
            last_day=last_day,
            paid_cents=left,
            served=served if line.role == OrderLine.Role.MAIN else None,
        )
        for line, left in zip(lines, lefts, strict=True)
    ]


def _served(order: Order, at: datetime) -> Served | None:
    """Return the days of the first period used at an instant, both ends counted once."""
    row = Subscription.objects.filter(order=order).first()
    if row is None:
        return None
    first, last = civil_day(row.started_at), civil_day(row.current_period_end)
    return Served(
        used_days=(civil_day(at) - first).days, total_days=(last - first).days
    )


def declaration_rows(person_id: int) -> list[dict[str, Any]]:
    """Return what a person declared as JSON values, oldest first."""
    person = person_by_id(person_id)
    theirs = Q(case__order__person_id=person_id)
    if person is not None:
        theirs |= Q(email=person.email)
    return [
        {
            "kind": row.kind,
            "name": row.name,
            "email": row.email,
            "reference": row.reference,
            "wanted_on": row.wanted_on.isoformat() if row.wanted_on else None,
            "received_at": row.received_at.isoformat(),
            "state": row.case.state,
        }
        for row in Declaration.objects.filter(theirs)
        .select_related("case")
        .order_by("pk")
    ]
