"""The owner's import screens: upload, check and map, progress, result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.portability.actions.import_runs import import_in_background
from perenne.portability.actions.import_undos import start_undo, undo_in_background
from perenne.portability.actions.imports import (
    add_import,
    go_on_with_import,
    reread_import,
    start_import,
)
from perenne.portability.domain.files import file_from, sample_of
from perenne.portability.models import Import
from perenne.portability.queries import (
    earlier_import,
    file_reason,
    has_batches,
    import_by_id,
    imports,
    percent_done,
    place_of,
    refused_rows,
    row_reason,
)
from perenne.portability.web.forms import MappingForm, ReadingForm, UploadForm
from perenne.portability.web.words import STATE_LABELS

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

_SAMPLE_SHOWN = 5
_REFUSED_SHOWN = 50
_ADD = "portability.add_import"


@desk_view(_ADD)
@require_http_methods(["GET", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """Show past imports, and take a new file."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            imported = add_import(
                form.cleaned_data["file"],
                file_name=form.cleaned_data["file"].name,
                now=clock.now(),
                actor=actor_of(request),
                user_id=request.user.pk,
            )
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("desk_portability_import", imported.pk)
    page = keyset_page(
        imports(),
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
    )
    context = {"form": form, "page": page}
    return render(request, "portability/backoffice/imports.html", context)


@desk_view(_ADD)
@require_http_methods(["GET", "POST"])
def import_detail(request: HttpRequest, import_id: int) -> HttpResponse:
    """Show one import in its state; POST reads anew, checks, starts, goes on or undoes."""
    imported = _import(import_id)
    begun = has_batches(imported.pk)
    if request.method == "POST" and request.GET.get("do") in _MOVES:
        return _move(request, imported)
    if imported.state in _ON_ITS_WAY:
        return render(
            request,
            "portability/backoffice/running.html",
            {"imported": imported, "percent": percent_done(imported)},
        )
    is_over = imported.state in {Import.State.DONE, Import.State.UNDONE}
    if (is_over and not imported.dry_run) or begun:
        return _result(request, imported, begun=begun)
    if request.method == "POST" and "read" in request.POST:
        return _reread(request, imported)
    return _mapping(request, imported)


_ON_ITS_WAY = {Import.State.QUEUED, Import.State.RUNNING, Import.State.UNDOING}
_MOVES = {"undo", "go_on"}


def _import(import_id: int) -> Import:
    imported = import_by_id(import_id)
    if imported is None:
        raise NotFound
    return imported


def _move(request: HttpRequest, imported: Import) -> HttpResponse:
    """Undo an import that is in, or go on with one that stopped."""
    actor, now = actor_of(request), clock.now()
    try:
        if request.GET["do"] == "undo":
            start_undo(imported, now=now, actor=actor)
            undo_in_background.enqueue(imported.pk, actor)
        else:
            go_on_with_import(imported, now=now, actor=actor)
            import_in_background.enqueue(imported.pk, actor)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("desk_portability_import", imported.pk)


def _reread(request: HttpRequest, imported: Import) -> HttpResponse:
    file = file_from(imported.layout, imported.mapping)
    form = ReadingForm(request.POST, file=file)
    if form.is_valid():
        try:
            reread_import(
                imported,
                choices=form.choices(),
                now=clock.now(),
                actor=actor_of(request),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("desk_portability_import", imported.pk)
    return _mapping(request, imported, reading=form)


def _mapping(
    request: HttpRequest, imported: Import, reading: ReadingForm | None = None
) -> HttpResponse:
    file = file_from(imported.layout, imported.mapping)
    with imported.file.open("rb") as stream:
        sample = sample_of(stream, file)
    is_sent = request.method == "POST" and reading is None
    form = MappingForm(
        request.POST if is_sent else None,
        initial={
            "basis": imported.basis,
            "tags": ", ".join(imported.options.get("tags", [])),
            "silent": imported.options.get("silent")
            or ("subscribed" if file.source.vouched else "unknown"),
        },
        columns=list(file.columns),
        sample=sample,
        mapping=imported.mapping,
    )
    if is_sent and form.is_valid() and _started(request, imported, form):
        return redirect("desk_portability_import", imported.pk)
    context = {
        "imported": imported,
        "form": form,
        "reading": reading or ReadingForm(file=file),
        "file": file,
        "earlier": earlier_import(imported),
        "tables": [
            (table.name or imported.file_name, STATE_LABELS.get(table.state or ""))
            for table in file.tables
            if table.name or table.state
        ],
        "shown": list(file.tables[0].layout.columns),
        "sample": [list(row.cells.values()) for row in sample[:_SAMPLE_SHOWN]],
        "problem": file_reason(imported.problem) if imported.problem else "",
        **_said(imported),
    }
    status = 422 if request.method == "POST" else 200
    return render(
        request, "portability/backoffice/mapping.html", context, status=status
    )


def _started(request: HttpRequest, imported: Import, form: MappingForm) -> bool:
    try:
        start_import(
            imported,
            basis=form.cleaned_data["basis"],
            mapping=form.mapping(),
            tags=form.tag_names(),
            silent=form.cleaned_data["silent"],
            dry_run="check" in request.POST,
            now=clock.now(),
            actor=actor_of(request),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    import_in_background.enqueue(imported.pk, actor_of(request))
    return True


def _result(request: HttpRequest, imported: Import, *, begun: bool) -> HttpResponse:
    context = {
        "imported": imported,
        "may_undo": begun,
        "problem": file_reason(imported.problem) if imported.problem else "",
        **_said(imported),
    }
    return render(request, "portability/backoffice/result.html", context)


def _said(imported: Import) -> dict[str, Any]:
    """Return what the import answered: refused rows, states, words it does not know."""
    states = imported.summary.get("states", {})
    return {
        "refused_rows": [
            (place_of(row.line, row.part), row_reason(row.code, row.column, row.detail))
            for row in refused_rows(imported.pk)[:_REFUSED_SHOWN]
        ],
        "states": [
            (label, states[key]) for key, label in STATE_LABELS.items() if key in states
        ],
        "words": sorted(imported.summary.get("words", {}).items()),
    }


@desk_view(_ADD)
@require_GET
def error_file(request: HttpRequest, import_id: int) -> HttpResponseBase:
    """Download the refused rows, to mend and send again."""
    imported = _import(import_id)
    if not imported.error_file:
        raise NotFound
    name = _("errors of %(file)s") % {"file": imported.file_name}
    return FileResponse(
        imported.error_file.open("rb"), as_attachment=True, filename=name
    )
