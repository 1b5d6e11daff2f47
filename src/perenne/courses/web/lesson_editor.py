"""The owner's lesson editor: draft, preview, publish, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from perenne.core.errors import NotFound, Refusal
from perenne.core.web.desk import desk_view
from perenne.courses.actions import catalogue, lessons
from perenne.courses.actions.files import keep_file
from perenne.courses.domain.media import MediaKind
from perenne.courses.domain.rich_text import clean_html
from perenne.courses.queries.catalogue import lesson_by_id, media_by_id
from perenne.courses.web.backoffice import by
from perenne.courses.web.files import file_response
from perenne.courses.web.forms import LessonForm, beginning_of, business_zone

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from perenne.courses.models import Lesson, LessonVersion

KINDS = {
    "video": MediaKind.VIDEO,
    "captions": MediaKind.CAPTIONS,
    "poster": MediaKind.PICTURE,
    "attachment": MediaKind.FILE,
}


def _draft(lesson: Lesson) -> LessonVersion:
    if lesson.draft is None:  # every lesson is made with one
        raise NotFound
    return lesson.draft


def _initial(lesson: Lesson) -> dict[str, Any]:
    draft = _draft(lesson)
    opens_at = lesson.opens_at
    return {
        "title": draft.title,
        "body": draft.body,
        "minutes": draft.minutes,
        "captions_language": draft.captions_language or "fr",
        "slug": lesson.slug,
        "is_free": lesson.is_free,
        "opens_after_days": lesson.opens_after_days,
        "opens_on": opens_at.astimezone(business_zone()).date() if opens_at else None,
        "based_on": draft.number,
    }


def _present(draft: LessonVersion) -> dict[str, str]:
    files = {use: getattr(draft, use) for use in KINDS}
    return {use: media.name for use, media in files.items() if media is not None}


@desk_view("courses.change_lesson")
def edit(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """Write a lesson; save it as a draft or publish it."""
    lesson = lesson_by_id(lesson_id)
    draft = _draft(lesson)
    form = LessonForm(
        request.POST or None,
        request.FILES or None,
        initial=_initial(lesson),
        present=_present(draft),
    )
    if request.method == "POST" and form.is_valid() and _save(request, form, lesson):
        following = reverse("desk_courses_lesson", args=[lesson_id])
        if request.headers.get("X-Upload"):
            return JsonResponse({"next": following})
        return redirect(following)
    status = 422 if form.is_bound else 200
    context = {"form": form, "lesson": lesson, "draft": draft}
    return render(request, "courses/backoffice/lesson.html", context, status=status)


def _save(request: HttpRequest, form: LessonForm, lesson: Lesson) -> bool:
    """Keep the files and the draft, publish if asked; a refusal is the form's error."""
    fields, use = form.cleaned_data, ""
    try:
        with transaction.atomic():
            media = {
                f"{name}_id": getattr(_draft(lesson), f"{name}_id") for name in KINDS
            }
            media |= {f"{name}_id": None for name in fields.get("remove", [])}
            for use, kind in KINDS.items():
                if fields[use]:
                    kept = keep_file(
                        fields[use], kind=kind, name=fields[use].name, **by(request)
                    )
                    media[f"{use}_id"] = kept.pk
            use = ""
            _write(request, fields, lesson, media=media)
    except Refusal as refusal:
        form.add_error(use or refusal.field or None, str(refusal))
        return False
    return True


def _write(
    request: HttpRequest,
    fields: dict[str, Any],
    lesson: Lesson,
    *,
    media: dict[str, Any],
) -> None:
    content = lessons.LessonContent(
        title=fields["title"],
        body=fields["body"],
        minutes=fields["minutes"],
        captions_language=fields["captions_language"],
        **media,
    )
    rules = lessons.LessonRules(
        slug=fields["slug"],
        is_free=fields["is_free"],
        opens_after_days=fields["opens_after_days"],
        opens_at=beginning_of(fields["opens_on"]),
    )
    lessons.save_draft(
        lesson.pk,
        content=content,
        rules=rules,
        based_on=fields["based_on"],
        **by(request),
    )
    if "publish" in request.POST:
        lessons.publish_lesson(lesson.pk, **by(request))
        messages.success(request, _("Published: members see this version now."))
    else:
        messages.success(request, _("Draft saved."))


@desk_view("courses.change_lesson")
@require_POST
def arrange(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """Move, hide or remove a lesson."""
    course_id = lesson_by_id(lesson_id).course_id
    what = request.POST.get("do")
    if what in {"up", "down"}:
        catalogue.move_lesson(lesson_id, up=what == "up", **by(request))
    elif what == "hide":
        lessons.unpublish_lesson(lesson_id, **by(request))
        messages.success(request, _("Members no longer see this lesson."))
    elif what == "remove":
        lessons.archive_lesson(lesson_id, **by(request))
        messages.success(request, _("The lesson is taken off the course."))
    return redirect("desk_courses_course", course_id)


@desk_view("courses.view_lesson")
@require_safe
def preview(request: HttpRequest, lesson_id: int) -> HttpResponse:
    """Show the draft as a member would see it."""
    lesson = lesson_by_id(lesson_id)
    draft = _draft(lesson)
    files = {
        use: reverse("desk_courses_media", args=[getattr(draft, use).pk, name])
        for use, name in _present(draft).items()
    }
    body = mark_safe(clean_html(draft.body))  # noqa: S308 - just cleaned
    context = {"version": draft, "lesson": lesson, "files": files, "body": body}
    return render(request, "courses/backoffice/preview.html", context)


@desk_view("courses.view_lesson")
@require_safe
def media(request: HttpRequest, media_id: int, name: str) -> HttpResponse:
    """Send a file to the owner."""
    return cast("HttpResponse", file_response(request, media_by_id(media_id)))
