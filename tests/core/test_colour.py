"""Whatever colour the owner picks, text stays readable."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find
from hypothesis import given
from hypothesis import strategies as st

from perenne.core.domain.colour import (
    DARK,
    LIGHT,
    NotAColour,
    contrast,
    luminance,
    mix,
    readable,
    rgb,
    shades,
)

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#7a3e2b", (122, 62, 43)),
        ("fff", (255, 255, 255)),
        (" #A0b1C2 ", (160, 177, 194)),
    ],
)
def test_a_colour_is_read_in_its_usual_spellings(text, expected):
    assert rgb(text) == expected


@pytest.mark.parametrize("text", ["", "red", "#12", "#12345g", "rgb(1,2,3)"])
def test_anything_else_is_refused(text):
    with pytest.raises(NotAColour):
        rgb(text)


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [("#000", "#fff", 21), ("#777777", "#ffffff", 4.48), ("#123456", "#123456", 1)],
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert round(contrast(one, other), 2) == ratio
    assert contrast(other, one) == contrast(one, other)


def test_mix_stays_or_arrives():
    assert (mix("#102030", "#ffffff", 0), mix("#102030", "#ffffff", 1)) == (
        "#102030",
        "#ffffff",
    )


def test_a_readable_colour_is_left_alone():
    assert readable("#7a3e2b", *LIGHT) == "#7a3e2b"


@given(COLOURS)
def test_every_accent_is_readable_in_both_themes(colour):
    for dark, backgrounds in ((False, LIGHT), (True, DARK)):
        made = shades(colour, dark=dark)
        for background in (*backgrounds, made.tint):
            assert contrast(made.accent, background) >= 4.5
        assert contrast(made.ink, made.accent) >= 4.5
        assert contrast(made.strong, made.tint) >= 4.5


def test_the_backgrounds_are_those_of_the_stylesheet():
    """Each is one of these, or easier to read on than the first."""
    css = Path(find("core/perenne.css")).read_text()
    found = re.findall(
        r"--(?:paper|surface|sunken|(?:good|warn|bad|info)-tint): "
        r"light-dark\((#\w+), (#\w+)\);",
        css,
    )
    assert len(found) == 7
    for light, dark in found:
        assert light in LIGHT or luminance(light) >= luminance(LIGHT[0])
        assert dark in DARK or luminance(dark) <= luminance(DARK[0])
