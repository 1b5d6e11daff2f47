"""Addresses of the bilan, under /desk/."""

from django.urls import path

from perenne.bilan.web import backoffice

desk_urlpatterns = [
    path("bilan/", backoffice.bilan, name="desk_bilan"),
    path("bilan/rows/", backoffice.rows, name="desk_bilan_rows"),
    path(
        "bilan/contributions/",
        backoffice.contributions,
        name="desk_bilan_contributions",
    ),
]
