"""Where the marks of a chart stand: numbers in, coordinates out.

Values are whole units of what is counted (cents, minutes, people); coordinates are user
units of a 640-wide SVG whose origin is the top left corner.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 84, 8, 16, 36
SERIES_COLOURS = 6
_MOST_LABELS = 6
_NICE = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Series:
    """One named row of values; None where nothing is known."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line of the scale and the value it stands for."""

    y: float
    value: float


@dataclass(frozen=True, slots=True)
class Label:
    """A word under the horizontal axis; anchor is SVG's text-anchor."""

    x: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Mark:
    """One shape. kind: "line", "zone" or "range" (path d), "bar" (rect), "dot" (x, y).

    slot is the colour, 1 to 6; name, label and value say what the shape shows.
    """

    kind: str
    slot: int
    d: str = ""
    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0
    name: str = ""
    label: str = ""
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """All that is drawn, in drawing order."""

    rules: tuple[Rule, ...]
    labels: tuple[Label, ...]
    marks: tuple[Mark, ...]
    zero_y: float
    goal_y: float | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One bar of a funnel.

    share_of_first  of the first stage's count, 0 to 1, None when that is zero
    share_of_last   of the stage before, None for the first and after a zero
    """

    label: str
    count: int
    y: float
    width: float
    share_of_first: float | None
    share_of_last: float | None


def slot(index: int) -> int:
    """Return the colour of the index-th series (from 0), 1 to 6, then round again."""
    return index % SERIES_COLOURS + 1


def scale_ticks(low: float, high: float, *, base: float = 1) -> tuple[float, ...]:
    """Return round values that enclose low, high and zero, three to seven of them.

    base  the unit people count in: 100 for cents shown as euros, 60 for minutes as hours
    """
    low, high = min(low, 0) / base, max(high, 0) / base
    if high - low < 1e-6:  # nothing to see, or too small for a step to be computed
        high = low + 1
    raw = (high - low) / 4
    power = 10 ** math.floor(math.log10(raw))
    step = next(nice * power for nice in _NICE if nice * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(round(count * step * base, 6) for count in range(first, last + 1))


def line_plot(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    base: float = 1,
    goal: float | None = None,
    filled: bool = False,
) -> Plot:
    """Return lines over the labels, broken where a value is None; filled to zero if asked."""
    values = [v for row in series for v in row.values if v is not None]
    scale = _Scale(values + ([goal] if goal is not None else []), base)
    xs = _points_x(len(labels))
    marks: list[Mark] = []
    for index, row in enumerate(series):
        runs = _runs(xs, [scale.y_or_none(v) for v in row.values])
        if filled:
            marks += [
                Mark("zone", slot(index), d=_closed(run, scale.zero)) for run in runs
            ]
        for run in runs:
            if len(run) > 1:
                marks.append(Mark("line", slot(index), d=_path(run), name=row.name))
        marks += _dots(labels, xs, row, colour=slot(index), scale=scale)
    return Plot(
        scale.rules,
        _labels(labels, xs),
        tuple(marks),
        scale.zero,
        scale.y(goal) if goal is not None else None,
    )


def bar_plot(
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    base: float = 1,
    goal: float | None = None,
) -> Plot:
    """Return stacked bars: what is above zero piles up, what is below hangs down."""
    ups, downs = [0.0] * len(labels), [0.0] * len(labels)
    for row in series:
        for at, value in enumerate(row.values):
            ups[at] += max(value or 0, 0)
            downs[at] += min(value or 0, 0)
    scale = _Scale([*ups, *downs, *([goal] if goal is not None else [])], base)
    room = (WIDTH - LEFT - RIGHT) / max(len(labels), 1)
    width = min(room * 0.7, 48)
    xs = [LEFT + room * (at + 0.5) for at in range(len(labels))]
    tops, feet = [0.0] * len(labels), [0.0] * len(labels)
    marks = []
    for index, row in enumerate(series):
        for at, value in enumerate(row.values):
            if not value:
                continue
            pile = tops if value > 0 else feet
            start, pile[at] = pile[at], pile[at] + value
            high, low = scale.y(max(start, pile[at])), scale.y(min(start, pile[at]))
            marks.append(
                Mark(
                    "bar",
                    slot(index),
                    x=_short(xs[at] - width / 2),
                    y=high,
                    width=_short(width),
                    height=_short(low - high),
                    name=row.name,
                    label=labels[at],
                    value=value,
                )
            )
    return Plot(
        scale.rules,
        _labels(labels, xs, inside=True),
        tuple(marks),
        scale.zero,
        scale.y(goal) if goal is not None else None,
    )


def band_plot(
    labels: Sequence[str],
    low: Sequence[float],
    high: Sequence[float],
    *,
    middle: Series | None = None,
    actual: Series | None = None,
    base: float = 1,
) -> Plot:
    """Return a forecast's range, its middle and what really happened so far."""
    lines = [row for row in (middle, actual) if row is not None]
    known = [v for row in lines for v in row.values if v is not None]
    scale = _Scale([*low, *high, *known], base)
    xs = _points_x(len(labels))
    edge = [(x, scale.y(v)) for x, v in zip(xs, high, strict=True)]
    back = [(x, scale.y(v)) for x, v in zip(xs, low, strict=True)][::-1]
    marks = [Mark("range", 1, d=_path([*edge, *back]) + "Z")] if edge else []
    for index, row in enumerate(lines):
        runs = _runs(xs, [scale.y_or_none(v) for v in row.values])
        marks += [
            Mark("line", slot(index), d=_path(run), name=row.name)
            for run in runs
            if len(run) > 1
        ]
        marks += _dots(labels, xs, row, colour=slot(index), scale=scale)
    return Plot(scale.rules, _labels(labels, xs), tuple(marks), scale.zero)


def funnel_stages(steps: Sequence[tuple[str, int]], *, width: float) -> list[Stage]:
    """Return one bar per step, as wide as its part of the largest count."""
    counts = [count for _label, count in steps]
    most = max([*counts, 1])
    return [
        Stage(
            label=label,
            count=count,
            y=float(at * 56),
            width=_short(width * count / most),
            share_of_first=_part(count, counts[0]),
            share_of_last=_part(count, counts[at - 1]) if at else None,
        )
        for at, (label, count) in enumerate(steps)
    ]


def _part(count: int, whole: int) -> float | None:
    return count / whole if whole else None


def _short(number: float) -> float:
    """Round to a hundredth of a unit: finer than any screen, stable in tests."""
    return round(number, 2)


class _Scale:
    """The vertical scale that holds all values."""

    def __init__(self, values: Iterable[float], base: float) -> None:
        known = [float(value) for value in values] or [0.0]
        ticks = scale_ticks(min(known), max(known), base=base)
        self.low, self.high = ticks[0], ticks[-1]
        self.zero = self.y(0)
        self.rules = tuple(Rule(self.y(tick), tick) for tick in ticks)

    def y(self, value: float) -> float:
        part = (float(value) - self.low) / (self.high - self.low)
        return _short(HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM))

    def y_or_none(self, value: float | None) -> float | None:
        return None if value is None else self.y(value)


def _points_x(count: int) -> list[float]:
    room = WIDTH - LEFT - RIGHT - 16
    if count < 2:
        return [LEFT + 8 + room / 2][:count]
    return [_short(LEFT + 8 + room * at / (count - 1)) for at in range(count)]


def _runs(
    xs: Sequence[float], ys: Sequence[float | None]
) -> list[list[tuple[float, float]]]:
    """Cut a row of points at its gaps."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(xs, ys, strict=True):
        if y is None:
            runs.append([])
        else:
            runs[-1].append((x, y))
    return [run for run in runs if run]


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _closed(points: Sequence[tuple[float, float]], foot: float) -> str:
    return f"{_path(points)}L{points[-1][0]:g} {foot:g}L{points[0][0]:g} {foot:g}Z"


def _dots(
    labels: Sequence[str],
    xs: Sequence[float],
    row: Series,
    *,
    colour: int,
    scale: _Scale,
) -> list[Mark]:
    return [
        Mark(
            "dot",
            colour,
            x=x,
            y=scale.y(value),
            name=row.name,
            label=label,
            value=value,
        )
        for label, x, value in zip(labels, xs, row.values, strict=True)
        if value is not None
    ]


def _labels(
    labels: Sequence[str], xs: Sequence[float], *, inside: bool = False
) -> tuple[Label, ...]:
    """Thin the labels out until they fit; the first and last lean inwards."""
    every = max(1, math.ceil(len(labels) / _MOST_LABELS))
    last = len(labels) - 1
    shown = []
    for at, (text, x) in enumerate(zip(labels, xs, strict=True)):
        if at % every:
            continue
        anchor = "end" if at == last and at and not inside else "middle"
        shown.append(Label(_short(x), text, anchor))
    return tuple(shown)
