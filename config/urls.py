"""Every address of the product, top down: one app's pages beside another's.

An app keeps its own addresses in `web/urls.py`: `urlpatterns` for visitors and members,
`desk_urlpatterns` for the owner's screens under /desk/, `hook_urlpatterns` for machines.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls


def _patterns(kind: str) -> list[Any]:
    found: list[Any] = []
    for app in [
        *settings.PERENNE_APPS,
        *(["demo"] if "demo" in settings.INSTALLED_APPS else []),
    ]:
        if find_spec(f"{app}.web") and find_spec(f"{app}.web.urls"):
            found += getattr(import_module(f"{app}.web.urls"), kind, [])
    return found


urlpatterns = [
    *_patterns("urlpatterns"),
    path("hooks/", include(_patterns("hook_urlpatterns"))),
    path("desk/", include(_patterns("desk_urlpatterns"))),
    path("desk/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("perenne.people.web.allauth_urls")),
    path("", include(wagtail_urls)),
]
