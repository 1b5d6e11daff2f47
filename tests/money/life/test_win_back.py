"""Those who left, as a segment: to be written to only if they agreed to letters."""

from perenne.audience.api import Asked, segment_sources
from perenne.core import clock
from perenne.money.models import Subscription


def people(value):
    asked = Asked("is", value, clock.now())
    rows = segment_sources.get("has_left").members(asked)
    return sorted(row["person_id"] for row in rows)


def test_those_who_left_are_found_by_how_it_ended(subscribe, person, now):
    row = subscribe()
    assert people("voluntary") == []
    Subscription.objects.update(
        state="ended", next_charge_at=None, ended_at=now, ended_reason="voluntary"
    )
    assert (people("voluntary"), people("involuntary")) == ([person.pk], [])
    # Somebody who has come back has not left.
    Subscription.objects.filter(pk=row.pk).update(ended_reason="involuntary")
    assert people("involuntary") == [person.pk]
    subscribe()
    assert people("involuntary") == []
