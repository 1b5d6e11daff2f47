"""Digital products a person may download: access is checked while fetching."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.core.errors import NotFound
from perenne.courses.models import Download
from perenne.memberships.api import has_pass, resources_of

if TYPE_CHECKING:
    from datetime import datetime


def download_resource(download_id: int) -> str:
    """Return the resource that a pass for the download names."""
    return f"download:{download_id}"


def downloads_for(person_id: int, now: datetime) -> list[Download]:
    """Return the published downloads the person has a pass for, with their file."""
    held = resources_of(person_id, now=now)
    ids = [int(key[9:]) for key in held if key.startswith("download:")]
    if not ids:
        return []
    found = Download.objects.filter(pk__in=ids, published_at__isnull=False)
    return list(found.select_related("media"))


def download_for(person_id: int, slug: str, *, now: datetime) -> Download:
    """Return the download with its file if the person has a pass for it.

    Raises  NotFound: absent, unpublished or without a pass: they cannot be told apart
    """
    found = Download.objects.select_related("media").filter(slug=slug)
    download = found.filter(published_at__isnull=False).first()
    if download is None or not person_has(person_id, download.pk, now=now):
        raise NotFound
    return download


def person_has(person_id: int, download_id: int, *, now: datetime) -> bool:
    """Tell whether the person has a pass for the download."""
    return has_pass(person_id, download_resource(download_id), now=now)


def all_downloads() -> list[Download]:
    """Return every download for the owner, by title."""
    return list(Download.objects.select_related("media"))


def download_by_slug(slug: str) -> Download:
    """Return the download for the owner; NotFound when there is none."""
    found = Download.objects.select_related("media").filter(slug=slug).first()
    if found is None:
        raise NotFound
    return found


def download_by_id(download_id: int) -> Download | None:
    """Return the download, or None."""
    return Download.objects.select_related("media").filter(pk=download_id).first()


def published_downloads() -> list[Download]:
    """Return the downloads an offer can grant."""
    return list(Download.objects.filter(published_at__isnull=False))
