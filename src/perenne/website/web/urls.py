"""Addresses of the site."""

from __future__ import annotations

from django.urls import path

from perenne.website.web import backoffice, portal, public

urlpatterns = [
    path("legal/<slug:kind>/", public.legal, name="legal"),
    path("privacy/choices/", public.privacy_choices, name="privacy_choices"),
    path("blog/feed.xml", public.Feed(), name="blog_feed"),
    path("sitemap.xml", public.sitemap, name="sitemap"),
    path("robots.txt", public.robots, name="robots"),
    path("me/", portal.home, name="member_home"),
]
desk_urlpatterns = [
    path("legal-texts/", backoffice.legal_texts, name="desk_website_legal"),
]
