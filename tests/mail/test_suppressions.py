import pytest

from perenne.core.models import LogEntry
from perenne.mail.api import (
    is_suppressed,
    lift_suppression,
    suppress,
    suppressed_among,
)
from perenne.mail.models import Suppression

pytestmark = pytest.mark.django_db


def test_an_address_is_suppressed_however_it_is_written(now):
    suppress("Ana@Example.org", reason="unsubscribed", now=now, actor="visitor")
    suppress("ana@example.org", reason="unsubscribed", now=now, actor="visitor")
    assert is_suppressed(" ana@example.ORG")
    assert Suppression.objects.count() == 1
    assert LogEntry.objects.filter(verb="mail.address_suppressed").count() == 1


def test_the_hash_outlives_the_erased_address(now):
    suppress("ana@example.org", reason="complained", now=now, actor="system")
    Suppression.objects.update(address="")
    assert is_suppressed("ana@example.org")
    assert "ana" not in Suppression.objects.get().address_hash


def test_suppressed_among_a_thousand_costs_two_queries(now, django_assert_num_queries):
    suppress("p7@example.org", reason="bounced", now=now, actor="system")
    suppress("p999@example.org", reason="manual", now=now, actor="system")
    with django_assert_num_queries(2):
        found = suppressed_among(f"p{n}@example.org" for n in range(1000))
    assert found == {"p7@example.org", "p999@example.org"}


def test_only_the_asked_reasons_count(now):
    suppress("ana@example.org", reason="unsubscribed", now=now, actor="visitor")
    assert suppressed_among(["ana@example.org"], reasons=["bounced"]) == set()


def test_a_new_consent_lifts_its_reason_alone(now):
    suppress("ana@example.org", reason="unsubscribed", now=now, actor="visitor")
    suppress("ana@example.org", reason="complained", now=now, actor="system")
    lift_suppression("ana@example.org", reason="unsubscribed", now=now, actor="x")
    assert list(Suppression.objects.values_list("reason", flat=True)) == ["complained"]


def test_an_unknown_reason_is_an_error(now):
    with pytest.raises(ValueError, match="because"):
        suppress("ana@example.org", reason="because", now=now, actor="owner")
