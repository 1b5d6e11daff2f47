"""Who is in a segment: one SQL query, never a list in memory."""

from __future__ import annotations

from functools import cache, reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from perenne.audience.domain.segment_sources import segment_sources
from perenne.audience.domain.segments import (
    Condition,
    Group,
    asked_of,
    read_expression,
)
from perenne.audience.domain.statuses import SUBSCRIBED
from perenne.audience.models import ContactStatus, Purpose, Segment
from perenne.audience.queries.segment_conditions import CONDITIONS
from perenne.audience.queries.segment_fields import field_conditions
from perenne.core.errors import NotFound
from perenne.core.queries import current_business

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet

    from perenne.audience.domain.segment_sources import SegmentSource
    from perenne.audience.domain.segments import Kind


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


def known_conditions() -> dict[str, SegmentSource]:
    """Return whatever a condition may be on, by key; one query, for the owner's fields.

    Ours first, then the owner's own fields, then the apps' above.
    """
    return {**CONDITIONS, **field_conditions(), **dict(segment_sources)}


def kinds() -> dict[str, Kind]:
    """Return the kind of whatever a condition may be on, by key."""
    return {key: source.kind for key, source in known_conditions().items()}


def expression_in(data: Any) -> Group:
    """Return the expression that JSON means.

    Raises  SegmentInvalid: it cannot be read, or asks for what nobody answers
    """
    return read_expression(data, kinds())


def confirmed_contacts(purpose: str = Purpose.LETTER) -> QuerySet[ContactStatus, int]:
    """Return the ids of persons who may be written to for that purpose."""
    return subscribed(purpose).values_list("person_id", flat=True)


def segment_members(segment_id: int, *, now: datetime) -> QuerySet[ContactStatus, int]:
    """Return the ids of persons in a segment who may be written to for the letter.

    Raises  NotFound, SegmentInvalid
    """
    expression = expression_in(segment_by_id(segment_id).expression)
    return contacts_in(expression, now=now).values_list("person_id", flat=True)


def subscribed(purpose: str = Purpose.LETTER) -> QuerySet[ContactStatus]:
    """Return the rows of everybody who may be written to for that purpose."""
    return ContactStatus.objects.filter(purpose=purpose, status=SUBSCRIBED)


def contacts_in(
    expression: Group, *, now: datetime, purpose: str = Purpose.LETTER
) -> QuerySet[ContactStatus]:
    """Return the rows of subscribed people for whom the expression holds, by one query."""
    rows = subscribed(purpose)
    if not expression.of:
        return rows
    business = current_business()
    zone = ZoneInfo(business.time_zone if business else "UTC")
    known = known_conditions()

    def holds(condition: Condition) -> Q:
        asked, wanted = asked_of(condition, now=now, zone=zone)
        found = _among(known[condition.on].members(asked))
        return found if wanted else ~found

    return rows.filter(_clause(expression, holds))


def _clause(node: Condition | Group, holds: Callable[[Condition], Q]) -> Q:
    if isinstance(node, Condition):
        return holds(node)
    parts = [_clause(part, holds) for part in node.of]
    if node.match == "all":
        return reduce(and_, parts)
    return reduce(or_, parts) if node.match == "any" else ~reduce(or_, parts)


def _among(members: QuerySet[Any, Any]) -> Q:
    """Return the condition that a contact's person is one of some.

    Correlated, so that it is looked up in an index for each row that is asked about
    rather than made into a list first.
    """
    (column,) = members.query.values_select
    return Q(Exists(members.filter(**{column: OuterRef("person_id")})))


class SegmentWords:
    """Puts segments into words; asks each source for its choices once."""

    def __init__(self) -> None:
        self.sources = known_conditions()
        self.kinds = {key: source.kind for key, source in self.sources.items()}
        self.names: Callable[[str], dict[str, str]] = cache(self._names)

    def _names(self, on: str) -> dict[str, str]:
        return {value: str(label) for value, label in self.sources[on].choices()}

    def sentence(self, expression: Group) -> str:
        """Return a segment in words: "has the tag VIP and (bought “Light” or …)"."""
        if not expression.of:
            return _("everybody who subscribed")
        return self._said(expression, outermost=True)

    def _said(self, node: Condition | Group, *, outermost: bool = False) -> str:
        if isinstance(node, Condition):
            names = self.names(node.on)
            return self.sources[node.on].sentence(node, names)
        parts = [self._said(part) for part in node.of]
        if node.match == "none":
            words = ngettext("not (%s)", "none of these: (%s)", len(parts))
            return words % "; ".join(parts)
        joined = (_(" and ") if node.match == "all" else _(" or ")).join(parts)
        return joined if outermost or len(parts) == 1 else f"({joined})"
