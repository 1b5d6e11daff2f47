"""Write services and their opening hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import frontcache, log
from perenne.core.errors import NotFound, Refusal
from perenne.practice.domain.slots import Span
from perenne.practice.models import Availability, Service, SpecialDay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

_MIDNIGHT = "00:00"


class ServiceAddressTaken(Refusal):
    """Another service has that address; nothing was changed."""

    sentence = _("Another service already has this address.")
    field = "slug"


class HoursOverlap(Refusal):
    """Two spans of a weekday overlap or end before they start; nothing was changed."""

    sentence = _("These opening hours overlap or end before they begin.")


@transaction.atomic
def save_service(
    service_id: int | None,
    *,
    hours: Sequence[tuple[int, Span]],
    actor: str,
    now: datetime,
    **fields: Any,
) -> Service:
    """Add a service, or change it; bookings already made stay as they are.

    hours   (weekday, span) in wall time of the business; replaces the weekly hours
    fields  of Service
    Raises  NotFound, ServiceAddressTaken, HoursOverlap: nothing was changed
    """
    service = Service.objects.filter(pk=service_id).first() if service_id else Service()
    if service is None:
        raise NotFound
    taken = Service.objects.filter(slug=fields["slug"]).exclude(pk=service.pk)
    if taken.exists():
        raise ServiceAddressTaken
    _check_hours(hours)
    for name, value in fields.items():
        setattr(service, name, value)
    service.save()
    Availability.objects.filter(service=service).delete()
    Availability.objects.bulk_create(
        Availability(
            service=service, weekday=weekday, starts=span.starts, ends=span.ends
        )
        for weekday, span in hours
    )
    log.record("practice.service_saved", actor=actor, obj=service, at=now)
    frontcache.drop()
    return service


def _check_hours(hours: Sequence[tuple[int, Span]]) -> None:
    for weekday in range(7):
        spans = sorted(span for day, span in hours if day == weekday)
        if any(not _is_forward(span) for span in spans):
            raise HoursOverlap
        for earlier, later in zip(spans, spans[1:], strict=False):
            ends_midnight = f"{earlier.ends:%H:%M}" == _MIDNIGHT
            if ends_midnight or later.starts < earlier.ends:
                raise HoursOverlap


def _is_forward(span: Span) -> bool:
    return span.ends > span.starts or f"{span.ends:%H:%M}" == _MIDNIGHT


@transaction.atomic
def set_special_day(
    service_id: int, *, on: date, span: Span | None, actor: str, now: datetime
) -> SpecialDay:
    """Give one day other hours, or close it (None).

    Raises  NotFound, HoursOverlap: nothing was changed
    """
    service = Service.objects.filter(pk=service_id).first()
    if service is None:
        raise NotFound
    if span is not None and not _is_forward(span):
        raise HoursOverlap
    held = SpecialDay.objects.filter(service=service, on=on)
    (held if span is None else held.filter(starts=None)).delete()
    day = SpecialDay.objects.create(
        service=service,
        on=on,
        starts=span.starts if span else None,
        ends=span.ends if span else None,
    )
    log.record(
        "practice.special_day_set", actor=actor, obj=service, at=now, on=on.isoformat()
    )
    return day


@transaction.atomic
def drop_special_day(special_day_id: int, *, actor: str, now: datetime) -> None:
    """Give a day its weekly hours back; a second call changes nothing."""
    day = SpecialDay.objects.filter(pk=special_day_id).first()
    if day is None:
        return
    log.record(
        "practice.special_day_dropped",
        actor=actor,
        obj=day.service,
        at=now,
        on=day.on.isoformat(),
    )
    day.delete()
