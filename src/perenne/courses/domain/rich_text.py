"""Lesson text: the few tags an editor may leave behind, everything else removed."""

from __future__ import annotations

import re
from functools import lru_cache

import nh3

_TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "ul", "ol", "li", "blockquote"),
    *("b", "strong", "i", "em", "code", "pre", "a", "s", "sub", "sup"),
}
_ONLY_EMPTY = re.compile(r"(?:<p>|</p>|<br>|\s|&nbsp;)*")


@lru_cache(maxsize=512)
def clean_html(html: str) -> str:
    """Return the HTML with only harmless tags, web and mail links; "" when nothing shows.

    Kept in memory for the texts read most: members see the same ones all day.
    """
    cleaned = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener",
    )
    return "" if _ONLY_EMPTY.fullmatch(cleaned) else cleaned
