"""What an order owes by country, and the sale that passes the threshold (R121)."""

from dataclasses import replace
from datetime import date

import pytest

from perenne.core.actions import change_business
from perenne.core.tokens import new_token
from perenne.money.actions.checkout.checkout import start_checkout
from perenne.money.actions.checkout.payment_pages import open_payment_page
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.offers.prices import PriceTerms, set_price
from perenne.money.actions.payments.payments import mark_transfer_paid
from perenne.money.actions.payments.refunds import refund_payment
from perenne.money.actions.renewals.renewals import charge_subscription
from perenne.money.actions.subscriptions.billing_details import set_billing_details
from perenne.money.actions.vat.places import locate_buyer
from perenne.money.models import (
    Charge,
    Invoice,
    LedgerEntry,
    Order,
    Payment,
    VatEntry,
    WaitingInvoice,
)
from perenne.money.queries.books.invoices import document_of
from perenne.money.queries.checkout.baskets import agreed_by
from perenne.money.queries.vat.vat import eu_sales

BELGIAN = "BE0428759497"
DAY = date(2026, 9, 15)


@pytest.fixture
def liable(business, now):
    change_business(
        actor="owner", now=now, vat_regime="liable", vat_number="FR44732829320"
    )


@pytest.fixture
def numbered(business, now):
    """A seller in franchise with an intra-Community VAT number."""
    change_business(actor="owner", now=now, vat_number="FR44732829320")


@pytest.fixture
def sell(make_order, buyer, now):
    """Sell by transfer to a consumer of a country: sell(offer, "DE")."""

    def make(offer, country="DE", at=now, **change):
        person = replace(buyer, country=country, **change)
        order = make_order(
            offer,
            buyer=person,
            place=locate_buyer(person, now=at),
            method="transfer",
            key=new_token(),
            now=at,
        )
        mark_transfer_paid(order.pk, paid_at=at, actor="owner", now=at)
        order.refresh_from_db()
        return order

    return make


def _vat(row):
    return (row.net_cents, row.tax_cents, row.vat_rate_bp, row.vat_country)


def test_at_home_and_below_the_threshold_the_regime_decides(course, sell):
    for country in ("FR", "DE"):
        order = sell(course, country)
        assert _vat(order) == (4900, 0, 0, "FR")
        assert order.vat_category == "E"
    assert eu_sales(DAY).current == 4900
    assert list(VatEntry.objects.values_list("customer", "counts", "one_stop")) == [
        ("FR", False, False),
        ("DE", True, False),
    ]


def test_liable_below_the_threshold_charges_its_own_vat(course, sell, liable):
    assert _vat(sell(course)) == (4083, 817, 2000, "FR")
    assert eu_sales(DAY).current == 4083


def test_the_very_sale_that_crosses_bears_the_customers_vat(
    make_offer, sell, numbered, now
):
    """R121: 9,999.99 € stay at home; one euro more does not, even in franchise."""
    big = make_offer("big", one_off=999_999)
    small = make_offer("small", one_off=100)
    assert sell(big).vat_country == "FR"
    crossing = sell(small)
    assert _vat(crossing) == (84, 16, 1900, "DE")
    assert crossing.vat_category == "S"
    assert _vat(sell(small, "FR")) == (100, 0, 0, "FR")
    document = document_of(Invoice.objects.get(order_number(crossing)))
    assert document.wordings.keys() & {"franchise"} == set()
    assert document.shows_vat
    group = document.totals.groups[0]
    assert (group.rate_bp, group.country, group.tax_cents) == (1900, "DE", 16)


def order_number(order):
    from django.db.models import Q

    payment = Payment.objects.get(order=order)
    return Q(ref=f"payment:{payment.pk}")


def test_an_order_begun_below_is_settled_as_it_is_paid(
    make_offer, make_order, buyer, sell, numbered, now
):
    """The order foresaw no VAT; when it is paid, another sale has crossed."""
    german = replace(buyer, country="DE")
    small = make_offer("small", one_off=11900)
    waiting = make_order(small, buyer=german, method="transfer", key=new_token())
    assert _vat(waiting) == (11900, 0, 0, "FR")
    sell(make_offer("big", one_off=1_000_001))
    mark_transfer_paid(waiting.pk, paid_at=now, actor="owner", now=now)
    waiting.refresh_from_db()
    assert _vat(waiting) == (10000, 1900, 1900, "DE")
    assert waiting.gross_cents == 11900
    assert _vat(waiting.lines.get()) == (10000, 1900, 1900, "DE")
    entry = VatEntry.objects.order_by("-pk").first()
    assert (entry.net_cents, entry.tax_cents, entry.one_stop) == (10000, 1900, True)


def test_a_refund_gives_the_vat_back_and_the_year_stays_abroad(
    make_offer, sell, numbered, now
):
    big = make_offer("big", one_off=1_190_000)
    order = sell(big)
    assert _vat(order) == (1_000_000, 190_000, 1900, "DE")
    refund_payment(
        Payment.objects.get().pk,
        key="r" * 43,
        amount_cents=1_190_000,
        reason="",
        end_access=True,
        actor="owner",
        now=now,
    )
    rows = VatEntry.objects.order_by("pk").values_list("net_cents", "tax_cents")
    assert list(rows) == [(1_000_000, 190_000), (-1_000_000, -190_000)]
    assert eu_sales(DAY) == eu_sales(DAY).__class__(0, 0, abroad=True)
    assert sell(make_offer("small", one_off=100)).vat_country == "DE"


def test_a_part_of_the_money_back_gives_back_its_vat(course, sell, liable, now):
    sell(course)
    refund_payment(
        Payment.objects.get().pk,
        key="r" * 43,
        amount_cents=1200,
        reason="",
        end_access=False,
        actor="owner",
        now=now,
    )
    back = VatEntry.objects.order_by("pk").last()
    note = Invoice.objects.get(kind="credit_note")
    assert (back.net_cents, back.tax_cents) == (-1000, -200)
    assert (note.net_cents, note.tax_cents) == (1000, 200)


def test_in_the_one_stop_shop_every_sale_abroad_bears_its_vat(course, sell, now):
    change_business(actor="owner", now=now, oss_since=DAY, vat_number="FR44732829320")
    assert _vat(sell(course, "LU")) == (4188, 712, 1700, "LU")


def test_a_business_the_register_knows_pays_without_vat(course, sell, liable, register):
    register.add(BELGIAN, name="Silva BV")
    order = sell(
        course,
        "BE",
        buyer_type="business",
        company="Silva BV",
        vat_number=BELGIAN,
        street="Markt 1",
        postcode="1000",
        city="Brussel",
    )
    assert (order.gross_cents, order.tax_cents, order.vat_category) == (4083, 0, "AE")
    assert order.place["vat_check"]["name"] == "Silva BV"
    document = document_of(Invoice.objects.get())
    assert document.reverse_charge
    assert document.wordings["reverse_charge"] == "Reverse charge (autoliquidation)"
    assert document.customer.vat_number == BELGIAN
    assert document.seller.vat_number == "FR44732829320"
    assert eu_sales(DAY).current == 0


def test_a_business_the_register_is_silent_about_pays_vat(
    course, sell, liable, register
):
    register.fails = "MS_UNAVAILABLE"
    order = sell(
        course,
        "BE",
        buyer_type="business",
        company="Silva BV",
        vat_number=BELGIAN,
        street="Markt 1",
        city="Brussel",
    )
    assert _vat(order) == (4083, 817, 2000, "FR")
    assert order.place["vat_check"]["state"] == "unavailable"
    assert not document_of(Invoice.objects.get()).reverse_charge


def test_without_a_vat_number_of_ones_own_the_invoice_waits(course, sell, register):
    """R124: in franchise too, reverse charge needs an intra-Community number."""
    register.add(BELGIAN)
    order = sell(
        course,
        "BE",
        buyer_type="business",
        company="Silva BV",
        vat_number=BELGIAN,
        street="Markt 1",
        city="Brussel",
    )
    assert order.state == "paid"
    assert (order.gross_cents, order.vat_category) == (4900, "AE")
    assert WaitingInvoice.objects.get().missing == ["seller_vat_number"]
    assert Invoice.objects.count() == 0


def test_outside_the_union_no_vat_is_due(course, sell, liable):
    order = sell(course, "US")
    assert (order.gross_cents, order.tax_cents, order.vat_category) == (4900, 0, "O")
    document = document_of(Invoice.objects.get())
    assert document.wordings["outside_consumer"].startswith("Outside the scope")


def test_the_buyers_siren_is_on_the_invoice(course, sell):
    """R82: a French business names its SIREN."""
    order = sell(
        course,
        "FR",
        buyer_type="business",
        company="Studio Mésange SARL",
        siren="552100554",
        street="3 quai de la Pêcherie",
        postcode="69001",
        city="Lyon",
    )
    assert order.place["siren"] == "552100554"
    assert document_of(Invoice.objects.get()).customer.siren == "552100554"


def test_a_renewal_bears_the_vat_of_its_day(
    subscribe, account, sell, make_offer, numbered, now, buyer, monkeypatch
):
    row = subscribe()
    Order.objects.filter(pk=row.order_id).update(country="DE", place={"country": "DE"})
    sell(make_offer("big", one_off=1_000_001))
    charge_subscription(row.pk, now=row.next_charge_at)
    charge = Charge.objects.get()
    assert _vat(charge) == (756, 144, 1900, "DE")
    entry = VatEntry.objects.order_by("pk").last()
    assert (entry.net_cents, entry.tax_cents, entry.country) == (756, 144, "DE")
    assert LedgerEntry.objects.filter(kind="sale").last().amount_cents == 900


def test_who_turns_out_to_be_a_business_pays_the_new_sum_only(
    course, make_order, buyer, register, account, liable, now
):
    order = make_order(course)
    first = open_payment_page(order.pk, now=now)
    register.add(BELGIAN)
    firm = replace(
        buyer,
        country="BE",
        buyer_type="business",
        company="Silva BV",
        vat_number=BELGIAN,
    )
    again = make_order(course, buyer=firm, place=locate_buyer(firm, now=now))
    assert (again.pk, again.gross_cents) == (order.pk, 4083)
    second = open_payment_page(order.pk, now=now)
    assert second != first
    order.refresh_from_db()
    account.complete_checkout(order.provider_ref)
    settle_order(order.pk, now=now)
    payment = Payment.objects.get()
    assert (payment.amount_cents, payment.surplus) == (4083, False)


def test_what_a_business_chose_to_pay_renews_without_vat_too(
    make_offer, buyer, register, account, liable, now
):
    """A chosen amount is kept as everybody sees it, and VAT is taken out each time."""
    offer = make_offer("patron", legal_nature="digital_service")
    terms = PriceTerms(1200, "EUR", "month", minimum_cents=600)
    price = set_price(offer.pk, terms, actor="owner", now=now)
    register.add(BELGIAN)
    firm = replace(
        buyer, country="BE", buyer_type="business", company="S", vat_number=BELGIAN
    )
    order = start_checkout(
        offer,
        key="p" * 43,
        price_id=price.pk,
        buyer=firm,
        method="stripe",
        ticked=frozenset({"terms", "mandate"}),
        actor="visitor",
        now=now,
        chosen_cents=1000,
        place=locate_buyer(firm, now=now),
    )
    assert (order.gross_cents, order.lines.get().list_cents) == (833, 833)
    assert agreed_by(order).amount_cents == 1000


def test_who_moves_pays_the_vat_of_where_they_went(subscribe, buyer, business, now):
    """The details a member changes decide the VAT of what is charged from then on."""
    row = subscribe()
    change_business(actor="owner", now=now, oss_since=DAY, vat_number="FR44732829320")
    moved = replace(buyer, country="LU")
    place = locate_buyer(moved, now=now)
    set_billing_details(row.pk, moved, actor="person:1", now=now, place=place)
    charge_subscription(row.pk, now=row.next_charge_at)
    assert _vat(Charge.objects.get()) == (769, 131, 1700, "LU")
    assert document_of(Invoice.objects.last()).customer.country == "LU"
    assert VatEntry.objects.last().customer == "LU"
