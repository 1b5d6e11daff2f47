"""Keep uploaded files privately, once their content was checked; sell downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import Refusal
from perenne.courses.actions.catalogue import free_slug
from perenne.courses.domain.media import (
    HEAD_BYTES,
    MediaKind,
    content_type,
    media_type,
    safe_name,
)
from perenne.courses.gateways import private_files
from perenne.courses.models import Download, Media

if TYPE_CHECKING:
    from datetime import datetime

    from django.core.files.base import File


class NotThatKindOfFile(Refusal):
    """The content is not what it should be; nothing was kept."""

    sentence = _("This file is not of a kind that can be used here.")


_SENTENCES = {
    MediaKind.VIDEO: _("This is not an MP4 or WebM video that browsers can play."),
    MediaKind.CAPTIONS: _("This is not a WebVTT file. Export your captions as .vtt."),
    MediaKind.PICTURE: _("This is not a PNG, JPEG or WebP picture."),
    MediaKind.FILE: _(
        "This kind of file cannot be offered. PDF, ZIP, EPUB and office documents can."
    ),
}


@transaction.atomic
def keep_file(
    file: File[bytes], *, kind: MediaKind, name: str, actor: str, now: datetime
) -> Media:
    """Store an uploaded file privately and return its row.

    kind    what it must be; told by the first bytes, whatever its name says
    name    as typed by the browser; only its harmless part is kept
    Raises  NotThatKindOfFile: nothing was kept
    """
    head = file.read(HEAD_BYTES)
    file.seek(0)
    extension = media_type(kind, name=name, head=head)
    if extension is None:
        raise NotThatKindOfFile(_SENTENCES[kind])
    path, size, digest = private_files.keep(file, extension=extension)
    try:
        with transaction.atomic():
            media = Media.objects.create(
                kind=kind.value,
                path=path,
                name=safe_name(name, extension=extension),
                content_type=content_type(extension),
                size_bytes=size,
                sha256=digest,
                uploaded_at=now,
            )
            log.record("courses.file_kept", actor=actor, obj=media, at=now, bytes=size)
    except BaseException:
        private_files.forget(path)
        raise
    return media


@transaction.atomic
def add_download(
    *, title: str, media_id: int, actor: str, now: datetime, description: str = ""
) -> Download:
    """Add a digital product that is ready to be granted."""
    download = Download.objects.create(
        title=title.strip(),
        slug=free_slug(title, Download.objects.all()),
        description=description,
        media_id=media_id,
        published_at=now,
    )
    log.record("courses.download_added", actor=actor, obj=download, at=now)
    return download


@transaction.atomic
def change_download(
    download: Download,
    *,
    title: str,
    description: str,
    published: bool,
    actor: str,
    now: datetime,
    media_id: int | None = None,
) -> None:
    """Change a digital product; buyers get the new file under the same address.

    media_id   the new file, None to keep the present one
    published  False: nobody can fetch it, passes stay
    """
    download.title, download.description = title.strip(), description
    if media_id is not None:
        download.media_id = media_id
    if not published:
        download.published_at = None
    elif download.published_at is None:
        download.published_at = now
    download.save()
    log.record("courses.download_changed", actor=actor, obj=download, at=now)
