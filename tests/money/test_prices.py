"""Every way to pay: what may be sold together, and what the history keeps."""

from datetime import timedelta

import pytest

from perenne.money.actions.offers.prices import (
    PriceTerms,
    PriceTermsDoNotFit,
    PriceUnchanged,
    end_price,
    set_price,
)
from perenne.money.models import Price
from perenne.money.queries.checkout.plan_words import owner_words, price_words
from perenne.money.queries.offers.offers import current_prices


@pytest.fixture
def sell(course_offer, now):
    """Set a price of the course: sell(9000, "month", instalments=3)."""

    def sell(amount_cents, interval="one_off", *, at=now, currency="EUR", **terms):
        return set_price(
            course_offer.pk,
            PriceTerms(amount_cents, currency, interval, **terms),
            actor="owner",
            now=at,
        )

    return sell


def test_ways_to_pay_stand_side_by_side(sell, course_offer, now):
    later = now + timedelta(seconds=1)
    sell(9_000, "month", instalments=3, at=later)
    sell(900, "month", trial_days=14, at=later)
    sell(2_400, "week", interval_count=2, at=later)
    sell(5_000, currency="USD", at=later)
    sell(7_500, currency="JPY", at=later)
    prices = current_prices(course_offer.pk, later)
    assert [(row.currency, row.amount_cents) for row in prices] == [
        ("EUR", 900),
        ("EUR", 2_400),
        ("EUR", 4_900),
        ("EUR", 9_000),
        ("JPY", 7_500),
        ("USD", 5_000),
    ]


def test_a_new_price_replaces_only_its_own_way_to_pay(sell, course_offer, now):
    sell(9_000, "month", instalments=3)
    sell(8_000, "month", instalments=3, at=now + timedelta(days=1))
    amounts = [
        row.amount_cents
        for row in current_prices(course_offer.pk, now + timedelta(days=1))
    ]
    assert amounts == [4_900, 8_000]
    assert Price.objects.count() == 3


def test_other_terms_are_another_price(sell, now):
    sell(900, "month")
    with pytest.raises(PriceUnchanged):
        sell(900, "month", at=now + timedelta(days=1))
    sell(900, "month", trial_days=7, at=now + timedelta(days=1))
    assert Price.objects.filter(interval="month").count() == 2


def test_what_is_ended_keeps_its_terms(sell, course_offer, now):
    price = sell(9_000, "month", instalments=3, access_on_default=Price.OnDefault.KEEP)
    later = now + timedelta(days=1)
    end_price(price.pk, offer_id=course_offer.pk, actor="owner", now=later)
    ended = Price.objects.get(on_sale=False)
    assert (ended.instalments, ended.access_on_default) == (3, "keep")
    assert [row.interval for row in current_prices(course_offer.pk, later)] == [
        "one_off"
    ]


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"amount_cents": 0}, "amount"),
        ({"interval": "one_off", "instalments": 3}, "instalments"),
        ({"interval": "one_off", "interval_count": 2}, "instalments"),
        ({"interval": "one_off", "trial_days": 7}, "trial_days"),
        ({"instalments": 3, "trial_days": 7}, "trial_days"),
        ({"trial_price_cents": 100}, "trial_days"),
        ({"minimum_cents": 100, "instalments": 3}, "minimum"),
        ({"minimum_cents": 100, "trial_days": 7}, "minimum"),
        ({"minimum_cents": 901}, "minimum"),
        ({"minimum_cents": 0}, "minimum"),
    ],
)
def test_terms_that_do_not_fit_are_refused(sell, terms, field):
    with pytest.raises(PriceTermsDoNotFit) as refusal:
        sell(**({"amount_cents": 900, "interval": "month"} | terms))
    assert refusal.value.field == field
    assert Price.objects.count() == 1


@pytest.mark.parametrize(
    ("price", "words", "more"),
    [
        (
            {"amount_cents": 9_000, "interval": "month", "instalments": 3},
            "3 × €90.00 per month",
            ["€270.00 in all", "access waits while one is unpaid"],
        ),
        (
            {"amount_cents": 900, "interval": "week", "interval_count": 2},
            "€9.00 every 2 weeks",
            [],
        ),
        (
            {"amount_cents": 900, "interval": "year", "trial_days": 14},
            "€9.00 per year",
            ["14 days free to begin with"],
        ),
        (
            {"amount_cents": 2_000, "minimum_cents": 500, "interval": "one_off"},
            "from €5.00, as you choose",
            ["we suggest €20.00"],
        ),
        (
            {"amount_cents": 7_500, "currency": "JPY", "interval": "one_off"},
            "¥7,500",
            [],
        ),
    ],
)
def test_a_price_reads_as_a_sentence(price, words, more, settings):
    from django.utils.translation import override

    row = Price(**price)
    with override("en"):
        assert (price_words(row), owner_words(row)) == (words, more)
