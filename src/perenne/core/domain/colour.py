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
# The page's darkest light background and lightest dark one: if a colour reads on these,
# it reads on every background of perenne.css.
LIGHT, DARK = "#f5f0e8", "#211e1b"
_WHITE, _BLACK, _NIGHT = "#ffffff", "#000000", "#17110f"

Rgb = tuple[int, int, int]


class NotAColour(ValueError):
    """The text is not a colour written as #rrggbb or #rgb."""


@dataclass(frozen=True, slots=True)
class Shades:
    """The accent in one theme, each "#rrggbb".

    accent  buttons, links: 4.5:1 on every background of the theme
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


def readable(colour: str, background: str, ratio: float = _TEXT_RATIO) -> str:
    """Return the colour, darkened or lightened only as far as the ratio needs."""
    towards = _BLACK if luminance(background) > 0.18 else _WHITE
    for step in range(_STEPS + 1):
        shade = mix(colour, towards, step / _STEPS)
        if contrast(shade, background) >= ratio:
            return shade
    return towards


def shades(colour: str, *, dark: bool) -> Shades:
    """Return the accent for the light or the dark theme from any colour."""
    background = DARK if dark else LIGHT
    accent = readable(colour, background)
    inks = sorted((_WHITE, _NIGHT), key=lambda ink: contrast(ink, accent))
    tint = mix(background if dark else _WHITE, colour, 0.1)
    return Shades(
        accent=accent,
        ink=readable(inks[-1], accent, 4.5),
        strong=readable(
            colour, tint if dark else mix(LIGHT, colour, 0.1), _STRONG_RATIO
        ),
        tint=tint,
    )
