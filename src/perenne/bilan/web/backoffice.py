"""The bilan, the rows behind each figure, and how each source is declared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from perenne.bilan.actions import choose_activity
from perenne.bilan.domain.drill import TIME_FIGURES, rows_behind
from perenne.bilan.domain.review import make_review
from perenne.bilan.queries import (
    activities,
    business_today,
    inputs_for,
    social_rate,
    streams_to_declare,
)
from perenne.bilan.web.choice import DATE_LABELS, PERIOD_LABELS, choice_of
from perenne.bilan.web.forms import ContributionsForm
from perenne.bilan.web.words import CAUSES, FIGURES, gaps, headline, percent
from perenne.core import clock
from perenne.core.domain.charts import Series
from perenne.core.errors import NotFound
from perenne.core.templatetags.perenne import money
from perenne.core.web.desk import actor_of, desk_view

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from perenne.bilan.domain.holidays import AwayCash, HolidayTest
    from perenne.bilan.domain.review import LaunchLine, Review

_ROWS_A_PAGE = 200


@desk_view("bilan.view_streamactivity")
def bilan(request: HttpRequest) -> HttpResponse:
    """Show the review of a period."""
    now = clock.now()
    today = business_today(now)
    choice = choice_of(request.GET, today)
    review = make_review(inputs_for(choice.period, date_rule=choice.date_rule, now=now))
    context = {
        "choice": choice,
        "periods": PERIOD_LABELS.items(),
        "date_rules": DATE_LABELS.items(),
        "date_words": DATE_LABELS[choice.date_rule],
        "review": review,
        "headline": headline(review),
        "gaps": gaps(review),
        "running": choice.period.has(today),
        "confidence": review.coverage.confidence,
        "coverage": percent(review.coverage.share),
        "lines": [
            {"line": line, "passive": percent(line.passive)} for line in review.lines
        ],
        "chart": _chart(review),
        "away": [_away(test, review.currency) for test in review.holidays],
        "launches": [_launch(line) for line in review.launches],
        "dependencies": _dependencies(review),
    }
    return render(request, "bilan/desk/bilan.html", context)


def _chart(review: Review) -> dict[str, Any]:
    return {
        "labels": [date_format(month, "N Y") for month in review.months],
        "series": [
            Series(source.name, values) for source, values in review.net_by_month
        ],
        "sentence": _("%(net)s net came in, all sources together.")
        % {"net": money(review.net, review.currency)},
    }


def _away(test: HolidayTest, currency: str) -> dict[str, Any]:
    received, sold = test.received, test.sold
    by_cause = dict(sold.by_cause)
    causes = list(dict(received.by_cause) | by_cause)
    of_received = dict(received.by_cause)
    return {
        "test": test,
        "sentence": _away_sentence(received, currency),
        "received": percent(received.kept),
        "sold": percent(sold.kept),
        "causes": [
            (
                CAUSES.get(cause, cause),
                of_received.get(cause, 0),
                by_cause.get(cause, 0),
            )
            for cause in causes
        ],
    }


def _away_sentence(seen: AwayCash, currency: str) -> str:
    net = money(seen.net, currency)
    if seen.kept is None or seen.normal_week is None:
        return _(
            "%(net)s came in. A normal week is not known yet: it takes 8 weeks of books."
        ) % {"net": net}
    return _("%(net)s came in: %(kept)s of a normal week (%(normal)s) was kept.") % {
        "net": net,
        "kept": percent(seen.kept),
        "normal": money(seen.normal_week, currency),
    }


def _launch(line: LaunchLine) -> dict[str, Any]:
    return {
        "line": line,
        "share": percent(line.share),
        "low": percent(line.low),
        "high": percent(line.high),
    }


def _dependencies(review: Review) -> list[dict[str, Any]]:
    pairs = [
        (_("Sources of income"), review.by_stream),
        (_("Clients"), review.by_client),
    ]
    return [
        {
            "over": over,
            "first": found.top_name,
            "share": percent(found.top_share),
            "effective": found.effective_number,
            "count": found.count,
        }
        for over, found in pairs
        if found
    ]


@desk_view("bilan.view_streamactivity")
def rows(request: HttpRequest) -> HttpResponse:
    """Show the rows one figure was made from, with its definition."""
    now = clock.now()
    choice = choice_of(request.GET, business_today(now))
    figure = request.GET.get("figure", "")
    stream, absence = request.GET.get("stream", ""), request.GET.get("absence", "")
    facts = inputs_for(choice.period, date_rule=choice.date_rule, now=now)
    try:
        drill = rows_behind(
            figure,
            facts,
            stream_id=int(stream) if stream.isdigit() else None,
            absence_id=int(absence) if absence.isdigit() else None,
            by_sold=request.GET.get("by") == "sold",
        )
    except LookupError:
        raise NotFound from None
    names = {source.stream_id: source.name for source in facts.sources}
    found: list[Any] = [*drill.work, *drill.cash]  # one of the two is empty
    page = Paginator(found, _ROWS_A_PAGE).get_page(request.GET.get("page"))
    asked = request.GET.copy()
    asked.pop("page", None)
    context = {
        "choice": choice,
        "figure": figure,
        "label": FIGURES[figure][0],
        "definition": FIGURES[figure][1],
        "stream": names.get(int(stream)) if stream.isdigit() else "",
        "drill": drill,
        "is_time": figure in TIME_FIGURES,
        "page": page,
        "rows": [(row, _stream_name(names, row.stream_id)) for row in page],
        "currency": facts.currency,
        "query": asked.urlencode(),
        "date_words": DATE_LABELS[choice.date_rule],
    }
    return render(request, "bilan/desk/rows.html", context)


def _stream_name(names: dict[int, str], stream_id: int | None) -> str:
    return names.get(stream_id, "") if stream_id else _("Shared by all")


@desk_view("bilan.change_streamactivity")
def contributions(request: HttpRequest) -> HttpResponse:
    """Say under which activity each source of income is declared."""
    now = clock.now()
    streams = streams_to_declare()
    form = ContributionsForm(request.POST or None, streams=streams, chosen=activities())
    if request.method == "POST" and form.is_valid():
        for stream_id, activity in form.changes():
            choose_activity(
                stream_id, activity=activity, actor=actor_of(request), now=now
            )
        messages.success(request, _("The bilan now deducts what you said."))
        return redirect("desk_bilan")
    rate, today = social_rate(), business_today(now)
    rates = [
        (stream.name, found / 100)
        for stream in streams
        if (found := rate(stream.pk, today)) is not None
    ]
    context = {"form": form, "rates": rates}
    return render(request, "bilan/desk/contributions.html", context)
