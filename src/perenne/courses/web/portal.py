"""The member's pages: courses, lessons, downloads."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from perenne.core import clock
from perenne.core.errors import NotFound
from perenne.courses.actions.learning import (
    finish_lesson,
    keep_position,
    reopen_lesson,
)
from perenne.courses.domain.rich_text import clean_html
from perenne.courses.queries.downloads import (
    download_by_id,
    download_for,
    downloads_for,
)
from perenne.courses.queries.learning import (
    NOBODY,
    courses_for,
    lesson_for,
    media_for,
    next_lesson_of,
    outline_for,
)
from perenne.courses.web.files import file_response
from perenne.courses.web.links import MediaLink, media_address, opened_link
from perenne.people.api import person_of_user

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from perenne.courses.models import LessonVersion
    from perenne.courses.queries.learning import LessonPage


def for_members(
    view: Callable[..., HttpResponseBase],
) -> Callable[..., HttpResponseBase]:
    """Hand the view the signed-in person's id; a visitor is sent to sign in."""

    @wraps(view)
    def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            back = request.get_full_path() if request.method == "GET" else "/me/"
            return redirect_to_login(back)
        person = person_of_user(request.user.pk)
        person_id = person.pk if person else NOBODY
        return view(request, person_id=person_id, **kwargs)

    return guarded


@require_safe
@never_cache
@for_members
def my_courses(request: HttpRequest, *, person_id: int) -> HttpResponse:
    """Show the courses and downloads the person has."""
    now = clock.now()
    outlines = courses_for(person_id, now)
    context = {
        "outlines": outlines,
        "next": next_lesson_of(outlines),
        "downloads": downloads_for(person_id, now),
    }
    return render(request, "courses/portal/courses.html", context)


@require_safe
@never_cache
@for_members
def course(request: HttpRequest, *, person_id: int, course_slug: str) -> HttpResponse:
    """Show a course with the person's progress, or what it would teach them."""
    outline = outline_for(person_id, course_slug, now=clock.now())
    return render(request, "courses/portal/course.html", {"outline": outline})


@require_safe
@never_cache
@for_members
def lesson(
    request: HttpRequest, *, person_id: int, course_slug: str, lesson_slug: str
) -> HttpResponse:
    """Show a lesson that is open to the person."""
    now = clock.now()
    page = lesson_for(person_id, course_slug, lesson_slug, now=now)
    context = {
        "page": page,
        "outline": page.outline,
        "version": page.version,
        "body": mark_safe(clean_html(page.version.body)),  # noqa: S308 - just cleaned
    }
    return render(
        request,
        "courses/portal/lesson.html",
        context | {"files": _files(person_id, page, now)},
    )


def _files(person_id: int, page: LessonPage, now: datetime) -> dict[str, str]:
    """Return the addresses of the lesson's files for this person, by use."""
    version: LessonVersion = page.version
    files = {
        "video": version.video,
        "captions": version.captions,
        "poster": version.poster,
        "attachment": version.attachment,
    }
    return {
        use: media_address(
            MediaLink(
                person_id=person_id,
                media_id=media.pk,
                course_id=page.outline.course_id,
                lesson_id=page.lesson.lesson_id,
            ),
            media,
            now=now,
        )
        for use, media in files.items()
        if media is not None
    }


def _seconds(request: HttpRequest, field: str) -> int:
    """Return a posted number of seconds as a whole number; 0 for anything odd."""
    typed = request.POST.get(field, "").partition(".")[0]
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 0


@require_POST
@for_members
def position(
    request: HttpRequest, *, person_id: int, course_slug: str, lesson_slug: str
) -> HttpResponse:
    """Keep where the video was left (sent by the player)."""
    now = clock.now()
    page = lesson_for(person_id, course_slug, lesson_slug, now=now)
    if person_id == NOBODY:
        raise NotFound
    is_done = keep_position(
        person_id,
        lesson_id=page.lesson.lesson_id,
        position_seconds=_seconds(request, "position"),
        duration_seconds=_seconds(request, "duration"),
        now=now,
    )
    return JsonResponse({"done": is_done})


@require_POST
@for_members
def done(
    request: HttpRequest, *, person_id: int, course_slug: str, lesson_slug: str
) -> HttpResponse:
    """Mark a lesson as done and go on, or as not done and stay."""
    now = clock.now()
    page = lesson_for(person_id, course_slug, lesson_slug, now=now)
    if person_id == NOBODY:
        raise NotFound
    if request.POST.get("done") == "no":
        reopen_lesson(person_id, lesson_id=page.lesson.lesson_id, now=now)
        return redirect("courses_lesson", course_slug, lesson_slug)
    finish_lesson(person_id, lesson_id=page.lesson.lesson_id, now=now)
    if page.next is None:
        messages.success(request, _("That was the last lesson. Well done."))
        return redirect("courses_course", course_slug)
    after = outline_for(person_id, course_slug, now=now)
    opened = {row.slug for row in after.lessons if row.opening.is_open}
    if page.next.slug in opened:
        return redirect("courses_lesson", course_slug, page.next.slug)
    return redirect("courses_course", course_slug)


@require_safe
@never_cache
@for_members
def download(request: HttpRequest, *, person_id: int, slug: str) -> HttpResponse:
    """Show a digital product the person has, with a link to its file."""
    now = clock.now()
    found = download_for(person_id, slug, now=now)
    link = MediaLink(person_id, found.media_id, download_id=found.pk)
    address = media_address(link, found.media, now=now)
    context = {"download": found, "address": address}
    return render(request, "courses/portal/download.html", context)


@require_safe
@for_members
def media(
    request: HttpRequest, *, person_id: int, token: str, name: str
) -> HttpResponseBase:
    """Send a file to the person whose link it is, if it is still open to them."""
    now = clock.now()
    link = opened_link(token, person_id=person_id, now=now)
    if link.download_id:
        row = download_by_id(link.download_id)
        found = download_for(person_id, row.slug if row else "", now=now).media
        if found.pk != link.media_id:
            raise NotFound
    else:
        found = media_for(
            person_id,
            course_id=link.course_id,
            lesson_id=link.lesson_id,
            media_id=link.media_id,
            now=now,
        )
    return file_response(request, found)
