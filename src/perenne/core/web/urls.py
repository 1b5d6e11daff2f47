"""Addresses of the house itself."""

from __future__ import annotations

from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from perenne.core.web import public
from perenne.core.web.media import picture
from perenne.core.web.styleguide import styleguide
from perenne.core.web.theme import favicon, theme

urlpatterns = [
    path("health/", public.health, name="health"),
    path("favicon.ico", favicon, name="favicon"),
    path("media/<path:name>", picture, name="picture"),
    path("theme.css", theme, name="theme"),
    # Harmless and without a session: no token, so that pages can be kept for everybody.
    path("language/", csrf_exempt(set_language), name="set_language"),
]
desk_urlpatterns = [path("styleguide/", styleguide, name="desk_styleguide")]
