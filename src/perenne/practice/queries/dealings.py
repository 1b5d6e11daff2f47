"""Practice's part of the person card: sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from perenne.people.api import Happening, Standing
from perenne.practice.models import Booking
from perenne.practice.queries.bookings import business_zone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


def _day(at: datetime, zone: ZoneInfo) -> str:
    return date_format(at.astimezone(zone), "SHORT_DATETIME_FORMAT")


class SessionDealings:
    """Booked, held and cancelled sessions."""

    title = gettext_lazy("Sessions")

    def standing(self, person_id: int, *, now: datetime) -> list[Standing]:
        """Return the sessions to come."""
        rows = Booking.objects.filter(
            person_id=person_id, state=Booking.State.BOOKED, ends_at__gt=now
        ).select_related("service")
        zone = business_zone()
        return [
            Standing(
                row.service.name,
                _day(row.starts_at, zone),
                reverse("desk_practice_bookings"),
            )
            for row in rows.order_by("starts_at")[:20]
        ]

    def happened(
        self, person_id: int, *, until: datetime, most: int
    ) -> list[Happening]:
        """Return the sessions at the instant they were booked."""
        rows = Booking.objects.filter(person_id=person_id, created_at__lte=until)
        zone = business_zone()
        return [
            Happening(
                row.created_at,
                _("Booked “%(service)s” for %(when)s (%(state)s)")
                % {
                    "service": row.service.name,
                    "when": _day(row.starts_at, zone),
                    "state": row.get_state_display().lower(),
                },
                reverse("desk_practice_bookings"),
            )
            for row in rows.select_related("service").order_by("-created_at")[:most]
        ]

    def last_contacts(self, person_ids: Sequence[int]) -> dict[int, datetime]:
        """Return when each person's last session was or will be."""
        rows = Booking.objects.filter(person_id__in=person_ids).order_by()
        return dict(rows.values_list("person_id").annotate(last=Max("starts_at")))
