"""Addresses of the tiers and of access, under /desk/."""

from __future__ import annotations

from django.urls import path

from perenne.memberships.web import backoffice

desk_urlpatterns = [
    path("tiers/", backoffice.tier_list, name="desk_memberships_tiers"),
    path("tiers/<int:tier_id>/", backoffice.tier_edit, name="desk_memberships_tier"),
    path(
        "tiers/<int:tier_id>/move/",
        backoffice.tier_move,
        name="desk_memberships_tier_move",
    ),
    path("access/", backoffice.access_list, name="desk_memberships_access"),
    path("access/grant/", backoffice.grant, name="desk_memberships_grant"),
    path(
        "access/<int:pass_id>/revoke/",
        backoffice.revoke,
        name="desk_memberships_revoke",
    ),
]
