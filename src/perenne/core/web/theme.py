"""The owner's colour as a stylesheet: the content policy forbids inline styles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_safe

from perenne.core.domain.colour import DEFAULT, NotAColour, rgb, shades
from perenne.core.queries import current_business

if TYPE_CHECKING:
    from django.http import HttpRequest


def brand_colour() -> str:
    """Return the business's colour, or the product's before set-up."""
    business = current_business()
    colour = business.brand_colour if business else DEFAULT
    try:
        rgb(colour)
    except NotAColour:
        return DEFAULT
    return colour


def stylesheet(colour: str) -> str:
    """Return the four custom properties of the accent in both themes."""
    light, dark = shades(colour, dark=False), shades(colour, dark=True)

    def both(name: str) -> str:
        return f"light-dark({getattr(light, name)}, {getattr(dark, name)})"

    names = {
        "--accent": "accent",
        "--accent-ink": "ink",
        "--accent-strong": "strong",
        "--accent-tint": "tint",
    }
    lines = [f"{prop}:{both(name)}" for prop, name in names.items()]
    return "@layer tokens{:root{" + ";".join(lines) + "}}"


def _etag(_request: HttpRequest) -> str:
    return f'"{brand_colour().lstrip("#")}"'


@require_safe
@cache_control(public=True, max_age=3600)
@condition(etag_func=_etag)
def theme(_request: HttpRequest) -> HttpResponse:
    """Answer /theme.css; the link carries the colour, so a change shows at once."""
    return HttpResponse(stylesheet(brand_colour()), content_type="text/css")


@require_safe
@cache_control(public=True, max_age=86_400)
def favicon(_request: HttpRequest) -> HttpResponse:
    """Answer browsers that ask for /favicon.ico whatever the page says."""
    return redirect(static("core/favicon.svg"))
