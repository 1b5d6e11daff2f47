"""Addresses of the shell."""

from __future__ import annotations

from django.urls import path

from perenne.backoffice.web import backoffice, public

urlpatterns = [path("welcome/", public.welcome, name="welcome")]
desk_urlpatterns = [
    path("", backoffice.home, name="desk_home"),
    path("site-pages/", backoffice.site_pages, name="desk_site_pages"),
    path("business/", backoffice.business, name="desk_business"),
]
