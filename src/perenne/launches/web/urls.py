"""Addresses of launches, under /desk/."""

from django.urls import path

from perenne.launches.web import backoffice

desk_urlpatterns = [
    path("launches/", backoffice.launch_list, name="desk_launches"),
    path("launches/new/", backoffice.launch_new, name="desk_launches_new"),
    path("launches/<slug:slug>/", backoffice.launch_page, name="desk_launches_launch"),
    path(
        "launches/<slug:slug>/edit/", backoffice.launch_edit, name="desk_launches_edit"
    ),
]
