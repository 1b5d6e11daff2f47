"""Addresses of live events, under /me/ and /desk/."""

from django.urls import path

from perenne.community.web import backoffice, portal

urlpatterns = [
    path("me/events/", portal.event_list, name="community_events"),
    path("me/events/<slug:slug>/", portal.event_page, name="community_event"),
    path(
        "me/events/<slug:slug>/event.ics",
        portal.event_calendar,
        name="community_event_file",
    ),
    path("me/events/<slug:slug>/seat/", portal.seat_take, name="community_seat"),
    path(
        "me/events/<slug:slug>/give-up/", portal.seat_give_up, name="community_give_up"
    ),
]

desk_urlpatterns = [
    path("events/", backoffice.event_list, name="desk_community_events"),
    path("events/new/", backoffice.event_edit, name="desk_community_event_new"),
    path("events/<int:event_id>/", backoffice.event_page, name="desk_community_event"),
    path(
        "events/<int:event_id>/change/",
        backoffice.event_edit,
        name="desk_community_event_change",
    ),
    path(
        "events/<int:event_id>/cancel/",
        backoffice.event_cancel,
        name="desk_community_event_cancel",
    ),
    path(
        "events/<int:event_id>/seats/",
        backoffice.seat_give,
        name="desk_community_seat_give",
    ),
    path(
        "events/<int:event_id>/seats/<int:seat_id>/take-back/",
        backoffice.seat_take_back,
        name="desk_community_seat_take_back",
    ),
    path(
        "events/<int:event_id>/seats/<int:seat_id>/came/",
        backoffice.seat_came,
        name="desk_community_seat_came",
    ),
]
