"""The mail catcher's pages: everything that was sent, to read and to click."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from demo.mailbox import open_mail, shelf
from perenne.core.errors import NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpRequest

# A mail is a stranger's page: no script, no form, nothing from elsewhere but pictures of
# this site; its links open beside it.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)

_HEAD = re.compile(r"(<head[^>]*>)", re.IGNORECASE)


def _folder() -> Path:
    return settings.DATA / "outbox"


@never_cache
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """List what was sent, newest first."""
    search = request.GET.get("q", "").strip()
    page = shelf(_folder(), search=search, before=request.GET.get("before", ""))
    return render(request, "demo/outbox.html", {"page": page, "search": search})


@never_cache
@require_safe
def mail(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail: headers, text, and its HTML in a frame of its own."""
    return render(request, "demo/mail.html", {"mail": open_mail(_folder(), name)})


@never_cache
@require_safe
@xframe_options_sameorigin
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """Show a mail's HTML under a policy that lets it do nothing."""
    shown = open_mail(_folder(), name)
    if not shown.html:
        raise NotFound
    response = HttpResponse(_HEAD.sub(r'\1<base target="_blank">', shown.html, count=1))
    response["Content-Security-Policy"] = _MAIL_POLICY
    return response


@never_cache
@require_safe
def attachment(request: HttpRequest, name: str, index: int) -> HttpResponse:
    """Download a file that came with a mail."""
    files = {part.index: part for part in open_mail(_folder(), name).attachments}
    if index not in files:
        raise NotFound
    file = files[index]
    disposition = content_disposition_header(as_attachment=True, filename=file.filename)
    return HttpResponse(
        file.content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition or "attachment"},
    )
