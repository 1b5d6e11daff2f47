"""Write clients, missions and the hours worked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from perenne.core import log
from perenne.core.errors import NotFound, Refusal
from perenne.people.api import find_or_add_person
from perenne.practice.models import Client, Mission, MissionTime
from perenne.streams.api import Activity, log_work

if TYPE_CHECKING:
    from datetime import date, datetime

MINUTES_A_DAY = 1440


class MissionIsDone(Refusal):
    """The mission is closed; nothing was changed."""

    sentence = _("This mission is done. Open it again to add hours.")


class MinutesOutOfRange(Refusal):
    """Not between one minute and a day; nothing was changed."""

    sentence = _("Enter between one minute and 24 hours.")
    field = "hours"


@transaction.atomic
def save_client(
    *,
    email: str,
    actor: str,
    now: datetime,
    name: str = "",
    language: str = "fr",
    **billing: str,
) -> Client:
    """Make a person a client, or change where their invoices go.

    billing  company, siren, vat_number, street, postcode, city, country
    Raises   InvalidAddress: nothing was changed
    """
    person = find_or_add_person(
        email=email, name=name, language=language, actor=actor, now=now
    )
    client, created = Client.objects.update_or_create(
        person=person,
        defaults=billing,
        create_defaults={**billing, "created_at": now},
    )
    verb = "practice.client_added" if created else "practice.client_changed"
    log.record(verb, actor=actor, obj=client, at=now)
    return client


@transaction.atomic
def add_mission(
    client_id: int,
    *,
    title: str,
    pricing: str,
    rate_cents: int,
    stream_id: int,
    actor: str,
    now: datetime,
    **more: int,
) -> Mission:
    """Open a mission.

    more    day_minutes, budget_minutes, round_minutes
    Raises  NotFound: nothing was changed
    """
    if not Client.objects.filter(pk=client_id).exists():
        raise NotFound
    mission = Mission.objects.create(
        client_id=client_id,
        title=title,
        pricing=Mission.Pricing(pricing),
        rate_cents=rate_cents,
        stream_id=stream_id,
        created_at=now,
        **more,
    )
    log.record("practice.mission_opened", actor=actor, obj=mission, at=now)
    return mission


@transaction.atomic
def change_mission(
    mission_id: int, *, actor: str, now: datetime, **changes: Any
) -> Mission:
    """Change a mission's terms or state; what was billed stays as it was.

    Raises  NotFound: nothing was changed
    """
    mission = Mission.objects.filter(pk=mission_id).first()
    if mission is None:
        raise NotFound
    for name, value in changes.items():
        setattr(mission, name, value)
    mission.save(update_fields=list(changes))
    log.record(
        "practice.mission_changed",
        actor=actor,
        obj=mission,
        at=now,
        fields=sorted(changes),
    )
    return mission


@transaction.atomic
def add_mission_time(
    mission_id: int,
    *,
    on: date,
    minutes: int,
    actor: str,
    now: datetime,
    note: str = "",
) -> MissionTime:
    """Add hours to a mission, and to its stream's work (ref "mission-time:<id>").

    Raises  NotFound, MissionIsDone, MinutesOutOfRange: nothing was changed
    """
    mission = Mission.objects.filter(pk=mission_id).first()
    if mission is None:
        raise NotFound
    if mission.state != Mission.State.OPEN:
        raise MissionIsDone
    if not 1 <= minutes <= MINUTES_A_DAY:
        raise MinutesOutOfRange
    entry = MissionTime.objects.create(
        mission=mission, on=on, minutes=minutes, note=note, created_at=now
    )
    log_work(
        stream_id=mission.stream_id,
        activity=Activity.DELIVERY,
        on=on,
        minutes=minutes,
        ref=f"mission-time:{entry.pk}",
        note=mission.title,
        actor=actor,
        now=now,
    )
    log.record("practice.time_added", actor=actor, obj=mission, at=now, minutes=minutes)
    return entry
