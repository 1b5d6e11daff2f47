"""Addresses of the import screens."""

from __future__ import annotations

from django.urls import path

from perenne.portability.web import backoffice, stripe

desk_urlpatterns = [
    path("imports/stripe/", stripe.wizard, name="desk_portability_stripe"),
    path("imports/", backoffice.import_list, name="desk_portability_imports"),
    path(
        "imports/<int:import_id>/",
        backoffice.import_detail,
        name="desk_portability_import",
    ),
    path(
        "imports/<int:import_id>/errors.csv",
        backoffice.error_file,
        name="desk_portability_import_errors",
    ),
]
