"""Addresses of the hours, the streams and the days off, under /desk/."""

from django.urls import path

from perenne.streams.web import backoffice, timer

desk_urlpatterns = [
    path("hours/", backoffice.hours, name="desk_streams_hours"),
    path("hours/timer/start/", timer.timer_start, name="desk_streams_timer_start"),
    path("hours/timer/stop/", timer.timer_stop, name="desk_streams_timer_stop"),
    path(
        "hours/timer/discard/", timer.timer_discard, name="desk_streams_timer_discard"
    ),
    path("hours/<int:entry_id>/", backoffice.hours_edit, name="desk_streams_entry"),
    path(
        "hours/<int:entry_id>/delete/",
        backoffice.hours_delete,
        name="desk_streams_entry_delete",
    ),
    path("streams/", backoffice.stream_list, name="desk_streams"),
    path("streams/usual/", backoffice.stream_defaults, name="desk_streams_add_usual"),
    path("streams/<int:stream_id>/", backoffice.stream_edit, name="desk_streams_edit"),
    path(
        "streams/<int:stream_id>/move/",
        backoffice.stream_move,
        name="desk_streams_move",
    ),
    path("absences/", backoffice.absence_list, name="desk_streams_absences"),
    path(
        "absences/<int:absence_id>/",
        backoffice.absence_edit,
        name="desk_streams_absence",
    ),
    path(
        "absences/<int:absence_id>/delete/",
        backoffice.absence_delete,
        name="desk_streams_absence_delete",
    ),
]
