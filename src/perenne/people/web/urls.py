"""Addresses of people."""

from __future__ import annotations

from django.urls import path

from perenne.people.web import backoffice, public

urlpatterns = [path("enter/<str:token>/", public.enter, name="enter")]
desk_urlpatterns = [
    path("team/", backoffice.team_list, name="desk_people_team"),
    path("team/<int:pk>/", backoffice.team_member, name="desk_people_team_member"),
]
