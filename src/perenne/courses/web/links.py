"""Links to private files: made for one person, for a few hours, and signed.

A link is no right: whoever opens it must be that person, and the file is looked for again
through a query that checks for a pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from perenne.core.errors import NotFound

if TYPE_CHECKING:
    from perenne.courses.models import Media

_SALT = "perenne.courses.media"
_LIFETIME = timedelta(hours=6)
_STEP_SECONDS = 3600  # links of one hour are equal, so that a browser's copy is found


@dataclass(frozen=True, slots=True)
class MediaLink:
    """What a link leads to: a file of a lesson, or of a download (course_id 0)."""

    person_id: int
    media_id: int
    course_id: int = 0
    lesson_id: int = 0
    download_id: int = 0


def media_address(link: MediaLink, media: Media, *, now: datetime) -> str:
    """Return the address of a file for one person, good for at least five hours."""
    hour = int(now.timestamp()) // _STEP_SECONDS * _STEP_SECONDS
    ends = hour + int(_LIFETIME.total_seconds())
    values = [
        *(link.person_id, link.media_id, link.course_id, link.lesson_id),
        *(link.download_id, ends),
    ]
    token = Signer(salt=_SALT).sign_object(values)
    return reverse("courses_media", args=[token, media.name])


def opened_link(token: str, *, person_id: int, now: datetime) -> MediaLink:
    """Return what the link leads to.

    Raises  NotFound: forged, expired, or made for someone else
    """
    try:
        *values, ends = Signer(salt=_SALT).unsign_object(token)
        link = MediaLink(*values)
    except (BadSignature, ValueError, TypeError):
        raise NotFound from None
    if link.person_id != person_id or now >= datetime.fromtimestamp(ends, UTC):
        raise NotFound
    return link
