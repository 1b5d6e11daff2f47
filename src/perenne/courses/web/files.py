"""Send a private file: whole or in part, to one person's browser only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import content_disposition_header

from perenne.core.errors import NotFound
from perenne.courses.domain.ranges import ByteRange, RangeNotSatisfiable, byte_range
from perenne.courses.gateways import private_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase

    from perenne.courses.models import Media

_CHUNK = 1 << 17
# Played or shown inside a page; everything else is saved, never opened on our address.
_INLINE = {
    *("video/mp4", "video/webm", "text/vtt", "image/png", "image/jpeg", "image/webp"),
}


def file_response(request: HttpRequest, media: Media) -> HttpResponseBase:
    """Answer with the file, or with the one range asked for (RFC 9110 §14)."""
    tag = f'"{media.sha256}"'
    if request.headers.get("If-None-Match") == tag:
        return _with_headers(HttpResponseNotModified(), media, tag)
    header = request.headers.get("Range", "")
    if request.headers.get("If-Range", tag) != tag:
        header = ""
    try:
        part = byte_range(header, size=media.size_bytes)
    except RangeNotSatisfiable:
        refused = HttpResponse(status=416)
        refused.headers["Content-Range"] = f"bytes */{media.size_bytes}"
        return refused
    span = part or ByteRange(0, media.size_bytes - 1)
    response = _with_headers(_body(request, media, span), media, tag)
    response.headers["Content-Length"] = str(span.length)
    if part is not None:
        response.status_code = 206
        response.headers["Content-Range"] = (
            f"bytes {part.first}-{part.last}/{media.size_bytes}"
        )
    return response


def _body(request: HttpRequest, media: Media, span: ByteRange) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse()
    if not private_files.exists(media.path):
        raise NotFound
    return StreamingHttpResponse(_chunks(media.path, span))


def _chunks(path: str, span: ByteRange) -> Iterator[bytes]:
    with private_files.open_file(path) as file:
        file.seek(span.first)
        left = span.length
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _with_headers(
    response: HttpResponseBase, media: Media, tag: str
) -> HttpResponseBase:
    text = media.content_type.startswith("text/")
    response.headers["Content-Type"] = media.content_type + (
        "; charset=utf-8" if text else ""
    )
    disposition = content_disposition_header(
        as_attachment=media.content_type not in _INLINE, filename=media.name
    )
    response.headers["Content-Disposition"] = disposition or "attachment"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Vary"] = "Cookie"
    return response
