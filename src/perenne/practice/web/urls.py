"""Addresses of booking, under /book/, /me/ and /desk/."""

from django.urls import path, re_path

from perenne.practice.web import backoffice, missions, packs, portal, public

urlpatterns = [
    path("book/", public.service_list, name="practice_services"),
    path("book/cancel/<str:token>/", public.cancel_page, name="practice_cancel"),
    path("book/done/<str:token>/", public.booked_page, name="practice_booked"),
    path(
        "book/done/<str:token>/session.ics",
        public.session_file,
        name="practice_session_file",
    ),
    path("book/<slug:slug>/", public.service_page, name="practice_service"),
    path("book/<slug:slug>/<str:start>/", public.book_page, name="practice_book"),
    path("me/bookings/", portal.my_bookings, name="practice_my_bookings"),
]

desk_urlpatterns = [
    path("bookings/", backoffice.booking_list, name="desk_practice_bookings"),
    re_path(
        r"^bookings/(?P<booking_id>\d+)/(?P<verb>held|no-show|cancel)/$",
        backoffice.booking_act,
        name="desk_practice_booking_act",
    ),
    path("services/", backoffice.service_list, name="desk_practice_services"),
    path("services/new/", backoffice.service_edit, name="desk_practice_service_new"),
    path(
        "services/<int:service_id>/",
        backoffice.service_edit,
        name="desk_practice_service",
    ),
    path(
        "services/<int:service_id>/days/",
        backoffice.special_add,
        name="desk_practice_special_add",
    ),
    path(
        "services/<int:service_id>/days/<int:special_day_id>/drop/",
        backoffice.special_drop,
        name="desk_practice_special_drop",
    ),
    path("packs/", packs.pack_list, name="desk_practice_packs"),
    path("packs/give/", packs.pack_give, name="desk_practice_pack_give"),
    path("packs/kinds/", packs.kind_list, name="desk_practice_pack_kinds"),
    path("packs/kinds/new/", packs.kind_edit, name="desk_practice_pack_kind_new"),
    path("packs/kinds/<int:kind_id>/", packs.kind_edit, name="desk_practice_pack_kind"),
    path("packs/<int:pack_id>/", packs.pack_page, name="desk_practice_pack"),
    path(
        "packs/<int:pack_id>/adjust/",
        packs.pack_adjust,
        name="desk_practice_pack_adjust",
    ),
    path("packs/<int:pack_id>/end/", packs.pack_end, name="desk_practice_pack_end"),
    path(
        "bookings/<int:booking_id>/client/",
        missions.client_of_booking,
        name="desk_practice_booking_client",
    ),
    path("missions/", missions.mission_list, name="desk_practice_missions"),
    path("missions/new/", missions.client_new, name="desk_practice_client_new"),
    path(
        "missions/clients/<int:client_id>/",
        missions.client_page,
        name="desk_practice_client",
    ),
    path(
        "missions/clients/<int:client_id>/new/",
        missions.mission_new,
        name="desk_practice_mission_new",
    ),
    path(
        "missions/clients/<int:client_id>/bill/",
        missions.client_bill,
        name="desk_practice_client_bill",
    ),
    path(
        "missions/<int:mission_id>/",
        missions.mission_page,
        name="desk_practice_mission",
    ),
    path(
        "missions/<int:mission_id>/state/",
        missions.mission_state,
        name="desk_practice_mission_state",
    ),
]
