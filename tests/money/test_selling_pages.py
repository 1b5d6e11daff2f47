"""Offer page, checkout, order page, member's and owner's screens."""

from datetime import timedelta

import pytest

from perenne.core import clock
from perenne.core.actions import change_business
from perenne.money.actions.checkout.payment_pages import open_payment_page
from perenne.money.actions.checkout.upkeep import settle_order
from perenne.money.actions.offers.offers import change_offer, set_offer_window
from perenne.money.actions.subscriptions.subscriptions import stop_renewal
from perenne.money.models import Offer, Order, Payment, Refund
from perenne.people.api import open_account

ENGLISH = {"accept-language": "en"}
TICKED = {
    "terms": "on",
    "digital_content_start": "on",
    "digital_content_waiver": "on",
}


@pytest.fixture
def iban(business, now):
    change_business(actor="owner", now=now, bank_iban="FR7630006000011234567890189")


@pytest.fixture
def checkout(client, course, account):
    """Open the checkout and return what its form holds, filled in."""

    def fill(**fields):
        url = f"/checkout/{course.slug}/"
        form = client.get(url, headers=ENGLISH).context["form"]
        return url, {
            "key": form.initial["key"],
            "price": form.initial["price"],
            "name": "Ana Silva",
            "email": "Ana@Example.org",
            "buyer_type": "consumer",
            "country": "FR",
            "method": "stripe",
            **TICKED,
            **fields,
        }

    return fill


def test_the_offer_page_says_what_when_and_how_much(
    client, course, now, django_assert_max_num_queries
):
    set_offer_window(
        course.pk,
        opens_at=None,
        closes_at=now + timedelta(days=2),
        actor="owner",
        now=now,
    )
    with django_assert_max_num_queries(15):
        page = client.get("/offers/course/", headers=ENGLISH).content.decode()
    assert "€49.00" in page
    assert "Open until Sept. 17, 2026 at 10:30 a.m. (Europe/Paris)." in page
    assert "VAT not applicable, art. 293 B of the French tax code (CGI)" in page
    assert "Room 1" in page
    assert "You have 14 days to withdraw" in page


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [
        (1, 2, "Opens on Sept. 16, 2026 at 10:30 a.m."),
        (-2, -1, "Closed since Sept. 14, 2026 at 10:30 a.m."),
    ],
)
def test_outside_the_window_pages_say_so_and_take_no_order(
    client, course, checkout, now, opens, closes, words
):
    url, data = checkout()
    set_offer_window(
        course.pk,
        opens_at=now + timedelta(days=opens),
        closes_at=now + timedelta(days=closes),
        actor="owner",
        now=now,
    )
    offer = client.get("/offers/course/", headers=ENGLISH)
    assert offer.status_code == 200
    assert words in offer.content.decode()
    assert "/checkout/" not in offer.content.decode()
    for answer in (
        client.get(url, headers=ENGLISH),
        client.post(url, data, headers=ENGLISH),
    ):
        assert answer.status_code == 409
        assert words in answer.content.decode()
    assert Order.objects.count() == 0


def test_a_hidden_offer_does_not_exist(client, course):
    Offer.objects.update(active=False)
    assert client.get("/offers/course/").status_code == 404
    assert client.get("/checkout/course/").status_code == 404
    assert client.get("/offers/nothing/").status_code == 404


def test_the_checkout_asks_with_unticked_boxes_and_says_the_amount(
    client, course, account
):
    page = client.get("/checkout/course/", headers=ENGLISH)
    text = page.content.decode()
    assert "Pay €49.00 incl. tax" in text
    assert 'type="checkbox"' in text
    assert "checked" not in text.split("Agreements")[1]
    assert account.api_base in page.headers["Content-Security-Policy"]
    french = client.get("/checkout/course/", headers={"accept-language": "fr"})
    assert "Payer 49,00\xa0€ TTC" in french.content.decode()


def test_a_checkout_leads_to_the_providers_page(client, checkout, account):
    url, data = checkout()
    answer = client.post(url, data, headers=ENGLISH)
    order = Order.objects.get()
    assert (answer.status_code, answer.url) == (302, order.provider_url)
    assert order.email == "ana@example.org"
    assert client.post(url, data, headers=ENGLISH).url == answer.url
    assert Order.objects.count() == 1


def test_two_tabs_are_one_checkout(client, checkout):
    _url, first = checkout()
    _url, second = checkout()
    assert first["key"] == second["key"]


def test_errors_stand_beside_their_field_and_nothing_typed_is_lost(client, checkout):
    url, data = checkout(email="not an address")
    del data["digital_content_waiver"]
    answer = client.post(url, data, headers=ENGLISH)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "This does not look like an e-mail address." in text
    assert 'value="not an address"' in text
    answer = client.post(url, data | {"email": "ana@example.org"}, headers=ENGLISH)
    assert answer.context["form"].errors == {
        "digital_content_waiver": ["Please tick this box to go on."]
    }
    assert Order.objects.count() == 0


def test_a_business_must_say_who_it_is(client, checkout):
    url, data = checkout(buyer_type="business")
    answer = client.post(url, data, headers=ENGLISH)
    form = answer.context["form"]
    needed = {"company", "siren", "street", "postcode", "city"}
    assert set(form.errors) == needed


def test_a_provider_out_of_reach_charges_nothing(
    client, checkout, settings, monkeypatch
):
    url, data = checkout()
    monkeypatch.setattr("perenne.money.gateways.stripe.client.RETRIES", 0)
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    answer = client.post(url, data, headers=ENGLISH)
    assert "Nothing was charged: try again." in answer.content.decode()
    assert Order.objects.get().state == "pending"


def test_a_transfer_shows_how_to_pay(client, iban, checkout):
    url, data = checkout(method="transfer")
    answer = client.post(url, data, headers=ENGLISH, follow=True)
    order = Order.objects.get()
    text = answer.content.decode()
    assert "FR76 3000 6000 0112 3456 7890 189" in text
    assert order.number in text


def test_the_return_page_grants_nothing_by_itself(
    client, checkout, account, shelf, now
):
    url, data = checkout()
    client.post(url, data, headers=ENGLISH)
    order = Order.objects.get()
    back = account.complete_checkout(order.provider_ref)
    assert back.endswith(f"/orders/{order.key}/?back=1")
    page = client.get(f"/orders/{order.key}/?back=1", headers=ENGLISH)
    assert "Your bank is answering" in page.content.decode()
    assert shelf.open == {}
    settle_order(order.pk, now=now)
    text = client.get(f"/orders/{order.key}/?back=1", headers=ENGLISH).content.decode()
    assert "What happens now" in text
    assert "/room/1/" in text
    assert client.get(f"/orders/{order.key}x/").status_code == 404


def test_a_member_sees_what_they_pay_and_ends_it_in_two_clicks(
    subscribe, member_client, client, now
):
    row = subscribe()
    text = client.get("/me/subscription/", headers=ENGLISH).content.decode()
    assert "You pay €9.00 per month, next on Oct. 15, 2026." in text
    asked = client.get(f"/me/subscription/{row.pk}/stop/", headers=ENGLISH)
    assert "your access stays open until Oct. 15, 2026" in asked.content.decode()
    row.refresh_from_db()
    assert row.state == "active"
    client.post(f"/me/subscription/{row.pk}/stop/", headers=ENGLISH)
    done = client.get("/me/subscription/", headers=ENGLISH)
    assert "Ends on Oct. 15, 2026." in done.content.decode()


def test_nobody_sees_or_ends_anothers_subscription(subscribe, make_person, client, now):
    row = subscribe()
    other = open_account(make_person("bo@example.org"), now=now)
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/me/subscription/{row.pk}/stop/").status_code == 404
    row.refresh_from_db()
    assert row.state == "active"


def test_the_owner_puts_an_offer_up_and_prices_it(owner_client, streams, shelf, now):
    page = owner_client.get("/desk/offers/new/", headers=ENGLISH)
    stream = page.context["form"].fields["stream_id"].choices[0][0]
    data = {
        "title": "The course",
        "slug": "course",
        "stream_id": stream,
        "legal_nature": "digital_content",
        "vat_nature": "automated",
        "opens_at": "2026-09-16T09:00",
        "closes_at": "2026-09-20T23:59",
        "active": "on",
        "grants": ["room:1"],
    }
    answer = owner_client.post("/desk/offers/new/", data, headers=ENGLISH)
    offer = Offer.objects.get()
    assert answer.url == f"/desk/offers/{offer.pk}/"
    assert offer.opens_at.isoformat() == "2026-09-16T07:00:00+00:00"
    assert [str(row) for row in offer.grants.all()] == ["room:1"]
    price = {"kind": "once", "amount": "49.50", "currency": "EUR"}
    owner_client.post(f"/desk/offers/{offer.pk}/price/", price, headers=ENGLISH)
    assert offer.prices.get().amount_cents == 4950
    edit = owner_client.get(answer.url, headers=ENGLISH).content.decode()
    assert 'value="2026-09-16T09:00"' in edit
    owner_client.post(answer.url, data | {"title": "New"}, headers=ENGLISH)
    offer.refresh_from_db()
    assert (offer.title, offer.opens_at.hour) == ("New", 7)
    end = f"/desk/offers/{offer.pk}/price/{offer.prices.get().pk}/end/"
    with clock.frozen(now + timedelta(hours=1)):
        owner_client.post(end)
        owner_client.post(end)
    assert list(offer.prices.order_by("pk").values_list("on_sale", flat=True)) == [
        True,
        False,
    ]
    listed = owner_client.get("/desk/offers/?q=new", headers=ENGLISH).content.decode()
    assert "Not open yet" in listed


def test_the_owner_finds_an_order_records_a_transfer_and_gives_back(
    owner_client, course, make_order, shelf
):
    order = make_order(course, method="transfer")
    listed = owner_client.get(
        f"/desk/orders/?q={order.number.lower()}", headers=ENGLISH
    )
    assert order.number in listed.content.decode()
    detail = f"/desk/orders/{order.pk}/"
    assert owner_client.get(detail).status_code == 200
    early = {"paid_on": "0206-09-15"}
    refused = owner_client.post(f"{detail}transfer/", early, headers=ENGLISH)
    assert refused.context["form"].errors == {
        "paid_on": ["This day is before the order was placed."]
    }
    owner_client.post(f"{detail}transfer/", {"paid_on": "2026-09-15"}, headers=ENGLISH)
    payment = Payment.objects.get()
    assert payment.paid_at.date().isoformat() == "2026-09-15"
    give = f"{detail}refund/{payment.pk}/"
    form = owner_client.get(give, headers=ENGLISH).context["form"]
    data = {"key": form["key"].value(), "amount": "50", "end_access": "on"}
    refused = owner_client.post(give, data, headers=ENGLISH)
    assert refused.context["form"].errors == {
        "amount": ["This is more than what is left of the payment."]
    }
    owner_client.post(give, data | {"amount": "49"}, headers=ENGLISH)
    assert Refund.objects.get().state == "done"
    assert shelf.open == {}
    assert owner_client.get(detail).status_code == 200


def test_the_owner_closes_an_order_nobody_has_paid(
    owner_client, course, make_order, account, now
):
    """Its seat is free again, and its payment page takes no money any more."""
    change_offer(course.pk, seats=1, actor="owner", now=now)
    order = make_order(course)
    open_payment_page(order.pk, now=now)
    detail = f"/desk/orders/{order.pk}/"
    assert (
        "Close the order" in owner_client.get(detail, headers=ENGLISH).content.decode()
    )
    owner_client.post(f"{detail}close/")
    order.refresh_from_db()
    course.refresh_from_db()
    assert (order.state, course.seats_taken) == ("cancelled", 0)
    pages = {page["id"]: page for page in account.objects("checkout.session")}
    assert pages[order.provider_ref]["status"] == "expired"
    again = owner_client.post(f"{detail}close/", headers=ENGLISH, follow=True)
    assert "It was paid or closed in the meantime." in again.content.decode()
    assert "Close the order" not in again.content.decode()


def test_the_owner_sees_and_stops_a_subscription(subscribe, owner_client):
    row = subscribe()
    listed = owner_client.get("/desk/subscriptions/?q=ana", headers=ENGLISH)
    assert "Ana Silva" in listed.content.decode()
    detail = f"/desk/subscriptions/{row.pk}/"
    assert owner_client.get(detail, headers=ENGLISH).status_code == 200
    owner_client.post(f"{detail}stop/", headers=ENGLISH)
    row.refresh_from_db()
    assert row.state == "cancelling"


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("path", ["orders", "offers", "subscriptions"])
def test_lists_cost_the_same_however_long(
    path, count, owner_client, subscribe, make_offer, django_assert_max_num_queries
):
    for number in range(count):
        subscribe()
        make_offer(f"more-{number}")
    with django_assert_max_num_queries(12):
        owner_client.get(f"/desk/{path}/", headers=ENGLISH)


def test_screens_without_rows_say_what_will_stand_there(owner_client):
    for path in ("orders", "offers", "subscriptions"):
        text = owner_client.get(f"/desk/{path}/", headers=ENGLISH).content.decode()
        assert 'class="empty"' in text


def test_stopping_twice_is_quiet(subscribe, now):
    row = subscribe()
    first = stop_renewal(row.pk, actor="owner", now=now)
    again = stop_renewal(row.pk, actor="owner", now=now + timedelta(days=1))
    assert first.cancelled_at == again.cancelled_at
