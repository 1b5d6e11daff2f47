"""Who is in a segment: one SQL query, never a list in memory."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from perenne.audience.domain import segments
from perenne.audience.domain.segment_sources import segment_sources
from perenne.audience.domain.statuses import SUBSCRIBED
from perenne.audience.models import ContactStatus, PersonTag, Purpose, Segment, Tag
from perenne.core.errors import NotFound
from perenne.core.queries import current_business

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from perenne.audience.domain.segments import Condition, Expression


def segments_by_name() -> QuerySet[Segment]:
    """Return the saved segments."""
    return Segment.objects.order_by("name")


def segment_by_id(segment_id: int) -> Segment:
    """Return a segment.

    Raises  NotFound
    """
    segment = Segment.objects.filter(pk=segment_id).first()
    if segment is None:
        raise NotFound(segment=segment_id)
    return segment


def confirmed_contacts(purpose: str = Purpose.LETTER) -> QuerySet[ContactStatus, int]:
    """Return the ids of persons who may be written to for that purpose."""
    return subscribed(purpose).values_list("person_id", flat=True)


def segment_members(segment_id: int) -> QuerySet[ContactStatus, int]:
    """Return the ids of persons in a segment who may be written to for the letter."""
    expression = segments.read_expression(segment_by_id(segment_id).expression)
    return contacts_in(expression).values_list("person_id", flat=True)


def subscribed(purpose: str = Purpose.LETTER) -> QuerySet[ContactStatus]:
    """Return the rows of everybody who may be written to for that purpose."""
    return ContactStatus.objects.filter(purpose=purpose, status=SUBSCRIBED)


def contacts_in(
    expression: Expression, *, purpose: str = Purpose.LETTER
) -> QuerySet[ContactStatus]:
    """Return the rows of subscribed people for whom the expression holds.

    Raises  LookupError: a condition's source is not registered any more
    """
    rows = subscribed(purpose)
    if not expression.conditions:
        return rows
    join = and_ if expression.match == "all" else or_
    return rows.filter(reduce(join, map(_clause, expression.conditions)))


def _clause(condition: Condition) -> Q:
    clause = _wanted(condition)
    return clause if condition.wanted else ~clause


def _wanted(condition: Condition) -> Q:
    on, value = condition.on, condition.value
    if on == segments.TAG:
        tagged = PersonTag.objects.filter(tag_id=int(str(value))).values("person_id")
        return Q(person_id__in=tagged)
    if on == segments.SOURCE:
        return Q(source=value)
    if on == segments.JOINED_BEFORE:
        return Q(joined_at__lt=_midnight(value))
    if on == segments.JOINED_AFTER:
        return Q(joined_at__gte=_midnight(value))
    return Q(person_id__in=segment_sources.get(on).members(str(value)))


def _midnight(day: date | int | str) -> datetime:
    """Return the start of a civil day in the business's zone, in UTC."""
    business = current_business()
    zone = ZoneInfo(business.time_zone if business else "UTC")
    if isinstance(day, int | str):
        raise segments.SegmentInvalid("the date is not valid")
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)


def sentence_of(expression: Expression) -> str:
    """Return a segment in words: "everybody who has the tag VIP and joined after …"."""
    if not expression.conditions:
        return _("everybody who subscribed")
    join = _(" and ") if expression.match == "all" else _(" or ")
    tags = dict(Tag.objects.values_list("pk", "name"))
    return join.join(_in_words(condition, tags) for condition in expression.conditions)


def _in_words(condition: Condition, tags: dict[int, str]) -> str:
    on, value, wanted = condition.on, condition.value, condition.wanted
    if on == segments.TAG:
        words = _("has the tag %s") if wanted else _("does not have the tag %s")
        return words % tags.get(int(str(value)), "?")
    if on == segments.SOURCE:
        return (_("came by %s") if wanted else _("did not come by %s")) % value
    if on in {segments.JOINED_BEFORE, segments.JOINED_AFTER}:
        before = (on == segments.JOINED_BEFORE) == wanted
        day = date_format(value, "DATE_FORMAT") if isinstance(value, date) else value
        return (_("joined before %s") if before else _("joined on or after %s")) % day
    return segment_sources.get(on).sentence(str(value), wanted=wanted)
