"""The owner's screens for segments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from perenne.audience.actions.segments import SegmentUnreadable, keep_segment
from perenne.audience.domain.segment_versions import upgraded
from perenne.audience.domain.segments import SegmentInvalid, read_expression
from perenne.audience.queries import segments
from perenne.audience.queries.segment_counts import headcount, sample_of
from perenne.audience.web import segment_form
from perenne.core import clock
from perenne.core.errors import Refusal
from perenne.core.web.desk import actor_of, desk_view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from perenne.audience.domain.segments import Problem
    from perenne.audience.models import Segment

_LISTED = 200


@desk_view("audience.view_segment")
def segment_list(request: HttpRequest) -> HttpResponse:
    """List segments as sentences."""
    words = segments.SegmentWords()
    rows = [
        (segment, _sentence(segment, words))
        for segment in segments.segments_by_name()[:_LISTED]
    ]
    return render(request, "audience/backoffice/segments.html", {"rows": rows})


def _sentence(segment: Segment, words: segments.SegmentWords) -> str:
    try:
        return words.sentence(read_expression(segment.expression, words.kinds))
    except SegmentInvalid:
        return _("This segment asks for something that is not there any more.")


@desk_view("audience.change_segment")
def segment_edit(request: HttpRequest, segment_id: int | None = None) -> HttpResponse:
    """Build a segment: each button shows the page anew, with who is in it now."""
    segment = segments.segment_by_id(segment_id) if segment_id else None
    if request.method != "POST":
        tree = upgraded(segment.expression) if segment else {}
        tree = {"version": 2, "match": "all", "of": []} | (tree or {})
        return _page(request, segment, name=segment.name if segment else "", tree=tree)
    name, order = request.POST.get("name", ""), request.POST.get("do", "save")
    tree = segment_form.tree_from(request.POST, segments.kinds())
    if order != "save":
        tree = segment_form.changed_tree(tree, order)
        return _page(request, segment, name=name, tree=tree)
    try:
        kept = keep_segment(
            segment_id,
            name=name,
            expression=tree,
            actor=actor_of(request),
            now=clock.now(),
        )
    except Refusal as said:
        return _page(request, segment, name=name, tree=tree, refusal=said)
    messages.success(request, _("The segment is kept."))
    return redirect("desk_audience_segment", kept.pk)


def _page(
    request: HttpRequest,
    segment: Segment | None,
    *,
    name: str,
    tree: dict[str, Any],
    refusal: Refusal | None = None,
) -> HttpResponse:
    """Show the builder; problems are told once the owner wanted to keep it."""
    words = segments.SegmentWords()
    found, problems = _people(tree, words)
    told: list[Problem] = problems if isinstance(refusal, SegmentUnreadable) else []
    context = {
        "segment": segment,
        "name": name,
        "refusal": refusal,
        "root": segment_form.places(tree, told, words),
        "matches": segment_form.MATCH_LABELS,
        "subjects": segment_form.subjects(words),
        "incomplete": bool(problems),
        **found,
    }
    status = 422 if refusal else 200
    return render(request, "audience/backoffice/segment.html", context, status=status)


def _people(
    tree: dict[str, Any], words: segments.SegmentWords
) -> tuple[dict[str, Any], list[Problem]]:
    """Return who the segment holds now, or what keeps it from being read."""
    try:
        expression = read_expression(tree, words.kinds)
    except SegmentInvalid as invalid:
        return {}, invalid.problems
    contacts = segments.contacts_in(expression, now=clock.now())
    counted = headcount(contacts)
    return {
        "sentence": words.sentence(expression),
        "counted": counted,
        "sample": sample_of(contacts, counted),
    }, []
