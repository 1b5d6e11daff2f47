"""Live events of the membership: one that begins soon, with a seat, and one to come."""

from __future__ import annotations

from datetime import timedelta

from perenne.community.api import save_event, take_seat
from perenne.people.api import person_by_email
from tests.journeys.fullhouse.buying import ANA
from tests.journeys.fullhouse.catalogue import OWNER
from tests.journeys.fullhouse.members import NEW
from tests.journeys.fullhouse.stops import Stop


def hold_events(shop):
    """Put both up; the member sits in the one whose link is open by now."""
    soon = _event(shop, "La soirée du Cercle", timedelta(minutes=10))
    later = _event(shop, "L'atelier d'octobre", timedelta(days=20))
    ana = person_by_email(ANA)
    take_seat(soon.pk, person_id=ana.pk, now=shop.now)
    return [
        *(Stop("/me/events/", who) for who in (ANA, NEW)),
        *(Stop(f"/me/events/{event.slug}/", ANA) for event in (soon, later)),
    ]


def _event(shop, title, ahead):
    return save_event(
        None,
        title=title,
        text="Apportez un texte, nous le lisons ensemble.",
        starts_at=shop.now + ahead,
        minutes=90,
        time_zone="Europe/Paris",
        link="https://visio.example/cercle",
        place="",
        seats=12,
        tier_ids=[shop.keys["tier"]],
        now=shop.now,
        **OWNER,
    )
