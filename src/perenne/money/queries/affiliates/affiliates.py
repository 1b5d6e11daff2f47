"""Reads about affiliates: what they brought, what they earn, what is due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, Sum

from perenne.core.errors import NotFound
from perenne.money.domain.affiliates.commissions import Rule
from perenne.money.models import Affiliate, AffiliatePayout, Commission, Referral

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Balance:
    """An affiliate's commissions in one currency.

    held_cents    earned, inside the withdrawal period
    due_cents     to be paid out now; below zero when refunds came after a payout
    paid_cents    paid out so far
    """

    affiliate_id: int
    currency: str
    held_cents: int
    due_cents: int
    paid_cents: int


def rule_of(row: Affiliate) -> Rule:
    """Return by which rule an affiliate earns."""
    return Rule(row.percent_bp, row.amount_cents, row.currency, row.periods)


def affiliates_matching(text: str) -> QuerySet[Affiliate]:
    """Return affiliates by code or the beginning of their address."""
    rows = Affiliate.objects.select_related("person")
    wanted = text.strip().lower()
    if not wanted:
        return rows
    return rows.filter(Q(code=wanted) | Q(person__email__startswith=wanted))


def affiliate_by_id(affiliate_id: int) -> Affiliate:
    """Return an affiliate for the owner; NotFound when there is none."""
    row = Affiliate.objects.select_related("person").filter(pk=affiliate_id).first()
    if row is None:
        raise NotFound
    return row


def affiliate_by_code(code: str) -> Affiliate | None:
    """Return the active affiliate of a link, or None."""
    return Affiliate.objects.filter(code=code.lower(), active=True).first()


def balances(today: date, affiliate_ids: list[int]) -> list[Balance]:
    """Return what affiliates have earned, by affiliate and currency. One query."""
    unpaid, paid = Q(payout=None), Q(payout__isnull=False)
    rows = (
        Commission.objects.filter(affiliate_id__in=affiliate_ids)
        .values("affiliate_id", "currency")
        .annotate(
            held=Sum("amount_cents", filter=unpaid & Q(payable_from__gt=today)),
            due=Sum("amount_cents", filter=unpaid & Q(payable_from__lte=today)),
            paid=Sum("amount_cents", filter=paid),
        )
        .order_by("affiliate_id", "currency")
    )
    return [
        Balance(
            row["affiliate_id"],
            row["currency"],
            row["held"] or 0,
            row["due"] or 0,
            row["paid"] or 0,
        )
        for row in rows
    ]


def due_commissions(
    affiliate_id: int, currency: str, today: date
) -> QuerySet[Commission]:
    """Return an affiliate's commissions that may be paid out, oldest first."""
    return Commission.objects.filter(
        affiliate_id=affiliate_id,
        currency=currency,
        payout=None,
        payable_from__lte=today,
    ).order_by("pk")


def commissions_of(affiliate_id: int) -> QuerySet[Commission]:
    """Return an affiliate's commissions with the orders they come from, newest first."""
    rows = Commission.objects.filter(affiliate_id=affiliate_id)
    return rows.select_related("order__offer", "payout").order_by("-pk")


def payouts_of(affiliate_id: int) -> QuerySet[AffiliatePayout]:
    """Return what was paid out to an affiliate, newest first."""
    return AffiliatePayout.objects.filter(affiliate_id=affiliate_id).order_by("-pk")


def sales_of(affiliate_id: int) -> int:
    """Return how many paid orders came through an affiliate."""
    rows = Referral.objects.filter(affiliate_id=affiliate_id)
    return rows.filter(order__state__in=["paid", "refunded"]).count()


def sales_by_affiliate(affiliate_ids: list[int]) -> dict[int, int]:
    """Return how many paid orders came through each affiliate. One query."""
    rows = (
        Referral.objects.filter(
            affiliate_id__in=affiliate_ids, order__state__in=["paid", "refunded"]
        )
        .values("affiliate_id")
        .annotate(orders=Count("pk"))
        .values_list("affiliate_id", "orders")
    )
    return dict(rows)


def due_rows(today: date) -> Iterator[tuple[Any, ...]]:
    """Yield (name, address, code, amount in cents, currency, sales) to be paid out."""
    rows = (
        Commission.objects.filter(payout=None, payable_from__lte=today)
        .values_list(
            "affiliate__person__name",
            "affiliate__person__email",
            "affiliate__code",
            "currency",
        )
        .annotate(due=Sum("amount_cents"), sales=Count("order", distinct=True))
        .order_by("affiliate__code", "currency")
    )
    for name, email, code, currency, due, sales in rows:
        if due > 0:
            yield name, email, code, due, currency, sales


def affiliate_rows(person_id: int) -> list[dict[str, Any]]:
    """Return what a person earned as an affiliate as JSON values, oldest first."""
    rows = Commission.objects.filter(affiliate__person_id=person_id)
    return [
        {
            "code": row.affiliate.code,
            "amount_cents": row.amount_cents,
            "currency": row.currency,
            "recorded_at": row.recorded_at.isoformat(),
            "paid_on": row.payout.paid_on.isoformat() if row.payout else None,
        }
        for row in rows.select_related("affiliate", "payout").order_by("pk")
    ]
