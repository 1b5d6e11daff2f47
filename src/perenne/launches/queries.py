"""Reads of launches."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from perenne.core.queries import current_business
from perenne.launches.domain.results import LaunchFact, PaidOrder, result_of
from perenne.launches.domain.windows import is_provisional
from perenne.launches.models import Launch, LaunchOffer, Snapshot
from perenne.money.api import offers_matching, sales_in_window
from perenne.streams.api import work_facts

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from perenne.launches.domain.results import Result

# Launch work without a launch named is charged to the launch it surrounds.
PREPARING = timedelta(days=30)
CLOSING_UP = timedelta(days=14)


def launches() -> QuerySet[Launch]:
    """Return every launch, the newest opening first."""
    return Launch.objects.order_by("-opens_at", "-pk")


def launches_matching(text: str) -> QuerySet[Launch]:
    """Return the launches whose name holds the text, newest opening first."""
    return launches().filter(name__icontains=text) if text else launches()


def offers_to_open() -> list[tuple[int, str]]:
    """Return (id, title) of the offers a launch may open."""
    return [(offer.pk, offer.title) for offer in offers_matching("").order_by("title")]


def people_in_snapshot(launch_id: int) -> QuerySet[Snapshot, Any]:
    """Return who was in a launch's frozen audience: one column, their ids."""
    return Snapshot.objects.filter(launch_id=launch_id).values("person_id")


def launch_by_slug(slug: str) -> Launch | None:
    """Return the launch with that slug, or None."""
    return Launch.objects.select_related("segment").filter(slug=slug).first()


def offer_ids_of(launch_id: int) -> list[int]:
    """Return the offers a launch opens, in the order they were added."""
    rows = LaunchOffer.objects.filter(launch_id=launch_id).order_by("pk")
    return list(rows.values_list("offer_id", flat=True))


def offers_of(launch_id: int) -> list[LaunchOffer]:
    """Return the launch's offers with their titles."""
    rows = LaunchOffer.objects.filter(launch_id=launch_id).select_related("offer")
    return list(rows.order_by("pk"))


def business_zone() -> ZoneInfo:
    """Return the time zone of the business; Paris before the set-up."""
    business = current_business()
    return ZoneInfo(business.time_zone if business else "Europe/Paris")


def base_of(launch_id: int) -> int:
    """Return how many persons are in the frozen audience."""
    return Snapshot.objects.filter(launch_id=launch_id).count()


def result_for(launch: Launch) -> Result:
    """Return buyers, money and hours of a launch from its rows."""
    return _results([launch])[launch.pk]


def _results(rows: list[Launch]) -> dict[int, Result]:
    """Return the results by launch; hours, bases and offers are read once for all."""
    ids = [launch.pk for launch in rows]
    offers: defaultdict[int, list[int]] = defaultdict(list)
    pairs = LaunchOffer.objects.filter(launch_id__in=ids).order_by("pk")
    for launch_id, offer_id in pairs.values_list("launch_id", "offer_id"):
        offers[launch_id].append(offer_id)
    frozen = Snapshot.objects.filter(launch_id__in=ids).order_by()
    bases = dict(frozen.values_list("launch_id").annotate(persons=Count("pk")))
    minutes = _minutes(rows)
    found = {}
    for launch in rows:
        orders = _orders(offers[launch.pk], launch)
        buyers = {row.person_id for row in orders}
        in_base = frozen.filter(launch_id=launch.pk, person_id__in=buyers)
        found[launch.pk] = result_of(
            orders,
            base=bases.get(launch.pk, 0),
            in_base=set(in_base.values_list("person_id", flat=True)),
            minutes=minutes[launch.pk],
        )
    return found


def _orders(offer_ids: list[int], launch: Launch) -> list[PaidOrder]:
    sales = sales_in_window(offer_ids, launch.opens_at, launch.closes_at)
    return [
        PaidOrder(
            person_id=sale.person_id,
            net_cents=sale.net_cents,
            gross_cents=sale.gross_cents,
            refunded_cents=sale.refunded_cents,
        )
        for sale in sales
    ]


def _minutes(rows: list[Launch]) -> dict[int, int]:
    """Return the launch minutes charged to each launch.

    Work of activity launch that names it ("launch:<id>"), and unnamed launch work from
    30 days before it opens to 14 days after it closes.
    """
    if not rows:
        return {}
    zone = business_zone()
    spans = {
        launch.pk: (
            launch.opens_at.astimezone(zone).date() - PREPARING,
            launch.closes_at.astimezone(zone).date() + CLOSING_UP,
        )
        for launch in rows
    }
    first = min(span[0] for span in spans.values())
    last = max(span[1] for span in spans.values())
    work = [fact for fact in work_facts(first, last) if fact.activity == "launch"]
    return {
        pk: sum(
            fact.minutes
            for fact in work
            if fact.asset_ref == f"launch:{pk}"
            or (not fact.asset_ref and begin <= fact.on <= end)
        )
        for pk, (begin, end) in spans.items()
    }


def launch_facts(start: date, end: date, *, now: datetime) -> list[LaunchFact]:
    """Return the launches open on any civil day from start to end, oldest first."""
    zone = business_zone()
    begin = datetime.combine(start, time(), tzinfo=zone).astimezone(UTC)
    after = datetime.combine(end + timedelta(days=1), time(), tzinfo=zone)
    opened = Launch.objects.filter(
        opens_at__lt=min(after.astimezone(UTC), now), closes_at__gt=begin
    )
    rows = list(opened.order_by("opens_at"))
    results = _results(rows) if rows else {}
    return [
        LaunchFact(
            launch.pk,
            launch.slug,
            launch.name,
            launch.opens_at,
            launch.closes_at,
            is_provisional(launch.closes_at, now),
            results[launch.pk],
        )
        for launch in rows
    ]


def other_launches_of(
    offer_ids: list[int], opens_at: datetime, closes_at: datetime, *, but: int | None
) -> QuerySet[Launch]:
    """Return launches whose window touches this one with one of the offers."""
    taken = LaunchOffer.objects.filter(
        Q(launch__opens_at__lt=closes_at) & Q(launch__closes_at__gt=opens_at),
        offer_id__in=offer_ids,
    )
    rows = Launch.objects.filter(pk__in=taken.values("launch_id"))
    return rows.exclude(pk=but) if but else rows
