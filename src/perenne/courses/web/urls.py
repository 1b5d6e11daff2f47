"""Addresses of courses: the member's pages, the owner's screens under /desk/."""

from __future__ import annotations

from django.urls import path

from perenne.courses.web import backoffice, lesson_editor, portal

_LESSON = "me/courses/<slug:course_slug>/<slug:lesson_slug>/"

urlpatterns = [
    path("me/courses/", portal.my_courses, name="courses_mine"),
    path("me/courses/<slug:course_slug>/", portal.course, name="courses_course"),
    path(_LESSON, portal.lesson, name="courses_lesson"),
    path(f"{_LESSON}position/", portal.position, name="courses_position"),
    path(f"{_LESSON}done/", portal.done, name="courses_done"),
    path("me/downloads/<slug:slug>/", portal.download, name="courses_download"),
    path("me/media/<str:token>/<str:name>", portal.media, name="courses_media"),
]

_COURSE, _SECTION = "courses/<int:course_id>/", "sections/<int:section_id>/"
_DESK_LESSON = "courses/lessons/<int:lesson_id>/"

desk_urlpatterns = [
    path("courses/", backoffice.course_list, name="desk_courses"),
    path(_COURSE, backoffice.course_edit, name="desk_courses_course"),
    path(f"{_COURSE}publish/", backoffice.course_publish, name="desk_courses_publish"),
    path(
        f"{_COURSE}sections/", backoffice.section_add, name="desk_courses_section_add"
    ),
    path(
        f"{_COURSE}{_SECTION}", backoffice.section_change, name="desk_courses_section"
    ),
    path(
        f"{_COURSE}{_SECTION}lessons/",
        backoffice.lesson_add,
        name="desk_courses_lesson_add",
    ),
    path(_DESK_LESSON, lesson_editor.edit, name="desk_courses_lesson"),
    path(
        f"{_DESK_LESSON}arrange/",
        lesson_editor.arrange,
        name="desk_courses_lesson_arrange",
    ),
    path(f"{_DESK_LESSON}preview/", lesson_editor.preview, name="desk_courses_preview"),
    path(
        "courses/media/<int:media_id>/<str:name>",
        lesson_editor.media,
        name="desk_courses_media",
    ),
    path(
        "courses/downloads/add/",
        backoffice.download_edit,
        name="desk_courses_download_add",
    ),
    path(
        "courses/downloads/<int:download_id>/",
        backoffice.download_edit,
        name="desk_courses_download",
    ),
]
