"""What the desk's home shows, read through the facades of the apps beneath."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from perenne.audience.api import contact_counts
from perenne.backoffice.domain.first_steps import Facts, Step, first_steps
from perenne.core.queries import was_ever_done
from perenne.money.api import (
    VatWatch,
    cash_by_stream,
    offers_on_sale,
    pressing_money,
    vat_watch,
)
from perenne.practice.api import sessions_between
from perenne.streams.api import absences, days_worked, work_by_stream

if TYPE_CHECKING:
    from datetime import date

    from perenne.core.models import Business
    from perenne.money.api import Pressing


@dataclass(frozen=True, slots=True)
class Overview:
    """Today and this month in facts.

    sessions       today's 1:1 sessions, by time
    money          what of the money cannot wait
    net_cents      money received this month less refunds, fees and expenses
    unlogged_on    yesterday, if it has neither hours nor an absence; else None
    month_minutes  hours known this month, in minutes
    logged_days    days of this month before today that have hours, of known_days
    readers        people who may be written to
    closing_soon   offers whose window closes, soonest first
    vat            where the business stands with the VAT of other EU countries
    """

    today: date
    steps: tuple[Step, ...]
    sessions: list[Any]
    money: Pressing
    net_cents: int
    unlogged_on: date | None
    month_minutes: int
    logged_days: int
    known_days: int
    readers: int
    closing_soon: list[Any]
    vat: VatWatch

    @property
    def is_first_days(self) -> bool:
        """Tell whether steps to a first sale are still open."""
        return not all(step.done for step in self.steps)


def desk_overview(business: Business, *, now: datetime) -> Overview:
    """Return what the owner sees first; about a dozen small reads."""
    zone = ZoneInfo(business.time_zone)
    today = now.astimezone(zone).date()
    counts = contact_counts()
    first = today.replace(day=1)
    off = _days_off(first, today)
    worked = days_worked(first - timedelta(days=1), today)
    past = [first + timedelta(days=at) for at in range((today - first).days)]
    workdays = [day for day in past if day.weekday() < 5 and day not in off]
    yesterday = today - timedelta(days=1)
    open_day = yesterday.weekday() < 5 and yesterday not in worked | off
    return Overview(
        today=today,
        steps=first_steps(_facts(business, contacts=sum(counts.values()))),
        sessions=_sessions_on(today, zone),
        money=pressing_money(today),
        net_cents=sum(
            row.amount_cents
            for row in cash_by_stream(first, today)
            if row.currency == business.currency
        ),
        unlogged_on=yesterday if open_day else None,
        month_minutes=sum(row.minutes for row in work_by_stream(first, today)),
        logged_days=len(worked & set(workdays)),
        known_days=len(workdays),
        readers=counts["subscribed"],
        closing_soon=list(offers_on_sale(now).exclude(closes_at=None)[:3]),
        vat=vat_watch(now),
    )


def _sessions_on(day: date, zone: ZoneInfo) -> list[Any]:
    start = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    return sessions_between(start, end)


def _days_off(start: date, end: date) -> set[date]:
    found = absences(start - timedelta(days=1), end)
    return {day for absence in found for day in absence.days()}


def _facts(business: Business, *, contacts: int) -> Facts:
    complete = business.street and business.city and business.siren and business.email
    return Facts(
        identity_complete=bool(complete),
        contacts=contacts,
        offers=int(was_ever_done("money.offer_added")),
        letters_sent=int(was_ever_done("audience.letter_sent")),
        orders=int(was_ever_done("money.payment_recorded")),
    )
