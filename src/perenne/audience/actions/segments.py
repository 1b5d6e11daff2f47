"""Keep segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.audience.domain.segments import SegmentInvalid, write_expression
from perenne.audience.models import Segment
from perenne.audience.queries.segments import expression_in
from perenne.core import log
from perenne.core.errors import Refusal

if TYPE_CHECKING:
    from datetime import datetime


class SegmentNameTaken(Refusal):
    """Two segments cannot have one name."""

    sentence = _("Another segment has this name.")
    field = "name"


class SegmentNameless(Refusal):
    """A segment is found by its name."""

    sentence = _("Give the segment a name.")
    field = "name"


class SegmentUnreadable(Refusal):
    """A condition is not complete."""

    sentence = _("Complete or remove the conditions that are not filled in.")


@transaction.atomic
def keep_segment(
    segment_id: int | None,
    *,
    name: str,
    expression: dict[str, Any],
    actor: str,
    now: datetime,
) -> Segment:
    """Add a segment (None), or change one.

    Raises  SegmentNameTaken, SegmentNameless, SegmentUnreadable: nothing was changed
    """
    try:
        kept = write_expression(expression_in(expression))
    except SegmentInvalid as error:
        raise SegmentUnreadable from error
    title = " ".join(name.split())[:100]
    if not title:
        raise SegmentNameless
    if Segment.objects.filter(name__iexact=title).exclude(pk=segment_id or 0).exists():
        raise SegmentNameTaken
    if segment_id is None:
        segment = Segment.objects.create(name=title, expression=kept, created_at=now)
    else:
        Segment.objects.filter(pk=segment_id).update(name=title, expression=kept)
        segment = Segment.objects.get(pk=segment_id)
    log.record("audience.segment_kept", actor=actor, obj=segment, at=now)
    return segment
