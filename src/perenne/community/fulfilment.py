"""What an offer can grant of community: a seat in a live event."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from perenne.community.api import (
    drop_seats,
    event_by_id,
    events_to_sell,
    extend_seats,
    grant_seat,
    revoke_seats,
    suspend_seats,
)
from perenne.core import clock

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.community.models import Event


def _day(event: Event) -> str:
    return date_format(event.starts_at.astimezone(ZoneInfo(event.time_zone)))


class GrantSeat:
    """Give buyers a seat in a live event; the key is its id.

    Registered as "event_seat", which names no resource of a pass: seats are counted, so
    one is given by the event's own screen and never as access.
    """

    def choices(self) -> list[tuple[str, str]]:
        """Return the events to come, each with its day."""
        words = _("Seat in a live event: %(title)s, %(date)s")
        return [
            (str(event.pk), words % {"title": event.title, "date": _day(event)})
            for event in events_to_sell(clock.now())
        ]

    def label(self, key: str) -> str:
        """Return the event's title and day, "" when it is gone."""
        event = event_by_id(int(key))
        if event is None:
            return ""
        said = {"title": event.title, "date": _day(event)}
        return _("%(title)s, live on %(date)s") % said

    def where(self, key: str) -> str:
        """Return the event's page for members."""
        event = event_by_id(int(key))
        if event is None:
            return reverse("community_events")
        return reverse("community_event", args=[event.slug])

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
        """Give the seat; a second call with the same source changes nothing."""
        grant_seat(
            person_id=person_id,
            event_id=int(key),
            source=source,
            ends_at=ends_at,
            actor=actor,
            now=now,
        )

    def extend(
        self, *, source: str, ends_at: datetime | None, actor: str, now: datetime
    ) -> None:
        """Let the seats of the source hold until ends_at."""
        extend_seats(source=source, ends_at=ends_at, actor=actor, now=now)

    def suspend(self, *, source: str, actor: str, now: datetime) -> None:
        """Let the seats of the source let nobody in until they are extended again."""
        suspend_seats(source=source, actor=actor, now=now)

    def drop(self, *, source: str, key: str, actor: str, now: datetime) -> None:
        """Free the source's seat in one event; it may be granted anew."""
        drop_seats(source=source, event_id=int(key), actor=actor, now=now)

    def revoke(self, *, source: str, actor: str, now: datetime) -> None:
        """Take back the source's seats in what is not over."""
        revoke_seats(source=source, actor=actor, now=now)
