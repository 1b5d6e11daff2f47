"""The owner's screens: courses and their outline, digital products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.courses.actions import catalogue
from perenne.courses.actions.files import add_download, change_download, keep_file
from perenne.courses.actions.lessons import LessonContent, add_lesson
from perenne.courses.domain.media import MediaKind
from perenne.courses.queries.catalogue import all_courses, course_by_id, curriculum_of
from perenne.courses.queries.downloads import all_downloads, download_by_id
from perenne.courses.queries.learning import course_resource
from perenne.courses.web.forms import CourseForm, DownloadForm, TitleForm
from perenne.memberships.api import include_in_tiers, tiers_including

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def by(request: HttpRequest) -> dict[str, Any]:
    """Return who acts and when, as actions take them."""
    return {"actor": actor_of(request), "now": clock.now()}


@desk_view("courses.view_course")
def course_list(request: HttpRequest) -> HttpResponse:
    """Show the courses and digital products; add a course."""
    form = TitleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not request.user.has_perm("courses.add_course"):
            raise NotFound
        course = catalogue.add_course(title=form.cleaned_data["title"], **by(request))
        return redirect("desk_courses_course", course.pk)
    context = {"courses": all_courses(), "downloads": all_downloads(), "form": form}
    return render(request, "courses/backoffice/courses.html", context)


@desk_view("courses.change_course")
def course_edit(request: HttpRequest, course_id: int) -> HttpResponse:
    """Change a course and arrange its lessons."""
    course = course_by_id(course_id)
    resource = course_resource(course_id)
    initial = {"tiers": [str(pk) for pk in tiers_including(resource)]}
    form = CourseForm(request.POST or None, instance=course, initial=initial)
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        chosen = [int(pk) for pk in fields.pop("tiers", [])]
        try:
            catalogue.change_course(course_id, **fields, **by(request))
            include_in_tiers(resource, tier_ids=chosen, **by(request))
        except Refusal as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("desk_courses_course", course_id)
    context = {
        "course": course_by_id(course_id),
        "curriculum": curriculum_of(course_id),
        "form": form,
    }
    return render(request, "courses/backoffice/course.html", context)


def _said(request: HttpRequest, action: Any, *args: Any, **fields: Any) -> None:
    """Run an action; a refusal becomes a message on the next page."""
    try:
        action(*args, **fields, **by(request))
    except NotFound:
        raise
    except Refusal as refusal:
        messages.error(request, str(refusal))


@desk_view("courses.change_course")
@require_POST
def course_publish(request: HttpRequest, course_id: int) -> HttpResponse:
    """Open or close a course."""
    shut = request.POST.get("publish") == "no"
    _said(
        request,
        catalogue.unpublish_course if shut else catalogue.publish_course,
        course_id,
    )
    return redirect("desk_courses_course", course_id)


@desk_view("courses.change_course")
@require_POST
def section_add(request: HttpRequest, course_id: int) -> HttpResponse:
    """Add a section."""
    form = TitleForm(request.POST)
    if form.is_valid():
        title = form.cleaned_data["title"]
        catalogue.add_section(course_id, title=title, **by(request))
    return redirect("desk_courses_course", course_id)


@desk_view("courses.change_course")
@require_POST
def section_change(
    request: HttpRequest, course_id: int, section_id: int
) -> HttpResponse:
    """Move, rename or remove a section."""
    what = request.POST.get("do")
    form = TitleForm(request.POST)
    if what in {"up", "down"}:
        catalogue.move_section(section_id, up=what == "up", **by(request))
    elif what == "remove":
        _said(request, catalogue.remove_section, section_id)
    elif form.is_valid():
        title = form.cleaned_data["title"]
        catalogue.rename_section(section_id, title=title, **by(request))
    return redirect("desk_courses_course", course_id)


@desk_view("courses.change_course")
@require_POST
def lesson_add(request: HttpRequest, course_id: int, section_id: int) -> HttpResponse:
    """Add a lesson and go to its page."""
    form = TitleForm(request.POST)
    if not form.is_valid():
        return redirect("desk_courses_course", course_id)
    content = LessonContent(title=form.cleaned_data["title"])
    lesson = add_lesson(section_id, content=content, **by(request))
    return redirect("desk_courses_lesson", lesson.pk)


@desk_view("courses.change_download")
def download_edit(request: HttpRequest, download_id: int = 0) -> HttpResponse:
    """Add or change a digital product."""
    download = download_by_id(download_id) if download_id else None
    if download_id and download is None:
        raise NotFound
    initial = (
        {
            "title": download.title,
            "description": download.description,
            "published": download.published_at is not None,
        }
        if download
        else {}
    )
    form = DownloadForm(request.POST or None, request.FILES or None, initial=initial)
    form.fields["file"].required = download is None
    if request.method == "POST" and form.is_valid():
        try:
            _save_download(request, form.cleaned_data, download)
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("desk_courses")
    context = {"form": form, "download": download}
    return render(request, "courses/backoffice/download.html", context)


def _save_download(request: HttpRequest, fields: dict[str, Any], download: Any) -> None:
    media_id = None
    if fields["file"]:
        upload = fields["file"]
        media_id = keep_file(
            upload, kind=MediaKind.FILE, name=upload.name, **by(request)
        ).pk
    words = {"title": fields["title"], "description": fields["description"]}
    if download is None and media_id is not None:
        download = add_download(media_id=media_id, **words, **by(request))
    change_download(
        download,
        media_id=media_id,
        published=fields["published"],
        **words,
        **by(request),
    )
