"""Charts as inline SVG: classes for colours, a sentence above, a table beneath.

`unit` says what the values count: "count", "minutes", "percent" (of 1), or a currency
("EUR": the values are cents). `series` is a list of core.domain.charts.Series.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

from babel.numbers import format_compact_currency, format_decimal, format_percent
from django import template
from django.utils.translation import get_language

from perenne.core.domain import charts
from perenne.core.domain.money import Money, minor_digits
from perenne.core.templatetags.perenne import hours, money

if TYPE_CHECKING:
    from collections.abc import Sequence

    from perenne.core.domain.charts import Plot, Series

register = template.Library()
_FUNNEL_WIDTH = 520


def _base(unit: str) -> float:
    plain = {"count": 1, "minutes": 60, "percent": 0.01}
    return plain[unit] if unit in plain else 10 ** minor_digits(unit)


def _written(value: float | None, unit: str) -> str:
    """Write a value in full, as the table shows it."""
    if value is None:
        return "—"
    language = get_language() or "fr"
    if unit == "count":
        return str(format_decimal(value, locale=language))
    if unit == "percent":
        return str(format_percent(value, format="#,##0.#%", locale=language))
    return hours(round(value)) if unit == "minutes" else money(round(value), unit)


def _tick(value: float, unit: str) -> str:
    """Write a value shortly, as the scale shows it."""
    if unit == "minutes":
        return f"{value / 60:g} h"
    if unit in {"count", "percent"}:
        return _written(value, unit)
    amount = Money(round(value), unit)
    return str(
        format_compact_currency(
            amount.decimal(), unit, locale=get_language() or "fr", fraction_digits=1
        )
    )


def _context(
    plot: Plot,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    sentence: str,
    unit: str,
) -> dict[str, Any]:
    return {
        "id": f"chart-{crc32(f'{title}{sentence}'.encode()):08x}",
        "title": title,
        "sentence": sentence,
        "viewbox": f"0 0 {charts.WIDTH} {charts.HEIGHT}",
        "left": charts.LEFT,
        "right": charts.WIDTH - charts.RIGHT,
        "foot": charts.HEIGHT - 10,
        "plot": plot,
        "rules": [(rule, _tick(rule.value, unit)) for rule in plot.rules],
        "marks": [(mark, _written(mark.value, unit)) for mark in plot.marks],
        "key": [(charts.slot(at), row.name) for at, row in enumerate(series)],
        "rows": [
            (label, [_written(row.values[at], unit) for row in series])
            for at, label in enumerate(labels)
        ],
    }


@register.inclusion_tag("core/components/chart.html")
def line_chart(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    sentence: str = "",
    unit: str = "count",
    goal: float | None = None,
) -> dict[str, Any]:
    """Draw lines; a None breaks the line."""
    plot = charts.line_plot(labels, series, base=_base(unit), goal=goal)
    return _context(plot, labels, series, title=title, sentence=sentence, unit=unit)


@register.inclusion_tag("core/components/chart.html")
def area_chart(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    sentence: str = "",
    unit: str = "count",
) -> dict[str, Any]:
    """Draw lines filled down to zero."""
    plot = charts.line_plot(labels, series, base=_base(unit), filled=True)
    return _context(plot, labels, series, title=title, sentence=sentence, unit=unit)


@register.inclusion_tag("core/components/chart.html")
def bar_chart(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    title: str,
    sentence: str = "",
    unit: str = "count",
    goal: float | None = None,
) -> dict[str, Any]:
    """Draw stacked bars."""
    plot = charts.bar_plot(labels, series, base=_base(unit), goal=goal)
    return _context(plot, labels, series, title=title, sentence=sentence, unit=unit)


@register.inclusion_tag("core/components/chart.html")
def band_chart(
    labels: Sequence[str],
    low: Series,
    high: Series,
    *,
    title: str,
    sentence: str = "",
    unit: str = "count",
    middle: Series | None = None,
    actual: Series | None = None,
) -> dict[str, Any]:
    """Draw a forecast: the range from low to high, its middle, what really came."""
    plot = charts.band_plot(
        labels,
        [value or 0 for value in low.values],
        [value or 0 for value in high.values],
        middle=middle,
        actual=actual,
        base=_base(unit),
    )
    lines = [row for row in (middle, actual) if row is not None]
    context = _context(
        plot, labels, [*lines, low, high], title=title, sentence=sentence, unit=unit
    )
    context["key"] = context["key"][: len(lines)]
    return context | {"columns": [row.name for row in (*lines, low, high)]}


@register.inclusion_tag("core/components/funnel.html")
def funnel_chart(
    steps: Sequence[tuple[str, int]], *, title: str, sentence: str = ""
) -> dict[str, Any]:
    """Draw the stages of a funnel with their counts and what part went on."""
    stages = charts.funnel_stages(steps, width=_FUNNEL_WIDTH)
    return {
        "id": f"chart-{crc32(f'{title}{sentence}'.encode()):08x}",
        "title": title,
        "sentence": sentence,
        "viewbox": f"0 0 {charts.WIDTH} {56 * len(stages)}",
        "stages": [
            {
                "stage": stage,
                "count": _written(stage.count, "count"),
                "of_last": _written(stage.share_of_last, "percent"),
                "of_first": _written(stage.share_of_first, "percent"),
            }
            for stage in stages
        ],
    }
