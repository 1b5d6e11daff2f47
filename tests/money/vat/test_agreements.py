"""What is agreed to and what the button says, by kind of price (R44, R54, R55, R128)."""

from dataclasses import replace
from datetime import date

import pytest
from django.utils.translation import override

from perenne.core.actions import change_business
from perenne.money.domain.checkout.consents import boxes_for, boxes_for_all
from perenne.money.domain.exits.withdrawals import Due, Sold, Why, proposal_for
from perenne.money.models import Price
from perenne.money.queries.checkout.baskets import Basket
from perenne.money.queries.checkout.checkout import button_label, sepa_mandate_words

DAY = date(2026, 9, 15)
CONTENT = ("digital_content_start", "digital_content_waiver")
SERVICE = ("service_start", "service_loss")
MONTHLY = {"interval": "month"}


def test_a_bundle_asks_for_everything_that_its_parts_ask_for():
    assert boxes_for("mixed", consumer=True) == CONTENT + SERVICE
    assert boxes_for("mixed", consumer=False) == ()
    assert boxes_for_all(["service", "digital_content"], consumer=True) == (
        SERVICE + CONTENT
    )
    assert boxes_for_all(["service", "mixed"], consumer=True) == SERVICE + CONTENT
    assert boxes_for_all(["mixed"], consumer=False) == ()


def test_a_bundle_taken_back_is_the_owners_to_weigh():
    """What was provided of the services is due; nobody but the owner knows it."""
    sold = Sold(
        legal_nature="mixed",
        consumer=True,
        agreed=frozenset(CONTENT + SERVICE),
        confirmed=True,
        last_day=date(2026, 9, 29),
        paid_cents=10000,
    )
    found = proposal_for(sold, declared_on=DAY)
    assert (found.due, found.why, found.refund_cents) == (
        Due.PRO_RATA,
        Why.BEGUN,
        None,
    )
    silent = replace(sold, agreed=frozenset(CONTENT))
    assert proposal_for(silent, declared_on=DAY).refund_cents == 10000


def _basket(offer, *, coupon=None, **price):
    fields = {"amount_cents": 10000, "currency": "EUR", **price}
    return Basket(Price(offer=offer, **fields), coupon=coupon)


@pytest.mark.parametrize(
    ("price", "today", "with_vat", "words"),
    [
        ({}, 10000, True, "Payer 100,00 € TTC"),
        ({}, 8333, False, "Payer 83,33 € HT"),
        ({}, 0, True, "L’obtenir gratuitement"),
        (MONTHLY, 10000, True, "S’abonner et payer 100,00 € TTC par mois"),
        (
            MONTHLY | {"trial_days": 14},
            0,
            False,
            "S’abonner et payer 0,00 € HT, puis 100,00 € HT par mois",
        ),
        (
            MONTHLY | {"instalments": 3},
            10000,
            False,
            "Payer 100,00 € HT, puis 2 × 100,00 € HT par mois",
        ),
    ],
)
def test_the_button_says_what_is_paid_now_and_later(
    course_offer, now, price, today, with_vat, words
):
    basket = replace(_basket(course_offer, **price), with_vat=with_vat)
    label = button_label(basket, today_cents=today, language="fr", now=now)
    assert label.replace("\xa0", " ").replace("\u202f", " ") == words


@pytest.mark.parametrize(
    ("price", "words"),
    [
        ({}, "€100.00, once"),
        (MONTHLY, "€100.00 per month, until I end the subscription"),
        (MONTHLY | {"instalments": 3}, "€100.00 per month, 3 times in all"),
    ],
)
def test_the_mandate_of_a_debit_says_how_much_and_how_often(
    course_offer, now, price, words
):
    """R129: with the creditor's identifier, the notice agreed on, and the refund."""
    change_business(actor="owner", now=now, sepa_creditor_id="FR12ZZZ123456")
    with override("en"):
        said = sepa_mandate_words(
            _basket(course_offer, **price), language="en", now=now
        )
    for part in (words, "FR12ZZZ123456", "2 days", "8 weeks", "13 months"):
        assert part in said
