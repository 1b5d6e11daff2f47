"""The owner's colour made readable: contrast computed, never hoped for.

Source: WCAG 2.2, relative luminance and contrast ratio; 1.4.3 asks 4.5:1 for text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)
_TEXT_RATIO = 4.6  # a little above 4.5, so that rounding to hex never falls below it
_STRONG_RATIO = 7.1
_STEPS = 50
DEFAULT = "#7a3e2b"
# What stands behind links and buttons in perenne.css: first the surface that is hardest to
# read on, then the tints of good, warn, bad and info. A test holds the two files together.
LIGHT = ("#f5f0e8", "#e7f2ea", "#fbf1de", "#fbeae7", "#e8f0f8")
DARK = ("#211e1b", "#1b2b20", "#30261a", "#361f1c", "#1a2733")
_WHITE, _BLACK, _NIGHT = "#ffffff", "#000000", "#17110f"

Rgb = tuple[int, int, int]


class NotAColour(ValueError):
    """The text is not a colour written as #rrggbb or #rgb."""


@dataclass(frozen=True, slots=True)
class Shades:
    """The accent in one theme, each "#rrggbb".

    accent  buttons, links: 4.5:1 on every background of the theme, its tints too
    ink     text on the accent
    strong  hover, text on the tint: 7:1
    tint    quiet background
    """

    accent: str
    ink: str
    strong: str
    tint: str


def rgb(text: str) -> Rgb:
    """Return red, green and blue (0-255) of "#rrggbb" or "#rgb"; NotAColour otherwise."""
    found = _HEX.fullmatch(text.strip())
    if found is None:
        raise NotAColour(text)
    digits = found[1] if len(found[1]) == 6 else "".join(c * 2 for c in found[1])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def luminance(text: str) -> float:
    """Return the relative luminance, 0 (black) to 1 (white)."""
    parts = [channel / 255 for channel in rgb(text)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21, in either order."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """Return one moved towards other by share (0 stays, 1 arrives)."""
    pairs = zip(rgb(one), rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def readable(colour: str, *backgrounds: str, ratio: float = _TEXT_RATIO) -> str:
    """Return the colour, darkened or lightened only as far as the ratio needs.

    backgrounds  all of them light, or all of them dark
    """
    towards = _BLACK if luminance(backgrounds[0]) > 0.18 else _WHITE
    for step in range(_STEPS + 1):
        shade = mix(colour, towards, step / _STEPS)
        if min(contrast(shade, background) for background in backgrounds) >= ratio:
            return shade
    return towards


def shades(colour: str, *, dark: bool) -> Shades:
    """Return the accent for the light or the dark theme from any colour."""
    backgrounds = DARK if dark else LIGHT
    tint = mix(DARK[0] if dark else _WHITE, colour, 0.1)
    accent = readable(colour, *backgrounds, tint)
    inks = sorted((_WHITE, _NIGHT), key=lambda ink: contrast(ink, accent))
    return Shades(
        accent=accent,
        ink=readable(inks[-1], accent, ratio=4.5),
        strong=readable(
            colour, tint if dark else mix(LIGHT[0], colour, 0.1), ratio=_STRONG_RATIO
        ),
        tint=tint,
    )
