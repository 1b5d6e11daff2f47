"""What a purchase opens: tier, course, download."""

from datetime import timedelta

import pytest

from perenne.courses.actions import files
from perenne.memberships.api import add_tier, has_pass
from perenne.money.api import fulfilment

DAY = timedelta(days=1)


@pytest.fixture
def things(make_course, keep, now):
    add_tier(name="Club", actor="owner", now=now)
    make_course("Rest")
    files.add_download(title="Guide", media_id=keep().pk, actor="owner", now=now)


@pytest.mark.parametrize(
    ("kind", "label", "where"),
    [
        ("tier", "Club", "/me/"),
        ("course", "Rest", "/me/courses/rest/"),
        ("download", "Guide", "/me/downloads/guide/"),
    ],
)
def test_a_purchase_is_granted_extended_and_revoked(
    things, person, now, kind, label, where
):
    handler = fulfilment.get(kind)
    ((key, text),) = handler.choices()
    assert (text, handler.label(key), handler.where(key)) == (label, label, where)
    by = {"source": "order:7", "actor": "system", "now": now}
    for _time in range(2):
        handler.grant(
            person_id=person.pk, key=key, starts_at=now, ends_at=now + DAY, **by
        )
    resource, later = f"{kind}:{key}", now + 2 * DAY
    assert has_pass(person.pk, resource, now=now) is True
    assert has_pass(person.pk, resource, now=later) is False
    handler.extend(ends_at=now + 3 * DAY, **by)
    assert has_pass(person.pk, resource, now=later) is True
    handler.revoke(**by)
    assert has_pass(person.pk, resource, now=now) is False


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["tier", "course", "download"])
def test_what_is_gone_has_no_label(kind):
    assert fulfilment.get(kind).label("99") == ""
    assert fulfilment.get(kind).choices() == []
