"""What an offer can grant of courses: a course, a digital product."""

from __future__ import annotations

from typing import TYPE_CHECKING

from perenne.courses.api import (
    course_address,
    course_title,
    download_by_id,
    published_courses,
    published_downloads,
)
from perenne.memberships.api import (
    drop_passes,
    extend_passes,
    grant_pass,
    revoke_passes,
    suspend_passes,
)

if TYPE_CHECKING:
    from datetime import datetime


class _GrantPass:
    """Give, extend and take back passes for "<kind>:<key>"."""

    kind = ""

    def grant(
        self,
        *,
        person_id: int,
        key: str,
        source: str,
        starts_at: datetime,
        ends_at: datetime | None,
        actor: str,
        now: datetime,
    ) -> None:
        """Give the pass; a second call with the same source changes nothing."""
        grant_pass(
            person_id=person_id,
            resource=f"{self.kind}:{int(key)}",
            source=source,
            starts_at=starts_at,
            ends_at=ends_at,
            actor=actor,
            now=now,
        )

    def extend(
        self, *, source: str, ends_at: datetime | None, actor: str, now: datetime
    ) -> None:
        """Let the passes of the source run until ends_at."""
        extend_passes(source=source, ends_at=ends_at, actor=actor, now=now)

    def suspend(self, *, source: str, actor: str, now: datetime) -> None:
        """Shut the passes of the source until they are extended again."""
        suspend_passes(source=source, actor=actor, now=now)

    def drop(self, *, source: str, key: str, actor: str, now: datetime) -> None:
        """Shut the source's pass for one key; it may be given anew later."""
        drop_passes(
            source=source,
            resource=f"{self.kind}:{int(key)}",
            actor=actor,
            now=now,
        )

    def revoke(self, *, source: str, actor: str, now: datetime) -> None:
        """Take back the passes of the source."""
        revoke_passes(source=source, actor=actor, now=now)


class GrantCourse(_GrantPass):
    """Open a course; the key is its id."""

    kind = "course"

    def choices(self) -> list[tuple[str, str]]:
        """Return the published courses."""
        return [(str(course.pk), course.title) for course in published_courses()]

    def label(self, key: str) -> str:
        """Return the course's title, "" when it is gone."""
        return course_title(int(key))

    def where(self, key: str) -> str:
        """Return the course's page for members."""
        return course_address(int(key))


class GrantDownload(_GrantPass):
    """Open a digital product; the key is its id."""

    kind = "download"

    def choices(self) -> list[tuple[str, str]]:
        """Return the published digital products."""
        return [(str(row.pk), row.title) for row in published_downloads()]

    def label(self, key: str) -> str:
        """Return the product's title, "" when it is gone."""
        download = download_by_id(int(key))
        return download.title if download else ""

    def where(self, key: str) -> str:
        """Return the page it is fetched from."""
        download = download_by_id(int(key))
        return f"/me/downloads/{download.slug}/" if download else "/me/courses/"
