"""What people are told about their packs; called inside the action's transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse

from perenne.mail.api import queue_template
from perenne.practice.queries.bookings import business_zone
from perenne.practice.queries.packs import last_day_of

if TYPE_CHECKING:
    from datetime import datetime

    from perenne.practice.models import Pack


def mail_pack_given(pack: Pack, *, now: datetime) -> None:
    """Say what was given, until when it holds and where to use it."""
    _tell(pack, "pack_given", ref=f"practice:pack_given:{pack.pk}", now=now)


def mail_pack_ends(pack: Pack, *, now: datetime) -> None:
    """Say that the last day is near; once for each last day."""
    ref = (
        f"practice:pack_ends:{pack.pk}:{last_day_of(pack, business_zone()).isoformat()}"
    )
    _tell(pack, "pack_ends", ref=ref, now=now)


def _tell(pack: Pack, template: str, *, ref: str, now: datetime) -> None:
    queue_template(
        ref=ref,
        to=pack.person.email,
        template=f"practice/mail/{template}",
        context={
            "name": pack.person.name,
            "pack": pack.kind.name,
            "left": pack.left,
            "last_day": last_day_of(pack, business_zone()),
            "packs_url": f"{settings.SITE_URL}{reverse('practice_my_bookings')}",
        },
        language=pack.person.language,
        now=now,
    )
