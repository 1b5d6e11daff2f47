"""Where somebody first came from, carried in the form instead of a cookie (AE23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_CAMPAIGN = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
_LONGEST = 200


def first_touch(
    query: Mapping[str, str], *, referrer: str, page: str, own_site: str
) -> dict[str, str]:
    """Return the first touch of a visit: campaign words, referrer from elsewhere, page.

    query     the page's query parameters; only utm_* are read
    referrer  as the browser sent it; our own pages are no referrer
    """
    touch = {key: query.get(key, "").strip()[:_LONGEST] for key in _CAMPAIGN}
    if not referrer.startswith(own_site):
        touch["referrer"] = referrer.strip()[:_LONGEST]
    touch["page"] = page[:_LONGEST]
    return {key: value for key, value in touch.items() if value}
