"""The checkout by who buys and from where: the sum, what is asked, what is kept."""

import re

import pytest

from perenne.core import clock
from perenne.core.actions import change_business
from perenne.mail.models import Message
from perenne.money.actions.offers.coupons import add_coupon
from perenne.money.models import Invoice, LedgerEntry, Order, Payment

ENGLISH = {"accept-language": "en"}
BELGIAN = "BE0428759497"
FIRM = {
    "buyer_type": "business",
    "company": "Silva BV",
    "country": "BE",
    "vat_number": "0428.759.497",
    "street": "Markt 1",
    "postcode": "1000",
    "city": "Brussel",
}


@pytest.fixture
def liable(business, now):
    change_business(
        actor="owner",
        now=now,
        vat_regime="liable",
        vat_number="FR44732829320",
        bank_iban="FR7630006000011234567890189",
    )


@pytest.fixture
def iban(business, now):
    change_business(actor="owner", now=now, bank_iban="FR7630006000011234567890189")


@pytest.fixture
def fill(client, course):
    """Open the checkout and fill it in: fill(country="DE") gives address and data."""

    def fill(**fields):
        url = f"/checkout/{course.slug}/"
        form = client.get(url, headers=ENGLISH).context["form"]
        return url, {
            "key": form.initial["key"],
            "price": form.initial["price"],
            "shown": form.initial["shown"],
            "name": "Ana Silva",
            "email": "ana@example.org",
            "buyer_type": "consumer",
            "country": "FR",
            "method": "transfer",
            "terms": "on",
            "digital_content_start": "on",
            "digital_content_waiver": "on",
            **fields,
        }

    return fill


def _text(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_sum_follows_the_buyer_and_what_was_typed_stays(
    client, fill, liable, register
):
    register.add(BELGIAN)
    url, data = fill(**FIRM)
    answer = client.post(url, data | {"apply": "1"}, headers=ENGLISH)
    text = _text(answer)
    assert answer.status_code == 200
    assert "Pay €40.83 excl. VAT" in text
    assert "you account for the VAT yourself" in text
    assert 'value="Silva BV"' in text
    assert answer.context["form"].errors == {}
    assert Order.objects.count() == 0
    home = client.post(url, data | {"apply": "1", "country": "FR"}, headers=ENGLISH)
    assert "Pay €49.00 incl. tax" in _text(home)
    assert "VAT 20 %" in _text(home)


def test_nobody_pays_another_sum_than_the_button_said(client, fill, liable, register):
    """R44: without a script the button says the former sum; it is shown anew first."""
    register.add(BELGIAN)
    url, data = fill(**FIRM)
    answer = client.post(url, data, headers=ENGLISH)
    assert answer.status_code == 422
    assert "The sum has changed" in _text(answer)
    assert Order.objects.count() == 0
    shown = answer.context["form"]["shown"].value()
    again = client.post(url, data | {"shown": shown}, headers=ENGLISH)
    order = Order.objects.get()
    assert again.url == f"/orders/{order.key}/"
    assert (order.gross_cents, order.vat_category) == (4083, "AE")
    assert order.vat_number == BELGIAN
    assert order.place["vat_check"]["state"] == "valid"


def test_silence_of_the_register_is_said_and_vat_is_charged(
    client, fill, liable, register
):
    register.fails = "MS_UNAVAILABLE"
    url, data = fill(**FIRM)
    text = _text(client.post(url, data | {"apply": "1"}, headers=ENGLISH))
    assert "neither yes nor no" in text
    assert "Pay €49.00 incl. tax" in text


def test_a_french_business_names_a_siren_that_can_exist(client, fill, liable):
    url, data = fill(**(FIRM | {"country": "FR", "vat_number": ""}))
    missing = client.post(url, data, headers=ENGLISH)
    assert list(missing.context["form"].errors) == ["siren"]
    assert "An invoice to a business needs this." in _text(missing)
    wrong = client.post(url, data | {"siren": "123456789"}, headers=ENGLISH)
    assert list(wrong.context["form"].errors) == ["siren"]
    assert "These digits are not a SIREN." in _text(wrong)
    assert "autofocus" in str(wrong.context["form"]["siren"])
    client.post(url, data | {"siren": "552 100 554"}, headers=ENGLISH)
    assert Order.objects.get().place["siren"] == "552100554"


def test_a_number_that_cannot_exist_is_refused_before_anybody_is_asked(
    client, fill, liable, register
):
    url, data = fill(**(FIRM | {"vat_number": "BE0428759498"}))
    answer = client.post(url, data, headers=ENGLISH)
    assert list(answer.context["form"].errors) == ["vat_number"]
    assert register.questions == []


def test_a_business_ticks_the_terms_only(client, fill, liable):
    url, data = fill(**(FIRM | {"country": "FR", "siren": "552100554"}))
    for box in ("digital_content_start", "digital_content_waiver"):
        del data[box]
    data["vat_number"] = ""
    assert client.post(url, data, headers=ENGLISH).status_code == 302
    assert [row["key"] for row in Order.objects.get().consents] == ["terms"]


def test_a_connection_from_elsewhere_is_asked_about_not_guessed(
    client, fill, iban, settings
):
    """R123: what is kept is the country and its kind, never an address."""
    settings.COUNTRY_HEADER = "X-Country"
    url, data = fill(country="DE")
    swiss = ENGLISH | {"x-country": "CH"}
    asked = client.post(url, data, headers=swiss)
    assert asked.context["form"].errors == {
        "confirmed": ["Your connection is from Switzerland. Please say where you live."]
    }
    assert Order.objects.count() == 0
    client.post(url, data | {"confirmed": "on"}, headers=swiss)
    place = Order.objects.get().place
    at = clock.now().isoformat()
    assert place["evidence"] == [
        {"kind": "billing_address", "country": "DE", "at": at},
        {"kind": "connection", "country": "CH", "at": at},
        {"kind": "confirmed", "country": "DE", "at": at},
    ]


def test_what_costs_nothing_is_given_at_once(client, fill, business, shelf, now):
    """Nothing was paid: no payment, no row in the books, no invoice; but the mail."""
    add_coupon(code="GIFT", offers=[], percent_bp=10000, actor="owner", now=now)
    url, data = fill(coupon="GIFT", method="free", shown="")
    shown = client.post(url, data | {"apply": "1"}, headers=ENGLISH)
    assert "Get it for free" in _text(shown)
    assert "Nothing to pay" in _text(shown)
    answer = client.post(url, data, headers=ENGLISH)
    order = Order.objects.get()
    assert answer.url == f"/orders/{order.key}/"
    assert (order.state, order.provider) == ("paid", "free")
    assert list(shelf.open) == [(order.person_id, "1", f"order:{order.number}")]
    assert Payment.objects.count() == 0
    assert LedgerEntry.objects.count() == 0
    assert Invoice.objects.count() == 0
    assert Message.objects.get().ref == f"order-confirmed:{order.pk}"
    client.post(url, data, headers=ENGLISH)
    assert Message.objects.count() == 1


def test_a_price_cannot_be_called_free(client, fill, iban, shelf):
    url, data = fill(method="free")
    assert client.post(url, data, headers=ENGLISH).status_code == 422
    assert Order.objects.count() == 0
    assert shelf.open == {}


def test_a_debit_is_offered_with_its_mandate(client, fill, account, settings, now):
    """R129: the creditor, the sum, how one is told, how to get it back."""
    settings.STRIPE_METHODS = ["card", "sepa_debit"]
    url, data = fill()
    assert "SEPA debit" not in _text(client.get(url, headers=ENGLISH))
    change_business(actor="owner", now=now, sepa_creditor_id="FR12ZZZ123456")
    text = _text(client.get(url, headers=ENGLISH))
    assert "FR12ZZZ123456" in text
    assert "€49.00, once" in text
    assert "at least 2 days before each of the next ones" in text
    refused = client.post(url, data | {"method": "sepa"}, headers=ENGLISH)
    assert refused.context["form"].errors == {
        "sepa_mandate": ["Please tick this box to go on."]
    }


def test_the_checkout_costs_few_queries(
    client, fill, liable, account, django_assert_max_num_queries
):
    url, data = fill(country="DE")
    with django_assert_max_num_queries(20):
        client.get(url, headers=ENGLISH)
    with django_assert_max_num_queries(20):
        client.post(url, data | {"apply": "1"}, headers=ENGLISH)
