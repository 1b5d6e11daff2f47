"""Charts: where the marks stand."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from perenne.core.domain.charts import (
    BOTTOM,
    HEIGHT,
    TOP,
    Series,
    band_plot,
    bar_plot,
    funnel_stages,
    line_plot,
    scale_ticks,
    slot,
)

FOOT, HEAD = HEIGHT - BOTTOM, TOP


@pytest.mark.parametrize(
    ("low", "high", "base", "expected"),
    [
        (0, 0, 1, (0, 0.25, 0.5, 0.75, 1)),
        (0, 100, 1, (0, 25, 50, 75, 100)),
        (0, 324_000, 100, (0, 100_000, 200_000, 300_000, 400_000)),
        (0, 310, 60, (0, 120, 240, 360)),
        (-50, 100, 1, (-50, 0, 50, 100)),
        (20, 90, 1, (0, 25, 50, 75, 100)),
        (-90, -20, 1, (-100, -75, -50, -25, 0)),
    ],
)
def test_ticks_are_round_and_hold_zero(low, high, base, expected):
    assert scale_ticks(low, high, base=base) == expected


@given(
    st.floats(-1e9, 1e9, allow_nan=False),
    st.floats(0, 1e9),
    st.sampled_from([1, 60, 100]),
)
@example(0.0, 5e-324, 1)
def test_ticks_enclose_every_value(low, width, base):
    ticks = scale_ticks(low, low + width, base=base)
    slack = 1e-3 + 1e-8 * (abs(low) + width)  # far below a pixel of that scale
    assert ticks[0] <= min(low, 0) + slack
    assert ticks[-1] >= max(low + width, 0) - slack
    assert len(ticks) <= 8


def test_a_gap_breaks_the_line():
    plot = line_plot(["a", "b", "c", "d"], [Series("x", [0, 100, None, 50])])
    lines = [mark for mark in plot.marks if mark.kind == "line"]
    dots = [(mark.label, mark.y) for mark in plot.marks if mark.kind == "dot"]
    assert [line.d for line in lines] == ["M92 264L269.33 16"]
    assert dots == [("a", FOOT), ("b", HEAD), ("d", (FOOT + HEAD) / 2)]


def test_an_area_reaches_down_to_zero():
    plot = line_plot(["a", "b"], [Series("x", [100, 100])], filled=True)
    assert plot.marks[0].kind == "zone"
    assert plot.marks[0].d == "M92 16L624 16L624 264L92 264Z"


def test_bars_pile_up_above_zero_and_hang_below():
    plot = bar_plot(
        ["a", "b"],
        [Series("x", [60, 20]), Series("y", [40, -100]), Series("z", [0, None])],
    )
    piles = [(m.label, m.name, m.y, m.height) for m in plot.marks]
    assert plot.zero_y == 140
    assert piles == [
        ("a", "x", 65.6, 74.4),
        ("b", "x", 115.2, 24.8),
        ("a", "y", 16, 49.6),
        ("b", "y", 140, 124),
    ]


def test_a_goal_is_on_the_scale():
    assert bar_plot(["a"], [Series("x", [10])], goal=100).goal_y == HEAD


def test_a_band_runs_forth_and_back():
    plot = band_plot(["a", "b"], [0, 0], [100, 50], actual=Series("came", [20, None]))
    assert plot.marks[0].d == "M92 16L624 140L624 264L92 264Z"
    assert [(m.kind, m.value) for m in plot.marks[1:]] == [("dot", 20)]


@pytest.mark.parametrize(
    ("counts", "widths", "of_last"),
    [
        ([200, 50, 10], [100, 25, 5], [None, 0.25, 0.2]),
        ([0, 0], [0, 0], [None, None]),
        ([1, 2], [50, 100], [None, 2]),
    ],
)
def test_a_funnel_compares_each_stage_with_the_one_before(counts, widths, of_last):
    stages = funnel_stages([(str(c), c) for c in counts], width=100)
    assert [s.width for s in stages] == widths
    assert [s.share_of_last for s in stages] == of_last


def test_empty_charts_are_drawn_without_marks():
    assert (
        line_plot([], []).marks,
        bar_plot([], []).marks,
        band_plot([], [], []).marks,
        funnel_stages([], width=100),
    ) == ((), (), (), [])


def test_labels_are_thinned_until_they_fit():
    names = [str(number) for number in range(24)]
    plot = bar_plot(names, [Series("x", [1] * 24)])
    assert [label.text for label in plot.labels] == ["0", "4", "8", "12", "16", "20"]


def test_colours_come_round_again():
    assert [slot(index) for index in range(7)] == [1, 2, 3, 4, 5, 6, 1]
