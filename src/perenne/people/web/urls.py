"""Addresses of people."""

from __future__ import annotations

from django.urls import path

from perenne.people.web import backoffice, portal, public, requests

urlpatterns = [
    path("enter/<str:token>/", public.enter, name="enter"),
    path("me/data/", portal.my_data, name="people_my_data"),
    path("me/data/file/", portal.my_data_file, name="people_my_data_file"),
]
desk_urlpatterns = [
    path("data-requests/", requests.request_list, name="desk_people_requests"),
    path(
        "data-requests/<int:request_id>/",
        requests.request_detail,
        name="desk_people_request",
    ),
    path("team/", backoffice.team_list, name="desk_people_team"),
    path("team/<int:pk>/", backoffice.team_member, name="desk_people_team_member"),
]
