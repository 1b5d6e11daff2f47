"""What is on sale and what it costs, as visitors read it."""

from datetime import timedelta

import pytest
from django.test import Client

from perenne.core import clock
from perenne.core.actions import change_business
from perenne.core.tokens import new_token
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.offers.coupons import add_coupon
from perenne.money.actions.offers.ladders import add_step
from perenne.money.actions.offers.offers import change_offer
from perenne.money.actions.offers.prices import PriceTerms, set_price
from perenne.money.domain.offers.ladders import Step
from perenne.money.models import Order
from perenne.money.queries.offers.offers import current_prices

ENGLISH = {"accept-language": "en"}
BOXES = (
    "terms",
    "mandate",
    "digital_content_start",
    "digital_content_waiver",
    "service_start",
    "service_loss",
)


@pytest.fixture
def sell(now):
    """Set a price: sell(offer, 9000, "month", instalments=3)."""

    def sell(offer, amount_cents, interval="one_off", *, currency="EUR", **terms):
        at = terms.pop("at", now + timedelta(seconds=1))
        terms = PriceTerms(amount_cents, currency, interval, **terms)
        return set_price(offer.pk, terms, actor="owner", now=at)

    return sell


@pytest.fixture
def read(db, now):
    """Read a page as somebody new, a minute later: read("/offers/course/", days=1)."""

    def read(path, *, days=0):
        with clock.frozen(now + timedelta(days=days, minutes=1)):
            return Client().get(path, headers=ENGLISH).content.decode()

    return read


@pytest.fixture
def fill(client, now, account):
    """Open a checkout and return its address and its form, filled in."""

    def fill(offer, price, **fields):
        with clock.frozen(now + timedelta(minutes=1)):
            page = client.get(
                f"/checkout/{offer.slug}/?price={price.pk}", headers=ENGLISH
            )
        form = page.context["form"]
        return f"/checkout/{offer.slug}/", {
            "key": form.initial["key"],
            "price": form.initial["price"],
            "name": "Ana Silva",
            "email": "ana@example.org",
            "buyer_type": "consumer",
            "country": "FR",
            "method": "stripe",
            **{name: "on" for name in BOXES if name in form.fields},
            **fields,
        }

    return fill


@pytest.fixture
def send(client, now):
    """Send a form a minute later, in English."""

    def send(url, data):
        with clock.frozen(now + timedelta(minutes=1)):
            return client.post(url, data, headers=ENGLISH)

    return send


def test_an_offer_page_says_each_way_to_pay_in_one_phrase(club, sell, read):
    sell(club, 9_000, "month", instalments=3)
    sell(club, 900, "month", trial_days=14)
    page = read("/offers/club/")
    for words in (
        "3 × €90.00 per month",
        "€270.00 in all",
        "€9.00 per month",
        "14 days free to begin with",
        "€90.00 per year",
    ):
        assert words in page


def test_a_reduced_price_shows_the_lowest_of_the_days_before(course, sell, read, now):
    """R67: struck once it was asked for 30 days, and computed by itself."""
    sell(course, 3_900, at=now + timedelta(days=20))
    assert "<s class" not in read("/offers/course/", days=20)
    sell(course, 4_900, at=now + timedelta(days=21))
    sell(course, 2_900, at=now + timedelta(days=60))
    page = read("/offers/course/", days=60)
    assert "€49.00</s>" in page
    assert "the lowest price of the 30 days before it was reduced" in page
    price = current_prices(course.pk, now + timedelta(days=61))[0]
    assert "€49.00</s>" in read(f"/checkout/course/?price={price.pk}", days=60)


def test_a_ladder_is_said_beforehand_and_strikes_nothing(course, read, now):
    price = course.prices.get()
    for step in (
        Step(5_900, starts_at=now + timedelta(days=3)),
        Step(6_900, after_seats=20),
    ):
        add_step(course.pk, price.pk, step=step, actor="owner", now=now)
    page = read("/offers/course/")
    assert "€59.00 from Sept. 18, 2026 at 10:30 a.m. on" in page
    assert "€69.00 from the moment when 20 places are taken" in page
    risen = read("/offers/course/", days=3)
    assert "€59.00</span>" in risen
    assert "<s class" not in risen


def test_places_left_are_counted_and_a_sold_out_offer_takes_no_order(
    course, make_order, client, read, now
):
    change_offer(course.pk, seats=2, actor="owner", now=now)
    assert "2 of 2 places left" in read("/offers/course/")
    make_order(course, key=new_token())
    assert "1 of 2 place left" in read("/offers/course/")
    make_order(course, key=new_token())
    page = read("/offers/course/")
    assert "Every place is taken." in page
    assert "/checkout/" not in page
    answer = client.get("/checkout/course/", headers=ENGLISH)
    assert answer.status_code == 409
    assert "/subscribe/" in answer.content.decode()


def test_currencies_are_shown_one_at_a_time_with_their_own_decimals(
    course, sell, read, fill, send, account
):
    yen = sell(course, 7_500, currency="JPY")
    page = read("/offers/course/")
    assert "€49.00" in page
    assert "¥7,500" not in page
    page = read("/offers/course/?currency=JPY")
    assert "¥7,500" in page
    assert "€49.00" not in page
    send(*fill(course, yen))
    intent = account.objects("checkout.session")[0]
    assert (intent["amount_total"], intent["currency"]) == (7_500, "jpy")


def test_the_offer_page_costs_few_queries_and_none_once_kept(
    course, client, now, django_assert_max_num_queries, django_assert_num_queries
):
    price = course.prices.get()
    step = Step(6_900, after_seats=20)
    add_step(course.pk, price.pk, step=step, actor="owner", now=now)
    with django_assert_max_num_queries(15):
        client.get("/offers/course/", headers=ENGLISH)
    with django_assert_num_queries(0):
        page = client.get("/offers/course/", headers=ENGLISH)
    assert b"49.00" in page.content


def test_a_page_that_is_about_to_change_is_not_kept(course, client, now, sell):
    change_offer(
        course.pk, closes_at=now + timedelta(seconds=80), actor="owner", now=now
    )
    client.get("/offers/course/", headers=ENGLISH)
    with clock.frozen(now + timedelta(seconds=80)):
        page = client.get("/offers/course/", headers=ENGLISH)
    assert "Closed since" in page.content.decode()


def test_the_checkout_costs_few_queries(
    course, client, account, django_assert_max_num_queries
):
    with django_assert_max_num_queries(25):
        client.get("/checkout/course/", headers=ENGLISH)


# --- The sum, the code, the words on the button -------------------------------------


@pytest.mark.parametrize(
    ("price", "button", "sentences"),
    [
        (
            {"amount_cents": 9_000, "interval": "month", "instalments": 3},
            "Pay €90.00 incl. tax, then 2 × €90.00 incl. tax per month",
            [
                "Then 2 payments of €90.00, per month.",
                "€270.00 in all, then nothing more is due.",
            ],
        ),
        (
            {"amount_cents": 900, "interval": "month", "trial_days": 14},
            "Subscribe and pay €0.00 incl. tax, then €9.00 incl. tax per month",
            [
                "The first charge of €9.00 comes on Sept. 29, 2026, after the trial.",
                "Then €9.00 per month.",
                "Renewed by itself until you end it online, free of charge.",
            ],
        ),
        (
            {"amount_cents": 900, "interval": "week", "interval_count": 2},
            "Subscribe and pay €9.00 incl. tax every 2 weeks",
            [
                "€9.00 every 2 weeks.",
                "Renewed by itself until you end it online, free of charge.",
            ],
        ),
        (
            {"amount_cents": 5_000, "interval": "one_off"},
            "Pay €50.00 incl. tax",
            ["A single payment; nothing renews."],
        ),
    ],
)
def test_the_checkout_says_every_payment_before_the_order(
    course, sell, client, now, price, button, sentences
):
    """R42, R44, R66: what is due today, what follows, and when."""
    row = sell(course, **price)
    with clock.frozen(now + timedelta(minutes=1)):
        page = client.get(f"/checkout/course/?price={row.pk}", headers=ENGLISH)
    assert page.context["button"] == button
    assert page.context["plan"] == sentences


@pytest.fixture
def code(business, now):
    return add_coupon(
        code="HALF", offers=[], percent_bp=5_000, periods=2, actor="owner", now=now
    )


def test_a_code_in_the_address_is_filled_in_and_taken_off(course, code, read):
    assert "&amp;coupon=half" in read("/offers/course/?coupon=half")
    page = read("/checkout/course/?coupon=half")
    assert 'value="half"' in page
    assert "Pay €24.50 incl. tax" in page


def test_a_code_is_tried_without_ordering_and_nothing_typed_is_lost(
    club, code, fill, send
):
    url, data = fill(club, club.prices.get(interval="month"), coupon="half")
    del data["terms"]
    answer = send(url, data | {"apply": "1"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert answer.context["button"] == (
        "Subscribe and pay €4.50 incl. tax, then €9.00 incl. tax per month"
    )
    assert answer.context["plan"][:2] == [
        "Then one payment of €4.50, per month.",
        "Then €9.00 per month.",
    ]
    assert 'value="Ana Silva"' in text
    assert "error" not in text.split('id="checkout"')[1].split("buybar")[0]
    assert Order.objects.count() == 0
    assert not answer.context["form"]["terms"].value()
    wrong = send(url, data | {"apply": "1", "coupon": "nope"})
    assert "This code is not valid." in wrong.content.decode()


def test_a_code_that_does_not_count_stands_beside_its_field(course, fill, send):
    answer = send(*fill(course, course.prices.get(), coupon="nope"))
    assert answer.status_code == 422
    assert answer.context["form"].errors == {
        "coupon": ["This code is not valid. Check it, or go on without it."]
    }
    assert Order.objects.count() == 0


def test_a_code_is_charged_on_the_providers_page(course, code, fill, send, account):
    answer = send(*fill(course, course.prices.get(), coupon="half"))
    assert answer.status_code == 302
    assert account.objects("checkout.session")[0]["amount_total"] == 2_450


def test_a_price_to_choose_asks_for_the_amount_and_keeps_to_the_lowest(
    course, sell, fill, send, account
):
    price = sell(course, 2_000, minimum_cents=500)
    url, data = fill(course, price, chosen="4,99")
    refused = send(url, data)
    assert list(refused.context["form"].errors) == ["chosen"]
    shown = send(url, data | {"chosen": "12.50", "apply": "1"})
    assert shown.context["button"] == "Pay €12.50 incl. tax"
    assert send(url, data | {"chosen": "12.50"}).status_code == 302
    assert account.objects("checkout.session")[0]["amount_total"] == 1_250


def test_somebody_who_had_the_trial_goes_on_without_it_and_sees_the_sum_first(
    club, sell, fill, send, make_order, pay, now
):
    """MB3: one trial per person; R66: nothing is charged that was not shown."""
    price = sell(club, 900, "month", trial_days=14, trial_price_cents=100)
    later = now + timedelta(minutes=1)
    order = make_order(club, interval="month", now=later)
    pay(order)
    settle_order(order.pk, now=later)
    url, data = fill(club, price)
    refused = send(url, data)
    form = refused.context["form"]
    assert refused.status_code == 422
    assert "You have already had the trial of this offer." in refused.content.decode()
    assert refused.context["button"] == "Subscribe and pay €9.00 incl. tax per month"
    assert not form["mandate"].value()
    assert Order.objects.count() == 1
    again = send(url, data | {"trial": form["trial"].value()})
    assert again.status_code == 302
    assert Order.objects.latest("pk").gross_cents == 900


def test_one_checkout_is_one_order_whatever_price_is_chosen(club, fill, send):
    month, year = (club.prices.get(interval=name) for name in ("month", "year"))
    url, first = fill(club, month)
    _url, second = fill(club, year)
    assert first["key"] == second["key"]
    send(url, first)
    send(url, second)
    assert Order.objects.get().price == year


def test_the_last_place_stays_with_whoever_holds_it(course, fill, send, client, now):
    change_offer(course.pk, seats=1, actor="owner", now=now)
    url, data = fill(course, course.prices.get())
    send(url, data)
    again = client.get(url, headers=ENGLISH)
    assert again.status_code == 200
    assert again.context["form"].initial["key"] == data["key"]
    assert send(url, data).status_code == 302
    assert Client().get(url, headers=ENGLISH).status_code == 409
    assert Order.objects.count() == 1


def test_what_must_be_charged_again_is_not_paid_by_transfer(
    course, sell, fill, business, now
):
    change_business(actor="owner", now=now, bank_iban="FR7630006000011234567890189")
    price = sell(course, 9_000, "month", instalments=3)
    _url, data = fill(course, price)
    assert data["method"] == "stripe"
    with clock.frozen(now + timedelta(minutes=1)):
        pages = [
            Client().get(f"/checkout/course/?price={row.pk}", headers=ENGLISH)
            for row in (price, course.prices.get(interval="one_off"))
        ]
    assert [
        [value for value, _label in page.context["form"].fields["method"].choices]
        for page in pages
    ] == [["stripe"], ["stripe", "transfer"]]
