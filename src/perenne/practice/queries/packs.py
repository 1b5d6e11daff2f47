"""Reads of session packs: who holds what, what pays for a session, what ends soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from perenne.people.api import persons_matching
from perenne.practice.domain.packs import PackState, state_of
from perenne.practice.models import Pack, PackKind
from perenne.practice.queries.bookings import business_zone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from django.db.models import QuerySet

    from perenne.practice.models import PackMovement


@dataclass(frozen=True, slots=True)
class HeldPack:
    """A pack as its holder sees it.

    last_on  the last day a session may take place, in the business's calendar
    """

    pack: Pack
    state: PackState
    last_on: date

    @property
    def pays(self) -> bool:
        """Tell whether a session can be booked with it."""
        return self.state is PackState.OPEN


def last_day_of(pack: Pack, zone: ZoneInfo) -> date:
    """Return the last day of a pack, in the business's zone."""
    return (pack.expires_at - timedelta(seconds=1)).astimezone(zone).date()


def held(packs: Iterable[Pack], now: datetime) -> list[HeldPack]:
    """Return packs with where each stands."""
    zone = business_zone()
    return [_held(pack, now, zone=zone) for pack in packs]


def _held(pack: Pack, now: datetime, *, zone: ZoneInfo) -> HeldPack:
    state = state_of(
        left=pack.left,
        expires_at=pack.expires_at,
        open_until=pack.open_until,
        revoked_at=pack.revoked_at,
        now=now,
    )
    return HeldPack(pack, state, last_day_of(pack, zone))


def pack_kinds(*, only_active: bool = False) -> list[PackKind]:
    """Return the kinds of pack with their services, by name."""
    rows = PackKind.objects.prefetch_related("services")
    return list(rows.filter(active=True) if only_active else rows)


def pack_kind_by_id(kind_id: int) -> PackKind | None:
    """Return the kind of pack, or None."""
    return PackKind.objects.prefetch_related("services").filter(pk=kind_id).first()


def packs_of(person_id: int, now: datetime) -> list[HeldPack]:
    """Return a person's packs with kind and services: the ones that pay first."""
    rows = Pack.objects.filter(person_id=person_id).select_related("kind")
    found = rows.prefetch_related("kind__services").order_by("expires_at", "pk")[:100]
    return sorted(held(found, now), key=lambda row: not row.pays)


def paying_packs(
    person_id: int, service_id: int, *, now: datetime, starts_at: datetime | None = None
) -> list[HeldPack]:
    """Return a person's packs that pay for a session of the service, soonest end first.

    starts_at  when the session begins; None: at any time
    """
    rows = Pack.objects.select_related("kind").filter(
        usable(now), person_id=person_id, kind__services=service_id
    )
    if starts_at is not None:
        rows = rows.filter(expires_at__gt=starts_at)
    return held(rows.order_by("expires_at", "pk"), now)


def usable(now: datetime) -> Q:
    """Return the condition under which a pack pays for anything at all."""
    running = Q(open_until=None) | Q(open_until__gt=now)
    return running & Q(revoked_at=None, left__gt=0, expires_at__gt=now)


def packs_found(
    *, text: str = "", kind_id: int | None = None, state: str = "", now: datetime
) -> QuerySet[Pack]:
    """Return packs with person and kind.

    text   the start of the person's name or address, "" for all
    state  "open": pays now; "over": does not any more; "" for all
    """
    rows = Pack.objects.select_related("person", "kind")
    if text.strip():
        rows = rows.filter(person__in=persons_matching(text))
    if kind_id is not None:
        rows = rows.filter(kind_id=kind_id)
    if state == "open":
        rows = rows.filter(usable(now))
    elif state == "over":
        rows = rows.exclude(pk__in=Pack.objects.filter(usable(now)).values("pk"))
    return rows


def pack_by_id(pack_id: int) -> Pack | None:
    """Return the pack with person and kind, or None."""
    rows = Pack.objects.select_related("person", "kind")
    return rows.filter(pk=pack_id).first()


def movements_of(pack_id: int) -> list[PackMovement]:
    """Return a pack's movements with the sessions they are about, the latest first."""
    pack = Pack.objects.get(pk=pack_id)
    rows = pack.movements.select_related("booking__service")
    return list(rows.order_by("-at", "-pk")[:500])


def packs_to_announce(now: datetime) -> Iterable[int]:
    """Return the ids of packs whose end is to be announced."""
    rows = Pack.objects.filter(usable(now), notice_at__lte=now)
    return rows.order_by("notice_at").values_list("pk", flat=True)[:500]


def packs_over(now: datetime) -> Iterable[int]:
    """Return the ids of packs that are over and still count credits."""
    rows = Pack.objects.filter(left__gt=0, expires_at__lte=now)
    return rows.order_by("expires_at").values_list("pk", flat=True)[:500]


def packs_to_export(person_id: int) -> list[Pack]:
    """Return all packs of a person with their movements, oldest first."""
    rows = Pack.objects.select_related("kind").prefetch_related("movements")
    return list(rows.filter(person_id=person_id).order_by("pk"))
