"""The sample business at a fiftieth of its size."""

from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Sum

from demo.history.story import DAYS
from perenne.audience.models import ContactStatus, Letter
from perenne.bilan.domain.export import review_values
from perenne.bilan.domain.periods import Period
from perenne.bilan.queries import review_for
from perenne.community.api import next_events
from perenne.core import clock
from perenne.courses.models import Lesson
from perenne.launches.api import launches
from perenne.mail.models import Delivery
from perenne.memberships.api import has_pass
from perenne.money.models import Invoice, LedgerEntry, Order, Payment, Subscription
from perenne.money.queries.books.ledger import chain_breaks
from perenne.people.api import person_by_email
from perenne.practice.api import packs_to_export, upcoming_bookings
from perenne.practice.models import Booking, Client
from perenne.streams.models import Absence, WorkEntry
from perenne.website.models import PostPage
from tests.conftest import NOW


def _fingerprint():
    """All that is not a random key: who, when, how much."""
    return {
        "ledger": list(
            LedgerEntry.objects.order_by("sequence").values_list(
                "kind", "cause", "amount_cents", "received_on", "label", "counterparty"
            )
        ),
        "invoices": list(
            Invoice.objects.order_by("pk").values_list(
                "number", "gross_cents", "issued_on", "paid_on", "customer_name"
            )
        ),
        "contacts": list(
            ContactStatus.objects.order_by("person_id").values_list(
                "person__email", "status", "joined_at"
            )
        ),
        "work": list(
            WorkEntry.objects.order_by("pk").values_list("on", "activity", "minutes")
        ),
        "bookings": list(
            Booking.objects.order_by("starts_at").values_list("starts_at", "state")
        ),
    }


def _build(settings, folder):
    settings.DATA = folder
    with clock.frozen(NOW):
        call_command("build_demo", "--scale", "0.02", verbosity=0)


@pytest.mark.slow
@pytest.mark.django_db
def test_build_demo_makes_a_business_that_holds_together(settings, tmp_path):
    before = transaction.savepoint_create()
    _build(settings, tmp_path / "first")
    first = _fingerprint()
    transaction.savepoint_rollback(before)
    _build(settings, tmp_path / "second")
    assert _fingerprint() == first
    _check_counts()
    _check_books()
    _check_member()
    _check_nothing_leaves(tmp_path / "second")
    with pytest.raises(CommandError):
        call_command("build_demo", verbosity=0)


def _check_counts():
    statuses = Counter(ContactStatus.objects.values_list("status", flat=True))
    assert sum(statuses.values()) == 80
    assert statuses["withdrawn"] > 0
    assert PostPage.objects.live().count() == 6
    assert Lesson.objects.filter(published__isnull=False).count() == 9
    assert [launch.snapshot_at is not None for launch in launches()] == [True] * 3
    assert [row.last_on - row.first_on for row in Absence.objects.all()] == [
        timedelta(days=13),
        timedelta(days=20),
    ]
    assert Client.objects.exclude(company="").count() == 6
    assert Letter.objects.filter(state="sent").count() == 39 + 9
    earliest = LedgerEntry.objects.earliest("received_on").received_on
    assert NOW.date() - timedelta(days=DAYS) < earliest


def _check_books():
    """The chain holds, numbers have no gap, the review's sums are the ledger's."""
    assert chain_breaks() == []
    for series in ("F", "A"):
        seen = {}
        rows = Invoice.objects.filter(series=series).order_by("pk")
        for year, sequence in rows.values_list("year", "sequence"):
            assert sequence == seen.get(year, 0) + 1
            seen[year] = sequence
    assert (
        Payment.objects.count()
        == Invoice.objects.filter(ref__startswith="payment:").count()
    )
    period = Period(NOW.date() - timedelta(days=DAYS), NOW.date())
    values = review_values(review_for(period, date_rule="received", now=NOW))
    whole = LedgerEntry.objects.aggregate(sum=Sum("amount_cents"))["sum"]
    social = sum(line["contributions_cents"] for line in values["streams"])
    assert values["net_cents"] - social == whole
    overdue = Invoice.objects.filter(
        kind="invoice", paid_on=None, due_on__lt=NOW.date(), credited_cents=0
    )
    assert overdue.count() == 2


def _check_member():
    ana = person_by_email("ana@example.org")
    assert ana.user_id is not None
    assert {
        (order.offer.slug, order.state) for order in Order.objects.filter(person=ana)
    } == {
        ("cercle", "paid"),
        ("ecrire-pour-etre-lu", "paid"),
    }
    tier, course = (
        f"{row.kind}:{row.key}"
        for slug in ("cercle", "ecrire-pour-etre-lu")
        for row in Order.objects.get(person=ana, offer__slug=slug).offer.grants.all()
    )
    assert has_pass(ana.pk, tier, now=NOW)
    assert has_pass(ana.pk, course, now=NOW)
    assert len(upcoming_bookings(ana.pk, now=NOW)) == 1
    assert [row.left for row in packs_to_export(ana.pk)] == [4]
    assert len(next_events(ana.pk, NOW)) == 1


def _check_nothing_leaves(folder):
    assert set(Delivery.objects.values_list("status", flat=True)) <= {"sent"}
    late = Subscription.objects.filter(next_charge_at__lte=NOW)
    assert late.count() == 0
    assert (folder / "stripe.json").exists()
