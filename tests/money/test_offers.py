from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from perenne.core.models import LogEntry
from perenne.money.actions.offers.offers import (
    SlugTaken,
    WindowRunsBackwards,
    change_offer,
    set_offer_window,
)
from perenne.money.actions.offers.prices import PriceUnchanged, change_price, end_price
from perenne.money.domain.offers.windows import Sale
from perenne.money.models import Offer, Price
from perenne.money.queries.offers.offers import current_prices, offers_on_sale, sale_of


def test_an_offer_is_open_from_its_first_instant_to_the_one_before_its_last(
    course_offer, now
):
    later = now + timedelta(days=3)
    set_offer_window(
        course_offer.pk, opens_at=now, closes_at=later, actor="owner", now=now
    )
    course_offer.refresh_from_db()
    instants = [now - timedelta(seconds=1), now, later - timedelta(seconds=1), later]
    states = [sale_of(course_offer, at) for at in instants]
    assert states == [Sale.NOT_YET, Sale.OPEN, Sale.OPEN, Sale.CLOSED]
    assert [list(offers_on_sale(at)) for at in instants] == [
        [],
        [course_offer],
        [course_offer],
        [],
    ]


def test_a_window_that_runs_backwards_changes_nothing(course_offer, now):
    rows = LogEntry.objects.count()
    with pytest.raises(WindowRunsBackwards):
        set_offer_window(
            course_offer.pk, opens_at=now, closes_at=now, actor="owner", now=now
        )
    assert Offer.objects.get().opens_at is None
    assert LogEntry.objects.count() == rows


def test_an_address_belongs_to_one_offer(course_offer, club_offer, now):
    with pytest.raises(SlugTaken):
        change_offer(club_offer.pk, slug="course", actor="owner", now=now)
    club_offer.refresh_from_db()
    assert club_offer.slug == "club"


def test_scripts_in_a_description_are_taken_out(course_offer, now):
    text = '<p onclick="x()">Hello<script>alert(1)</script> <em>you</em></p>'
    change_offer(course_offer.pk, description=text, actor="owner", now=now)
    course_offer.refresh_from_db()
    assert course_offer.description == "<p>Hello <em>you</em></p>"


def test_a_new_price_ends_the_former_and_keeps_it_in_the_history(club_offer, now):
    later = now + timedelta(days=1)
    new = change_price(
        club_offer.pk,
        amount_cents=1200,
        currency="EUR",
        interval="month",
        actor="owner",
        now=later,
    )
    assert [row.amount_cents for row in current_prices(club_offer.pk, now)] == [
        900,
        9000,
    ]
    assert [row.amount_cents for row in current_prices(club_offer.pk, later)] == [
        1200,
        9000,
    ]
    end_price(
        new.pk, offer_id=club_offer.pk, actor="owner", now=later + timedelta(days=1)
    )
    prices = current_prices(club_offer.pk, later + timedelta(days=1))
    assert [row.amount_cents for row in prices] == [9000]
    assert Price.objects.count() == 4


def test_the_same_price_again_is_refused(club_offer, now):
    with pytest.raises(PriceUnchanged):
        change_price(
            club_offer.pk,
            amount_cents=900,
            currency="EUR",
            interval="month",
            actor="owner",
            now=now + timedelta(days=1),
        )
    assert Price.objects.count() == 2


def test_the_database_keeps_every_price(club_offer):
    with pytest.raises(IntegrityError), transaction.atomic():
        Price.objects.update(amount_cents=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Price.objects.all()._raw_delete("default")
    assert Price.objects.count() == 2
