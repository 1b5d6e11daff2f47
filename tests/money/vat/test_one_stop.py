"""The one-stop shop's return, the threshold at the desk, signs after payment."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from perenne.core import clock
from perenne.core.actions import change_business
from perenne.core.tokens import new_token
from perenne.money.actions.payments.payments import mark_transfer_paid, record_payment
from perenne.money.actions.payments.refunds import refund_payment
from perenne.money.actions.vat.evidence import NoDoubt, confirm_country
from perenne.money.domain.vat.quarters import Quarter, parse_quarter, quarter_of
from perenne.money.gateways.protocol import Paid
from perenne.money.models import Order, Payment, VatEntry
from perenne.money.queries.books.vat_watch import vat_watch
from perenne.money.queries.vat.one_stop import one_stop_return

ENGLISH = {"accept-language": "en"}
SUMMER, AUTUMN = Quarter(2026, 3), Quarter(2026, 4)


@pytest.fixture
def shop(business, now):
    """In the one-stop shop from the first day on."""
    return change_business(
        actor="owner",
        now=now,
        oss_since=date(2026, 1, 1),
        vat_number="FR44732829320",
    )


@pytest.fixture
def sell(make_order, buyer):
    def make(offer, country, at):
        person = replace(buyer, country=country)
        order = make_order(
            offer, buyer=person, method="transfer", key=new_token(), now=at
        )
        mark_transfer_paid(order.pk, paid_at=at, actor="owner", now=at)
        order.refresh_from_db()
        return order

    return make


@pytest.fixture
def year(shop, make_offer, sell, now):
    """Sales at 119, 119 and 125 in summer; one German sale given back in autumn.

    By hand: 11900 at 19 % is 10000 + 1900, twice; 12500 at 25 % is 10000 + 2500.
    """
    course, book = make_offer("c", one_off=11900), make_offer("b", one_off=12500)
    first = sell(course, "DE", now)
    sell(course, "DE", now)
    sell(book, "DK", now)
    sell(book, "FR", now)
    later = datetime(2026, 10, 5, 9, tzinfo=UTC)
    refund_payment(
        Payment.objects.get(order=first).pk,
        key="r" * 43,
        amount_cents=11900,
        reason="",
        end_access=True,
        actor="owner",
        now=later,
    )
    sell(course, "AT", later)
    return course


@pytest.mark.parametrize(
    ("text", "quarter"),
    [("2026-Q3", SUMMER), ("2026q4", AUTUMN), (" 2025-Q1 ", Quarter(2025, 1))],
)
def test_a_quarter_is_read_as_written(text, quarter):
    assert parse_quarter(text) == quarter


@pytest.mark.parametrize("text", ["", "2026-Q5", "Q3", "2026-09"])
def test_anything_else_is_no_quarter(text):
    with pytest.raises(ValueError, match="2026-Q3"):
        parse_quarter(text)


def test_quarters_meet_without_a_gap():
    assert (SUMMER.start, SUMMER.end) == (date(2026, 7, 1), date(2026, 9, 30))
    assert quarter_of(date(2026, 10, 1)) == AUTUMN
    assert Quarter(2026, 1).before == Quarter(2025, 4)


def _lines(rows):
    return [
        (str(row.of), row.country, row.rate_bp, row.net_cents, row.tax_cents)
        for row in rows
    ]


def test_a_quarter_declares_each_country_and_rate(year):
    found = one_stop_return(SUMMER)
    assert found.due_on == date(2026, 10, 31)
    assert _lines(found.sales) == [
        ("2026-Q3", "DE", 1900, 20000, 3800),
        ("2026-Q3", "DK", 2500, 10000, 2500),
    ]
    assert found.corrections == ()
    assert found.tax_cents == 6300


def test_what_goes_back_later_is_a_correction_of_its_quarter(year):
    found = one_stop_return(AUTUMN)
    assert found.due_on == date(2027, 1, 31)
    assert _lines(found.sales) == [("2026-Q4", "AT", 2000, 9917, 1983)]
    assert _lines(found.corrections) == [("2026-Q3", "DE", 1900, -10000, -1900)]
    assert found.tax_cents == 83


def test_every_invoice_abroad_is_in_the_return(year):
    """The books of VAT and the documents say the same, to the cent."""
    from perenne.money.models import Invoice

    rows = list(Invoice.objects.order_by("pk"))
    signed = [
        -row.tax_cents if row.kind == "credit_note" else row.tax_cents for row in rows
    ]
    entries = VatEntry.objects.order_by("pk").values_list("tax_cents", flat=True)
    assert sorted(entries) == sorted(signed)
    declared = sum(one_stop_return(one).tax_cents for one in (SUMMER, AUTUMN))
    assert declared == sum(signed) == 6383


def test_the_command_answers_in_json_and_csv(year):
    out = StringIO()
    call_command("oss", "--quarter", "2026-Q4", "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["tax_cents"] == 83
    assert answer["corrections"] == [
        {
            "of": "2026-Q3",
            "country": "DE",
            "rate_bp": 1900,
            "currency": "EUR",
            "net_cents": -10000,
            "tax_cents": -1900,
        }
    ]
    out = StringIO()
    call_command("oss", "--quarter", "2026-Q3", "--csv", stdout=out)
    assert out.getvalue().splitlines() == [
        "kind,of,country,rate_percent,base,vat,currency",
        "sales,2026-Q3,DE,19,200.00,38.00,EUR",
        "sales,2026-Q3,DK,25,100.00,25.00,EUR",
    ]
    with pytest.raises(CommandError):
        call_command("oss", "--quarter", "summer")


def test_without_a_quarter_the_last_full_one_is_meant(shop):
    out = StringIO()
    call_command("oss", stdout=out)
    assert out.getvalue().startswith("2026-Q2, due on 2026-07-31")
    assert "nil return" in out.getvalue()


def test_the_desk_shows_the_return_and_exports_it(year, owner_client):
    page = owner_client.get("/desk/vat/?quarter=2026-Q3", headers=ENGLISH)
    text = page.content.decode()
    assert "Germany" in text
    assert "€63.00 of VAT in all" in text
    csv = owner_client.get("/desk/vat.csv?quarter=2026-Q3", headers=ENGLISH)
    assert b"Sold,2026-Q3,DK,25,100.00,25.00,EUR" in b"".join(csv.streaming_content)


def test_from_four_fifths_of_the_threshold_on_the_desk_says_so(
    business, make_offer, sell, owner_client, now
):
    sell(make_offer("a", one_off=799_900), "DE", now)
    assert not vat_watch(now).alerts
    sell(make_offer("b", one_off=100), "IT", now)
    watch = vat_watch(now)
    assert (watch.percent, watch.alerts, watch.is_passed) == (80, True, False)
    assert "You are near the threshold" in (
        owner_client.get("/desk/vat/", headers=ENGLISH).content.decode()
    )
    home = owner_client.get("/desk/", headers=ENGLISH).content.decode()
    assert "EU VAT: 80 % of the threshold" in home


def test_a_seller_in_franchise_is_warned_of_what_they_owe(owner_client):
    """R125."""
    text = owner_client.get("/desk/vat/", headers=ENGLISH).content.decode()
    assert "make you owe French VAT" in text
    assert "ask your tax office" in text


@pytest.fixture
def paid_from(course, make_order, buyer, now):
    """Pay an order to Germany with a card of a country: paid_from("AT")."""

    def pay(country, method="card"):
        order = make_order(course, buyer=replace(buyer, country="DE"), key=new_token())
        record_payment(
            Paid(f"pi_{order.number}", 4900, "EUR", method, now, country=country),
            via="stripe",
            order_id=order.pk,
            actor="stripe",
            now=now,
        )
        return Order.objects.get(pk=order.pk)

    return pay


@pytest.mark.parametrize(
    ("country", "method", "kind", "doubt"),
    [
        ("DE", "card", "card", False),
        ("AT", "card", "card", True),
        ("DE", "sepa_debit", "bank", False),
    ],
)
def test_the_card_or_bank_is_a_sign_of_a_third_party(
    paid_from, country, method, kind, doubt
):
    order = paid_from(country, method)
    sign = order.place["evidence"][-1]
    assert (sign["kind"], sign["country"]) == (kind, country)
    assert order.place_in_doubt is doubt


def test_who_tells_no_country_adds_no_sign(paid_from):
    assert len(paid_from("").place["evidence"]) == 1


def test_the_owner_asks_and_keeps_the_answer(paid_from, owner_client, now):
    order = paid_from("AT")
    page = owner_client.get(f"/desk/orders/{order.pk}/", headers=ENGLISH)
    assert "Something contradicts the country" in page.content.decode()
    assert order.number in (
        owner_client.get("/desk/vat/", headers=ENGLISH).content.decode()
    )
    with clock.frozen(datetime(2026, 9, 16, 8, tzinfo=UTC)):
        owner_client.post(f"/desk/orders/{order.pk}/country/", headers=ENGLISH)
    order.refresh_from_db()
    assert not order.place_in_doubt
    assert order.place["evidence"][-1]["kind"] == "confirmed"
    with pytest.raises(NoDoubt):
        confirm_country(order.pk, actor="owner", now=now)


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_page_costs_the_same_however_much_was_sold(
    count, shop, make_offer, sell, owner_client, now, django_assert_max_num_queries
):
    for number in range(count):
        sell(make_offer(f"o{number}", one_off=4900), "DE", now)
    owner_client.get("/desk/vat/", headers=ENGLISH)
    with django_assert_max_num_queries(14):
        owner_client.get("/desk/vat/", headers=ENGLISH)
