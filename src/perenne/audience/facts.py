"""Who came and who left, as flat dated rows for the review (METRICS §1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from perenne.audience.models import Consent, ContactStatus, Purpose
from perenne.core.queries import current_business

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class AudienceFact:
    """One contact's step: event is "joined", "confirmed" or "left"."""

    at: datetime
    contact: int
    event: str
    source: str
    ref: str


def audience_facts(start: date, end: date) -> list[AudienceFact]:
    """Return what happened to contacts of the letter from start to end, both included.

    Civil days in the business's zone; ordered by instant. "joined" counts contacts who
    are or were subscribed, at the instant they were first known.
    """
    since, until = _instant(start), _instant(end + timedelta(days=1))
    contacts = ContactStatus.objects.filter(purpose=Purpose.LETTER).exclude(
        status=ContactStatus.Status.UNKNOWN
    )
    joined = contacts.filter(joined_at__gte=since, joined_at__lt=until)
    confirmed = contacts.filter(confirmed_at__gte=since, confirmed_at__lt=until)
    left = Consent.objects.filter(
        purpose=Purpose.LETTER,
        state=Consent.State.WITHDRAWN,
        at__gte=since,
        at__lt=until,
    )
    steps = {"joined": ("joined_at", joined), "confirmed": ("confirmed_at", confirmed)}
    facts = [
        AudienceFact(at, person, event, source, f"contact:{pk}")
        for event, (field, rows) in steps.items()
        for at, person, source, pk in rows.values_list(
            field, "person_id", "source", "pk"
        )
    ]
    facts += [
        AudienceFact(at, person, "left", "", f"consent:{pk}")
        for at, person, pk in left.values_list("at", "person_id", "pk")
    ]
    return sorted(facts, key=lambda fact: (fact.at, fact.ref, fact.event))


def _instant(day: date) -> datetime:
    business = current_business()
    zone = ZoneInfo(business.time_zone if business else "UTC")
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)
