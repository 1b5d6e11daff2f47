"""Every address of the product, with a sample for each of its parts."""

import re
from functools import cache
from urllib.parse import urlsplit

from django.urls import URLPattern, URLResolver, get_resolver, resolve

SAMPLES = {
    "IntConverter": "1",
    "StringConverter": "x",
    "SlugConverter": "x",
    "UUIDConverter": "6a2f41a3-c54c-fce8-32d2-0324e1c32e22",
    "PathConverter": "x",
    "ProviderName": "stripe",
    "MailProviderName": "brevo",
}
# Named groups of the few addresses that are regular expressions.
CHOICES = re.compile(r"\(\?P<\w+>([^)]*)\)")


def _walk(patterns, prefix):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, [*prefix, pattern.pattern])
        elif isinstance(pattern, URLPattern):
            yield pattern, [*prefix, pattern.pattern]


def _part(part):
    text = getattr(part, "_route", None)
    if text is None:
        return CHOICES.sub(
            lambda group: group[1].replace(r"\d+", "1").split("|")[0],
            part._regex.strip("^$"),
        )
    for name, converter in part.converters.items():
        sample = SAMPLES[type(converter).__name__]
        for kind in (
            "int:",
            "str:",
            "slug:",
            "uuid:",
            "path:",
            "payment_provider:",
            "mail_provider:",
            "",
        ):
            text = text.replace(f"<{kind}{name}>", sample)
    return text


def _is_ours(view):
    inner = getattr(view, "view_class", None) or view
    module = getattr(inner, "__module__", "")
    return hasattr(view, "desk_permission") or module.startswith("perenne.")


def our_views():
    """Return {address: view} of everything that is written here."""
    return {
        "/" + "".join(map(_part, parts)): pattern.callback
        for pattern, parts in _walk(get_resolver().url_patterns, [])
        if _is_ours(pattern.callback)
    }


@cache
def _samples():
    """Return {route, as Django's resolver names it: sample address}."""
    return {
        "".join(str(part) for part in parts): "/" + "".join(map(_part, parts))
        for _pattern, parts in _walk(get_resolver().url_patterns, [])
    }


def address_of(path):
    """Return the sample that `our_views` has for a real address."""
    return _samples()[resolve(urlsplit(path).path).route]
