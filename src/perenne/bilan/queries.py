"""Collect the rows of a period and hand them to the pure figures."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from perenne.bilan.domain.facts import Away, CashRow, WorkRow
from perenne.bilan.domain.holidays import WEEKS_BEFORE
from perenne.bilan.domain.hours import BUILD_LIFE_DAYS
from perenne.bilan.domain.review import Inputs, LaunchLine, Source, make_review
from perenne.bilan.models import StreamActivity
from perenne.core import legal
from perenne.core.queries import current_business
from perenne.launches.api import launch_facts
from perenne.money.api import cash_facts
from perenne.streams.api import absences, build_by_day, streams, work_facts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Literal

    from perenne.bilan.domain.income import Rate
    from perenne.bilan.domain.periods import Period
    from perenne.bilan.domain.review import Review
    from perenne.launches.api import LaunchFact
    from perenne.money.api import CashFact
    from perenne.streams.api import Stream

    type DateField = Literal["sold_on", "received_on", "banked_on"]

# What the owner calls the date, and the ledger's column.
DATE_FIELDS: dict[str, DateField] = {
    "sold": "sold_on",
    "received": "received_on",
    "banked": "banked_on",
}
_BOTH_DATES: tuple[DateField, ...] = ("received_on", "sold_on")


def business_today(now: datetime) -> date:
    """Return the civil day of the business; Paris before the set-up."""
    business = current_business()
    zone = ZoneInfo(business.time_zone if business else "Europe/Paris")
    return now.astimezone(zone).date()


def review_for(period: Period, *, date_rule: str, now: datetime) -> Review:
    """Return every figure of the period: the page, the command and the tests ask here.

    date_rule  "sold", "received" or "banked": the date money is counted by
    """
    return make_review(inputs_for(period, date_rule=date_rule, now=now))


def inputs_for(period: Period, *, date_rule: str, now: datetime) -> Inputs:
    """Return the rows a review of the period is made from."""
    business = current_business()
    currency = business.currency if business else "EUR"
    facts = cash_facts(period.start, period.end, date_field=DATE_FIELDS[date_rule])
    away = [
        Away(off.absence_id, off.first_on, off.last_on, off.label)
        for off in absences(period.start, period.end)
    ]
    off = {on for row in away for on in _days(row.first_on, row.last_on)}
    country = business.country if business else "FR"
    zone = ZoneInfo(business.time_zone if business else "Europe/Paris")
    return Inputs(
        period=period,
        date_rule=date_rule,
        currency=currency,
        sources=[Source(s.pk, s.name, str(s.nature)) for s in streams()],
        cash=_rows(facts, currency, DATE_FIELDS[date_rule]),
        past_cash=_past_cash(away, currency),
        work=[
            WorkRow(f.on, f.minutes, f.stream_id, f.activity, f.note, f.ref)
            for f in work_facts(period.start, period.end)
        ],
        built=build_by_day(period.start - timedelta(days=BUILD_LIFE_DAYS), period.end),
        absences=away,
        off=frozenset(off) | _public_holidays(country, period),
        today=now.astimezone(zone).date(),
        rate=social_rate(),
        launches=[
            _launch(fact, zone)
            for fact in launch_facts(period.start, period.end, now=now)
        ],
        other_currencies=sum(fact.currency != currency for fact in facts),
    )


def streams_to_declare() -> list[Stream]:
    """Return the streams whose receipts are turnover: capital income is not."""
    return [stream for stream in streams() if stream.nature != "capital"]


def activities() -> dict[int, str]:
    """Return the activity each stream is declared under, by stream id."""
    return dict(StreamActivity.objects.values_list("stream_id", "activity"))


def social_rate() -> Rate:
    """Return the dated rate of each stream in basis points, training levy included."""
    chosen = activities()

    @cache
    def rate(stream_id: int, day: date) -> int | None:
        activity = chosen.get(stream_id)
        if activity is None:
            return None
        try:
            social = legal.value("social_rates", activity, on=day)
            levy = legal.value("social_rates", f"cfp_{activity}", on=day)
        except legal.NoRuleInForce:
            return None
        return int(social) + int(levy)

    return rate


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=at) for at in range((last - first).days + 1))


def _public_holidays(country: str, period: Period) -> frozenset[date]:
    import holidays

    years = range(period.start.year, period.end.year + 1)
    try:
        return frozenset(holidays.country_holidays(country, years=years))
    except NotImplementedError:  # a country the library does not know
        return frozenset()


def _rows(
    facts: Iterable[CashFact], currency: str, date_field: str, /
) -> list[CashRow]:
    return [
        CashRow(
            on=getattr(fact, date_field),
            sold_on=fact.sold_on,
            received_on=fact.received_on,
            stream_id=fact.stream_id,
            kind=str(fact.kind),
            cause=str(fact.cause),
            amount_cents=fact.amount_cents,
            counterparty=fact.counterparty,
            ref=fact.ref,
            entry_id=fact.entry_id,
        )
        for fact in facts
        if fact.currency == currency
    ]


def _past_cash(away: list[Away], currency: str) -> list[CashRow]:
    """Return rows of the absences and 26 weeks before, sold or received in them."""
    if not away:
        return []
    start = min(row.first_on for row in away) - timedelta(weeks=WEEKS_BEFORE)
    end = max(row.last_on for row in away)
    found = {
        fact.entry_id: fact
        for field in _BOTH_DATES
        for fact in cash_facts(start, end, date_field=field)
    }
    return _rows(found.values(), currency, "received_on")


def _launch(fact: LaunchFact, zone: ZoneInfo) -> LaunchLine:
    result, interval = fact.result, fact.result.conversion
    return LaunchLine(
        slug=fact.slug,
        name=fact.name,
        opens_on=fact.opens_at.astimezone(zone).date(),
        base=result.base,
        buyers=result.buyers,
        buyers_outside=result.buyers_outside,
        net_cents=result.net_cents,
        refunded_cents=result.refunded_cents,
        provisional=fact.provisional,
        minutes=result.minutes,
        per_hour_cents=result.per_hour_cents,
        share=interval.share if interval else None,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
    )
