"""The owner's import screens: upload, check and map, progress, result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import FileResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from perenne.core import clock
from perenne.core.errors import NotFound, Refusal
from perenne.core.web.desk import actor_of, desk_view
from perenne.core.web.pages import keyset_page
from perenne.portability.actions.imports import (
    add_import,
    import_in_background,
    inspect_file,
    start_import,
)
from perenne.portability.models import Import
from perenne.portability.queries import (
    file_reason,
    import_by_id,
    imports,
    percent_done,
    refused_rows,
    row_reason,
)
from perenne.portability.web.forms import MappingForm, UploadForm

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
    """Show one import in its state; POST checks or starts it."""
    imported = _import(import_id)
    if imported.state in {Import.State.QUEUED, Import.State.RUNNING}:
        return render(
            request,
            "portability/backoffice/running.html",
            {"imported": imported, "percent": percent_done(imported)},
        )
    finished = imported.state == Import.State.DONE
    if finished and not imported.dry_run:
        return _result(request, imported)
    return _mapping(request, imported)


def _import(import_id: int) -> Import:
    imported = import_by_id(import_id)
    if imported is None:
        raise NotFound
    return imported


def _mapping(request: HttpRequest, imported: Import) -> HttpResponse:
    initial = {f"map_{name}": column for name, column in imported.mapping.items()}
    form = MappingForm(
        request.POST or None,
        initial=initial | {"basis": imported.basis},
        columns=imported.layout["columns"],
    )
    if request.method == "POST" and form.is_valid():
        try:
            start_import(
                imported,
                basis=form.cleaned_data["basis"],
                mapping=form.mapping(),
                dry_run="check" in request.POST,
                now=clock.now(),
                actor=actor_of(request),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            import_in_background.enqueue(imported.pk, actor_of(request))
            return redirect("desk_portability_import", imported.pk)
    with imported.file.open("rb") as stream:
        layout, _proposed, sample = inspect_file(stream)
    context = {
        "imported": imported,
        "form": form,
        "layout": layout,
        "sample": [list(row.cells.values()) for row in sample[:_SAMPLE_SHOWN]],
        "problem": file_reason(imported.problem) if imported.problem else "",
        **_refusals(imported),
    }
    return render(request, "portability/backoffice/mapping.html", context)


def _result(request: HttpRequest, imported: Import) -> HttpResponse:
    context = {"imported": imported, **_refusals(imported)}
    return render(request, "portability/backoffice/result.html", context)


def _refusals(imported: Import) -> dict[str, Any]:
    rows = refused_rows(imported.pk)[:_REFUSED_SHOWN]
    return {
        "refused_rows": [
            (row.line, row_reason(row.code, row.column, row.detail)) for row in rows
        ]
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
