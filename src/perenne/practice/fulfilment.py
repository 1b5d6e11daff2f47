"""What an offer can grant of practice: a session pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from perenne.practice.api import (
    drop_packs,
    extend_packs,
    grant_pack,
    pack_kind_by_id,
    pack_kinds,
    revoke_packs,
    suspend_packs,
)

if TYPE_CHECKING:
    from datetime import datetime


class GrantPack:
    """Give buyers a session pack; the key is the id of its kind.

    Registered as "session_pack", which names no resource of a pass: a pack is counted,
    so it is given by its own screens and never as access.
    """

    def choices(self) -> list[tuple[str, str]]:
        """Return the kinds of pack that can be given, said to be packs."""
        return [
            (str(kind.pk), _("Session pack: %(name)s") % {"name": kind.name})
            for kind in pack_kinds(only_active=True)
        ]

    def label(self, key: str) -> str:
        """Return the pack's name, "" when it is gone."""
        kind = pack_kind_by_id(int(key))
        return kind.name if kind else ""

    def where(self, key: str) -> str:
        """Return the page that shows what is left and where to book."""
        return reverse("practice_my_bookings")

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
        """Give the pack; a second call with the same source changes nothing."""
        grant_pack(
            person_id=person_id,
            kind_id=int(key),
            source=source,
            ends_at=ends_at,
            actor=actor,
            now=now,
        )

    def extend(
        self, *, source: str, ends_at: datetime | None, actor: str, now: datetime
    ) -> None:
        """Let the packs of the source be used until ends_at, within their own end."""
        extend_packs(source=source, ends_at=ends_at, actor=actor, now=now)

    def suspend(self, *, source: str, actor: str, now: datetime) -> None:
        """Let the packs of the source pay for nothing until they are extended again."""
        suspend_packs(source=source, actor=actor, now=now)

    def drop(self, *, source: str, key: str, actor: str, now: datetime) -> None:
        """Shut the source's pack of one kind; granted anew, it is as it was left."""
        drop_packs(source=source, kind_id=int(key), actor=actor, now=now)

    def revoke(self, *, source: str, actor: str, now: datetime) -> None:
        """Take back what is left of the packs of the source."""
        revoke_packs(source=source, actor=actor, now=now)
