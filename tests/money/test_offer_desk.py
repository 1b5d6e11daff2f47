"""The owner sets prices, steps, places and codes."""

from datetime import timedelta

import pytest

from perenne.core import clock
from perenne.money.actions.offers.coupons import add_coupon
from perenne.money.models import Coupon, Offer, Price, PriceStep

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def desk(owner_client, course, now):
    """Send a form to the offer's screen: desk("price/", kind="once", amount="5")."""

    def desk(path, **data):
        with clock.frozen(now + timedelta(minutes=1)):
            return owner_client.post(
                f"/desk/offers/{course.pk}/{path}", data, headers=ENGLISH
            )

    return desk


@pytest.mark.parametrize(
    ("form", "price"),
    [
        ({"kind": "once", "amount": "59.90"}, {"amount_cents": 5_990}),
        (
            {
                "kind": "subscription",
                "amount": "9",
                "interval": "month",
                "interval_count": "3",
                "trial_days": "14",
                "trial_price": "1",
            },
            {
                "amount_cents": 900,
                "interval": "month",
                "interval_count": 3,
                "trial_days": 14,
                "trial_price_cents": 100,
            },
        ),
        (
            {
                "kind": "instalments",
                "instalments": "3",
                "amount": "90",
                "interval": "month",
                "interval_count": "1",
                "access_on_default": "keep",
            },
            {"amount_cents": 9_000, "instalments": 3, "access_on_default": "keep"},
        ),
        (
            {
                "kind": "chosen",
                "minimum": "5",
                "amount": "20",
                "interval": "one_off",
            },
            {"amount_cents": 2_000, "minimum_cents": 500, "interval": "one_off"},
        ),
        (
            {"kind": "once", "amount": "7500", "currency": "JPY"},
            {"amount_cents": 7_500, "currency": "JPY"},
        ),
    ],
)
def test_each_kind_of_price_is_set_by_its_own_short_form(desk, course, form, price):
    answer = desk("price/", **({"currency": "EUR"} | form))
    assert answer.status_code == 302
    row = Price.objects.latest("pk")
    assert {name: getattr(row, name) for name in price} == price


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"kind": "once", "amount": "49"}, "amount"),
        ({"kind": "once", "amount": "7500.5", "currency": "JPY"}, "amount"),
        ({"kind": "once", "amount": "0"}, "amount"),
        ({"kind": "chosen", "minimum": "30", "amount": "20"}, "minimum"),
    ],
)
def test_a_price_that_cannot_be_is_said_beside_its_field(desk, form, field):
    answer = desk("price/", **({"currency": "EUR", "interval": "one_off"} | form))
    failed = [row for row in answer.context["price_forms"] if row.errors]
    assert answer.status_code == 422
    assert [(row.kind, list(row.errors)) for row in failed] == [(form["kind"], [field])]
    assert Price.objects.count() == 1


def test_steps_are_planned_and_taken_out_beside_their_price(desk, course, now):
    price = course.prices.get()
    path = f"price/{price.pk}/step/"
    refused = desk(path, amount="59")
    assert refused.status_code == 422
    assert "Say either when, or after how many places." in refused.content.decode()
    assert desk(path, amount="39", after_seats="5").status_code == 422
    assert desk(path, amount="59", starts_at="2026-09-20T09:00").status_code == 302
    step = PriceStep.objects.get()
    assert step.starts_at.isoformat() == "2026-09-20T07:00:00+00:00"
    shown = desk(path, amount="39", after_seats="5").content.decode()
    assert "€59.00 from Sept. 20, 2026 at 9 a.m. on" in shown
    desk(f"step/{step.pk}/out/")
    assert PriceStep.objects.count() == 0


def test_places_are_set_with_the_offer(desk, course, owner_client):
    page = owner_client.get(f"/desk/offers/{course.pk}/", headers=ENGLISH)
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields} | {"seats": "12"}
    assert desk("", **data).status_code == 302
    assert Offer.objects.get().seats == 12
    text = owner_client.get(f"/desk/offers/{course.pk}/", headers=ENGLISH)
    assert "0 of 12 places taken" in text.content.decode()


def test_a_code_is_put_up_changed_ended_and_opened(owner_client, course, now):
    data = {
        "code": "Spring-26",
        "value": "20",
        "unit": "%",
        "duration": "some",
        "periods": "3",
        "offers": [course.pk],
        "max_uses": "50",
        "ends_at": "2026-12-31T23:59",
    }
    missing = owner_client.post(
        "/desk/coupons/new/", data | {"periods": ""}, headers=ENGLISH
    )
    assert list(missing.context["form"].errors) == ["periods"]
    owner_client.post("/desk/coupons/new/", data, headers=ENGLISH)
    row = Coupon.objects.get()
    assert (row.code, row.percent_bp, row.periods, row.max_uses) == (
        "SPRING-26",
        2_000,
        3,
        50,
    )
    assert row.ends_at.isoformat() == "2026-12-31T22:59:00+00:00"
    url = f"/desk/coupons/{row.pk}/"
    page = owner_client.get(url, headers=ENGLISH).content.decode()
    assert "−20%, off the first 3 payments" in page
    assert "/offers/course/?coupon=SPRING-26" in page
    assert 'value="2026-12-31T23:59"' in page
    owner_client.post(url, {"max_uses": "60", "note": "autumn fair"}, headers=ENGLISH)
    owner_client.post(f"{url}active/", {"active": "0"}, headers=ENGLISH)
    row.refresh_from_db()
    assert (row.max_uses, row.note, row.active, row.offers.count()) == (
        60,
        "autumn fair",
        False,
        0,
    )
    owner_client.post(f"{url}active/", {"active": "1"}, headers=ENGLISH)
    row.refresh_from_db()
    assert row.active


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"value": "101"}, "value"),
        ({"value": "5.5", "unit": "JPY"}, "value"),
        ({"code": "sp ring"}, "code"),
        ({"starts_at": "2026-12-31T10:00", "ends_at": "2026-12-30T10:00"}, "ends_at"),
        ({"code": "taken"}, "code"),
    ],
)
def test_a_code_that_cannot_be_is_said_beside_its_field(
    owner_client, business, now, fields, wrong
):
    add_coupon(code="TAKEN", offers=[], percent_bp=100, actor="owner", now=now)
    data = {"code": "A", "value": "10", "unit": "%", "duration": "first"} | fields
    answer = owner_client.post("/desk/coupons/new/", data, headers=ENGLISH)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [wrong])
    assert Coupon.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_codes_costs_the_same_however_long(
    count, owner_client, course, now, django_assert_max_num_queries
):
    for number in range(count):
        add_coupon(
            code=f"C{number}",
            offers=[course.pk],
            percent_bp=100,
            actor="owner",
            now=now,
        )
    with django_assert_max_num_queries(12):
        page = owner_client.get("/desk/coupons/?state=open&q=c", headers=ENGLISH)
    assert page.content.decode().count("/desk/coupons/C") == 0
    assert len(page.context["rows"]) == count
    empty = owner_client.get("/desk/coupons/?state=over", headers=ENGLISH)
    assert "No code matches" in empty.content.decode()
