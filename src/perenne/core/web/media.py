"""Pictures of the site: logo, photographs of pages. Everything else stays closed."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponseNotModified
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from django.views.static import was_modified_since

from perenne.core.errors import NotFound

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}
_KEPT_SECONDS = 24 * 3600


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponseBase:
    """Hand over a picture; a page or a script that got in here is never one."""
    kind = _TYPES.get(PurePosixPath(name).suffix.lower())
    changed = _changed_at(name) if kind else None
    if kind is None or changed is None:
        raise NotFound
    response: HttpResponseBase
    if was_modified_since(
        request.headers.get("If-Modified-Since"), changed.timestamp()
    ):
        response = FileResponse(default_storage.open(name), content_type=kind)
    else:
        response = HttpResponseNotModified()
    response["Last-Modified"] = http_date(changed.timestamp())
    response["Cache-Control"] = f"public, max-age={_KEPT_SECONDS}"
    return response


def _changed_at(name: str) -> datetime | None:
    """Return when a stored file was written; None when there is none of that name."""
    try:
        return default_storage.get_modified_time(name)
    except (OSError, SuspiciousOperation, ValueError):
        return None
