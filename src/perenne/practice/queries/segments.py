"""Segments by booked sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max, Q
from django.utils.translation import gettext_lazy as _

from perenne.audience.api import SegmentPart
from perenne.practice.models import Booking, Service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import QuerySet

    from perenne.audience.api import Asked

_SESSIONS = _("Sessions")


def _services() -> Sequence[tuple[str, str]]:
    rows = Service.objects.order_by("name").values_list("pk", "name")
    return [(str(pk), name) for pk, name in rows]


def _booked(asked: Asked) -> QuerySet[Booking, Any]:
    chosen = str(asked.value)
    service = int(chosen) if chosen.isdecimal() else 0
    rows = Booking.objects.exclude(state=Booking.State.CANCELLED)
    return rows.filter(service_id=service).values("person_id")


def _held() -> QuerySet[Booking]:
    return Booking.objects.filter(state=Booking.State.HELD)


def _sessions_held(asked: Asked) -> QuerySet[Booking, Any]:
    by_person = _held().values("person_id").annotate(n=Count("pk"))
    return by_person.filter(n__gte=asked.value).values("person_id")


def _last_session(asked: Asked) -> QuerySet[Booking, Any]:
    compared = {"since": "gte", "before": "lt"}[asked.op]
    by_person = _held().values("person_id").annotate(last=Max("starts_at"))
    found = by_person.filter(Q(**{f"last__{compared}": asked.value}))
    return found.values("person_id")


SOURCES: dict[str, SegmentPart] = {
    "booked": SegmentPart(
        label=_("Has booked"),
        group=_SESSIONS,
        kind="choice",
        said=_("booked “%s”"),
        denied=_("did not book “%s”"),
        list_choices=_services,
        find=_booked,
    ),
    "sessions": SegmentPart(
        label=_("Sessions held"), group=_SESSIONS, kind="number", find=_sessions_held
    ),
    "last_session": SegmentPart(
        label=_("Last session held"), group=_SESSIONS, kind="date", find=_last_session
    ),
}
