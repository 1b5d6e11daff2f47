"""Whom to tell what, and who was not told in time (R62-R66)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Exists, F, OuterRef, Q

from perenne.core import legal
from perenne.money.domain.subscriptions.notices import (
    NoticeTerms,
    is_announced,
    notice_due_at,
    notice_window,
)
from perenne.money.domain.subscriptions.periods import months_before, next_period_end
from perenne.money.models import Charge, Notice, Payment, Price, PriceRise, Subscription
from perenne.money.queries.checkout.checkout import civil_day, zone_of_business
from perenne.money.queries.subscriptions.charging import anchor_of, rhythm_of
from perenne.money.queries.subscriptions.plans import running_period
from perenne.money.queries.subscriptions.rises import notice_days
from perenne.money.queries.subscriptions.rules import subscription_rules

if TYPE_CHECKING:
    from datetime import date, datetime

    from django.db.models import QuerySet

_BATCH = 1000
_ROWS = Subscription.objects.select_related("offer", "price", "order", "coupon")
_RUNNING = ("trialing", "active")
_DATASET = "subscription_terms"


def notice_terms(now: datetime) -> NoticeTerms:
    """Return the months in which renewals must be announced, by the law of that day."""
    day = civil_day(now)
    return NoticeTerms(
        legal.value(_DATASET, "renewal_notice_earliest_months", on=day),
        legal.value(_DATASET, "renewal_notice_latest_months", on=day),
        legal.value(_DATASET, "renewal_notice_shortest_months", on=day),
        legal.value(_DATASET, "yearly_notice_months", on=day),
    )


def _untold(kind: str, about: str) -> QuerySet[Subscription]:
    """Return subscriptions that were sent no notice of the kind about that instant."""
    told = Notice.objects.filter(
        subscription=OuterRef("pk"), kind=kind, about_at=OuterRef(about)
    )
    return _ROWS.filter(~Exists(told))


def ending_trials(now: datetime) -> list[Subscription]:
    """Return the trials about whose first charge their members must be told now (R66)."""
    until = now + timedelta(days=subscription_rules().trial_notice_days)
    rows = _untold(Notice.Kind.TRIAL, "current_period_end").filter(
        state="trialing", current_period_end__lte=until
    )
    return list(rows.order_by("current_period_end")[:_BATCH])


def renewals_to_announce(now: datetime) -> list[Subscription]:
    """Return the subscriptions whose renewal must be announced now (R62)."""
    terms, zone = notice_terms(now), zone_of_business()
    furthest = now + timedelta(days=31 * terms.earliest_months)
    rows = _untold(Notice.Kind.RENEWAL, "current_period_end").filter(
        state="active",
        payments_left=None,
        price__in=_announced_prices(terms),
        current_period_end__gt=now,
        current_period_end__lte=furthest,
    )
    return [
        row
        for row in rows.order_by("current_period_end")[:_BATCH]
        if notice_due_at(row.current_period_end, terms, zone=zone) <= now
    ]


def _announced_prices(terms: NoticeTerms) -> list[int]:
    recurring = Price.objects.exclude(interval="one_off")
    return [row.pk for row in recurring if is_announced(rhythm_of(row), terms)]


def yearly_reminders(now: datetime) -> list[tuple[Subscription, datetime]]:
    """Return the subscriptions of short rhythms to be told of once more (R64).

    Each with the anniversary it is told for.
    """
    terms, zone = notice_terms(now), zone_of_business()
    year_ago = months_before(now, terms.yearly_months, zone=zone)
    told = Notice.objects.filter(
        subscription=OuterRef("pk"),
        kind=Notice.Kind.YEARLY,
        about_at__gt=year_ago,
    )
    rows = _ROWS.filter(
        ~Exists(told), state="active", payments_left=None, started_at__lte=year_ago
    ).exclude(price__in=_announced_prices(terms))
    return [
        (row, _anniversary(row, now, terms.yearly_months))
        for row in rows.order_by("pk")[:_BATCH]
    ]


def _anniversary(row: Subscription, now: datetime, months: int) -> datetime:
    """Return the last anniversary of a subscription's start."""
    zone, passed = zone_of_business(), 1
    first, today = row.started_at.astimezone(zone), now.astimezone(zone)
    passed = ((today.year - first.year) * 12 + today.month - first.month) // months
    then = months_before(row.started_at, -passed * months, zone=zone)
    return then if then <= now else months_before(then, months, zone=zone)


def cards_that_expire(now: datetime) -> list[Subscription]:
    """Return the subscriptions whose card ends before their next charge (MB16)."""
    until = now + timedelta(days=subscription_rules().card_notice_days)
    rows = _untold(Notice.Kind.CARD, "current_period_end").filter(
        state__in=_RUNNING,
        current_period_end__lte=until,
        method_expires_on__lt=F("current_period_end"),
    )
    return list(rows.order_by("current_period_end")[:_BATCH])


def rises_to_announce(
    now: datetime,
) -> list[tuple[Subscription, PriceRise, datetime]]:
    """Return (subscription, rise, first dearer period) of whoever must be told (R65).

    The period is the first that begins on or after the rise's day, with the days of
    notice still ahead: never the running one.
    """
    found = []
    for rise in PriceRise.objects.filter(withdrawn_at=None).order_by("pk"):
        told = Notice.objects.filter(subscription=OuterRef("pk"), rise=rise)
        rows = _ROWS.filter(
            ~Exists(told),
            state__in=_RUNNING,
            price=rise.price_id,
            amount_cents__lt=rise.amount_cents,
            payments_left=None,
        )
        earliest = max(rise.from_at, now + timedelta(days=notice_days(now) + 1))
        found += [
            (row, rise, first_period_from(row, earliest))
            for row in rows.order_by("pk")[:_BATCH]
        ]
    return found


def first_period_from(row: Subscription, earliest: datetime) -> datetime:
    """Return the start of the first period after the running one, not before `earliest`."""
    start, zone = row.current_period_end, zone_of_business()
    while start < earliest:
        start = next_period_end(
            start, rhythm_of(row.price), anchor=anchor_of(row), zone=zone
        )
    return start


def unproved_notices() -> dict[str, int]:
    """Return the notices whose mail is under way: reference of the mail → id."""
    rows = Notice.objects.filter(state=Notice.State.QUEUED).order_by("pk")[:_BATCH]
    return {row.mail_ref: row.pk for row in rows}


def notices_of(subscription_id: int) -> list[Notice]:
    """Return what a member was told, newest first."""
    rows = Notice.objects.filter(subscription=subscription_id)
    return list(rows.order_by("-pk")[:50])


@dataclass(frozen=True, slots=True)
class FreeExit:
    """The right to leave at once, because a renewal was not announced in time (R63).

    refund_cents  paid for the days that are left
    payment_id    to be given back from; None when credit paid it all
    refund_by     last day for it
    """

    refund_cents: int
    payment_id: int | None
    refund_by: date


def free_exit(row: Subscription, now: datetime) -> FreeExit | None:
    """Return the right to leave at once with the rest given back, or None (R63).

    It is there when the running period is a renewal that was not announced by a mail
    delivered in time. A period that began with a change of plan was chosen. Businesses
    have no such right, consumers and non-professionals do (C. conso L215-3).
    """
    charge = Charge.objects.filter(
        subscription=row,
        period_start=row.current_period_start,
        state=Charge.State.PAID,
        plan_change=None,
    ).first()
    running = row.state in {"active", "cancelling"} and now < row.current_period_end
    if charge is None or not running or not _may_leave(row, charge, now):
        return None
    day = civil_day(now)
    days = int(legal.value(_DATASET, "renewal_refund_days", on=day))
    payment = Payment.objects.filter(charge=charge, surplus=False).first()
    return FreeExit(
        refund_cents=running_period(row, now).unused_cents,
        payment_id=payment.pk if payment else None,
        refund_by=day + timedelta(days=days),
    )


def _may_leave(row: Subscription, charge: Charge, now: datetime) -> bool:
    terms = notice_terms(now)
    first = charge.period_start == row.trial_ends_at
    announced = is_announced(rhythm_of(row.price), terms)
    if first or not announced or row.order.buyer_type != "consumer":
        return False
    window = notice_window(charge.period_start, terms, zone=zone_of_business())
    told = Notice.objects.filter(
        subscription=row,
        kind=Notice.Kind.RENEWAL,
        about_at=charge.period_start,
        state=Notice.State.SENT,
    ).first()
    return not window.holds(told.sent_at if told else None)


def credits_to_give_back() -> list[int]:
    """Return the subscriptions that ended with credit left, oldest first."""
    over = Subscription.objects.filter(
        Q(ended_reason="voluntary") | Q(ended_reason="involuntary"),
        state="ended",
        credit_cents__gt=0,
    )
    return list(over.order_by("pk").values_list("pk", flat=True)[:_BATCH])
