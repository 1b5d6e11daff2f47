"""Live subscriptions of Stripe go on here, with the card they have (OP3, MB24)."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
import stripe
from django.core.management import CommandError, call_command

from perenne.core import clock
from perenne.money.actions.renewals.renewals import (
    charge_due_subscriptions,
    charge_subscription,
)
from perenne.money.actions.subscriptions.takeovers import release_takeovers
from perenne.money.domain.subscriptions.takeovers import CannotBeTakenOver, read_billed
from perenne.money.models import Charge, Order, Payment, Subscription, Takeover
from perenne.people.models import Person
from perenne.portability.actions.stripe_subscriptions import Plan, take_over_all
from perenne.portability.domain.subscription_files import read_objects

ENGLISH = {"accept-language": "en"}


@pytest.fixture
def shop(account):
    """The owner's account as another system used it."""
    return stripe.StripeClient("sk_test_x", base_addresses={"api": account.api_base})


@pytest.fixture
def their_price(shop):
    return shop.v1.prices.create(
        {
            "currency": "eur",
            "unit_amount": 900,
            "recurring": {"interval": "month"},
            "product_data": {"name": "Old club"},
        }
    )


@pytest.fixture
def subscribed(shop, their_price):
    """Let somebody subscribe at Stripe: subscribed("zoe@example.org", trial=…)."""

    def subscribe(email="zoe@example.org", *, card="pm_card_visa", price=None, **more):
        customer = shop.v1.customers.create({"email": email, "name": "Zoé"})
        method = shop.v1.payment_methods.attach(card, {"customer": customer.id})
        held = shop.v1.subscriptions.create(
            {
                "customer": customer.id,
                "default_payment_method": method.id,
                "items": [{"price": (price or their_price).id}],
                **more,
            }
        )
        found = shop.v1.subscriptions.retrieve(held.id, {"expand": ["customer"]})
        return json.loads(json.dumps(found.to_dict(), default=str))

    return subscribe


@pytest.fixture
def take(club, now):
    """Take rows over: take([row], mapping={…})."""

    def take(rows, **options):
        at = options.pop("at", now)
        plan = Plan(
            mapping=options.pop("mapping", {}), language="en", actor="owner", **options
        )
        return take_over_all(rows, plan, now=at)

    return take


def at_stripe(shop, row):
    return shop.v1.subscriptions.retrieve(row["id"])


def test_a_subscription_goes_on_here_with_its_card_amount_and_day(
    subscribed, take, shop, shelf, now
):
    row = subscribed()
    end = row["items"]["data"][0]["current_period_end"]
    report = take([row])
    assert (report.taken, report.waiting, report.refused) == (1, 0, [])
    held = Subscription.objects.get()
    assert (held.state, held.amount_cents, held.provider_method) == (
        "active",
        900,
        row["default_payment_method"],
    )
    assert held.next_charge_at == datetime.fromtimestamp(end, UTC)
    assert held.next_charge_at == held.current_period_end
    order = Order.objects.get()
    assert (order.state, order.email) == ("paid", "zoe@example.org")
    assert Payment.objects.count() == 0
    assert list(shelf.open.values()) == [held.current_period_end + timedelta(days=1)]
    there = at_stripe(shop, row)
    assert (there.cancel_at_period_end, there.metadata["perenne"]) == (
        True,
        "taken_over",
    )


def test_twice_takes_over_once_and_changes_nothing(subscribed, take, shop):
    row = subscribed()
    take([row])
    before = Subscription.objects.values().get()
    again = take([row])
    assert (again.taken, again.unchanged, Takeover.objects.count()) == (0, 1, 1)
    assert Subscription.objects.values().get() == before
    assert (Order.objects.count(), Person.objects.count()) == (1, 1)


def test_our_clock_charges_the_card_at_the_end_of_the_period_once(
    subscribed, take, account
):
    row = subscribed()
    take([row])
    held = Subscription.objects.get()
    for _again in range(2):
        charge_subscription(held.pk, now=held.current_period_end)
    paid = Payment.objects.get()
    assert (paid.amount_cents, Charge.objects.get().state) == (900, "paid")
    intents = [
        intent
        for intent in account.objects("payment_intent")
        if intent["customer"] == row["customer"]["id"]
    ]
    assert [(i["status"], i["payment_method"]) for i in intents] == [
        ("succeeded", row["default_payment_method"])
    ]


def test_nothing_is_charged_here_until_stripe_was_told(
    subscribed, take, shop, settings
):
    row, key = subscribed(), settings.STRIPE_SECRET_KEY
    settings.STRIPE_SECRET_KEY = ""
    report = take([row])
    assert (report.taken, report.waiting) == (1, 1)
    held = Subscription.objects.get()
    settings.STRIPE_SECRET_KEY = key
    assert charge_due_subscriptions(held.next_charge_at) == [held.pk]
    charge_subscription(held.pk, now=held.next_charge_at)
    assert (Charge.objects.count(), Payment.objects.count()) == (0, 0)
    release_takeovers.func()
    assert at_stripe(shop, row).cancel_at_period_end
    charge_subscription(held.pk, now=held.next_charge_at)
    assert Payment.objects.count() == 1


def test_what_stripe_renewed_or_ended_meanwhile_is_followed(
    subscribed, take, shop, account, settings, shelf, now
):
    renewed, ended = subscribed("a@example.org"), subscribed("b@example.org")
    key, settings.STRIPE_SECRET_KEY = settings.STRIPE_SECRET_KEY, ""
    take([renewed, ended])
    settings.STRIPE_SECRET_KEY = key
    store = account.simulator.store
    item = store.objects[renewed["id"]]["items"]["data"][0]
    item["current_period_start"] = item["current_period_end"]
    item["current_period_end"] += 30 * 86_400
    shop.v1.subscriptions.update(ended["id"], {"cancel_at_period_end": True})
    release_takeovers.func()
    first, second = Subscription.objects.order_by("pk")
    until = datetime.fromtimestamp(item["current_period_end"], UTC)
    assert (first.current_period_end, first.next_charge_at) == (until, until)
    assert (second.state, second.next_charge_at) == ("cancelling", None)
    assert Takeover.objects.filter(released_at=None).count() == 0


def test_a_death_between_telling_stripe_and_noting_it_stops_nobody(
    subscribed, take, shop
):
    row = subscribed()
    take([row])
    Takeover.objects.update(released_at=None)
    again = take([row])
    assert (again.unchanged, again.waiting) == (1, 0)
    assert Subscription.objects.get().state == "active"


def test_a_trial_is_charged_when_it_ends(subscribed, take, now):
    end = int(now.timestamp()) + 5 * 86_400
    take([subscribed(trial_end=end)])
    held = Subscription.objects.get()
    assert held.next_charge_at == datetime.fromtimestamp(end, UTC)


def test_who_had_ended_it_there_is_not_charged_here(subscribed, take, shop):
    row = subscribed()
    shop.v1.subscriptions.update(row["id"], {"cancel_at_period_end": True})
    row = at_stripe(shop, row).to_dict() | {"customer": row["customer"]}
    take([row])
    held = Subscription.objects.get()
    assert (held.state, held.next_charge_at) == ("cancelling", None)


def changed(row, **changes):
    row = deepcopy(row)
    item = row["items"]["data"][0]
    for name, value in changes.items():
        (item["price"] if name in item["price"] else row)[name] = value
    return row


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "canceled"}, "not_live"),
        ({"status": "past_due"}, "not_live"),
        ({"status": "incomplete"}, "not_live"),
        ({"pause_collection": {"behavior": "void"}}, "paused"),
        ({"collection_method": "send_invoice"}, "by_invoice"),
        ({"discounts": ["di_1"]}, "discount"),
        ({"default_tax_rates": [{"id": "txr_1"}]}, "tax_on_top"),
        ({"currency": "usd"}, "currency"),
        ({"recurring": {"interval": "year", "interval_count": 1}}, "rhythm"),
        ({"unit_amount": None}, "price_unreadable"),
        ({"customer": None}, "no_customer"),
        ({"object": "charge"}, "price_unreadable"),
    ],
)
def test_what_our_clock_cannot_bill_stays_where_it_is(
    subscribed, take, club, settings, changes, code
):
    row = changed(subscribed(), **changes)
    settings.STRIPE_SECRET_KEY = ""
    price = club.prices.get(interval="month")
    theirs = row["items"]["data"][0]["price"]["id"]
    report = take([row], mapping={theirs: price.pk})
    if changes == {"object": "charge"}:
        assert report.taken == 1  # only the price's own "object" changed
        return
    assert [row.code for row in report.refused] == [code]
    assert (Subscription.objects.count(), Person.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("not json", "not_a_subscription"),
        (None, "not_a_subscription"),
        ({"object": "customer"}, "not_a_subscription"),
        ({"object": "subscription", "status": "active"}, "several_things"),
    ],
)
def test_what_is_no_subscription_is_refused_by_its_row(take, row, code):
    report = take([row])
    assert [(row.row, row.code) for row in report.refused] == [(1, code)]


def test_without_a_card_or_an_address_nothing_is_taken(subscribed, take, settings):
    settings.STRIPE_SECRET_KEY = ""
    no_card = changed(subscribed(), default_payment_method=None)
    no_address = changed(subscribed("b@example.org"), customer="cus_1")
    codes = [row.code for row in take([no_card, no_address]).refused]
    assert codes == ["no_method", "no_email"]
    assert Subscription.objects.count() == 0


def test_data_that_only_name_the_customer_are_completed_at_stripe(subscribed, take):
    row = subscribed()
    report = take([row | {"customer": row["customer"]["id"]}])
    assert (report.taken, report.refused) == (1, [])
    assert Person.objects.get().email == "zoe@example.org"


def test_old_data_are_refused(subscribed, take, settings, now):
    settings.STRIPE_SECRET_KEY = ""
    row = subscribed()
    report = take([row], at=now + timedelta(days=400))
    assert [row.code for row in report.refused] == ["period_over"]


def test_a_price_that_fits_none_or_several_is_asked_for(
    subscribed, take, club, shop, make_offer
):
    row = subscribed()
    make_offer("salon", title="The salon", month=900)
    report = take([row])
    theirs = row["items"]["data"][0]["price"]["id"]
    assert [(r.code, r.detail) for r in report.refused] == [("unmapped", theirs)]
    mine = club.prices.get(interval="month").pk
    assert take([row], mapping={theirs: mine}).taken == 1


def test_the_amount_agreed_there_is_kept_whatever_the_price_here(
    subscribed, take, club, shop
):
    old = shop.v1.prices.create(
        {
            "currency": "eur",
            "unit_amount": 500,
            "recurring": {"interval": "month"},
            "product_data": {"name": "Founders"},
        }
    )
    row = subscribed(price=old)
    take([row], mapping={old.id: club.prices.get(interval="month").pk})
    held = Subscription.objects.get()
    charge_subscription(held.pk, now=held.next_charge_at)
    assert Payment.objects.get().amount_cents == 500


def test_a_check_writes_nothing_and_tells_stripe_nothing(subscribed, take, shop):
    row = subscribed()
    report = take([row], dry_run=True)
    assert (report.taken, Subscription.objects.count(), Person.objects.count()) == (
        1,
        0,
        0,
    )
    assert not at_stripe(shop, row).cancel_at_period_end


def test_the_former_shape_of_the_api_is_read():
    row = {
        "object": "subscription",
        "id": "sub_1",
        "status": "active",
        "customer": "cus_1",
        "default_source": "card_1",
        "billing_cycle_anchor": 1648320110,
        "current_period_start": 1648320110,
        "current_period_end": 1650998510,
        "items": {
            "data": [
                {
                    "quantity": 1,
                    "plan": {
                        "id": "plan_1",
                        "amount": 1500,
                        "currency": "usd",
                        "interval": "month",
                        "interval_count": 1,
                    },
                }
            ]
        },
    }
    billed = read_billed(row)
    assert (billed.amount_cents, billed.currency, billed.method) == (
        1500,
        "USD",
        "card_1",
    )
    assert billed.period_end == datetime.fromtimestamp(1650998510, UTC)
    with pytest.raises(CannotBeTakenOver):
        read_billed(row | {"items": {"data": row["items"]["data"] * 2}})


@pytest.mark.parametrize(
    "write",
    [
        json.dumps,
        lambda rows: json.dumps({"object": "list", "data": rows}),
        lambda rows: "\n".join(map(json.dumps, rows)),
        lambda rows: json.dumps(
            [{"object": "event", "data": {"object": row}} for row in rows], indent=1
        ),
    ],
)
def test_files_of_every_shape_are_read(write):
    rows = [{"object": "subscription", "id": "sub_1"}, {"id": "sub_2"}]
    assert read_objects(write(rows).encode()) == rows


def run(*arguments):
    from io import StringIO

    out = StringIO()
    call_command("import_stripe_subscriptions", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_asks_stripe_and_answers_as_json(subscribed, club, shop):
    row = subscribed()
    checked = json.loads(run("--from-provider", "--dry-run", "--json"))
    assert (checked["dry_run"], Subscription.objects.count()) == (True, 0)
    answer = json.loads(run("--from-provider", "--json"))
    assert row["id"] not in [refused["id"] for refused in answer["refused"]]
    assert Takeover.objects.filter(provider_ref=row["id"]).count() == 1
    again = json.loads(run("--from-provider", "--json"))
    assert (again["taken"], again["waiting"]) == (0, 0)


def test_the_command_reads_a_file_with_a_mapping(subscribed, club, tmp_path):
    row = subscribed()
    theirs = row["items"]["data"][0]["price"]["id"]
    mine = club.prices.get(interval="month").pk
    file = tmp_path / "subscriptions.jsonl"
    file.write_text(f"{json.dumps(row)}\nnot json\n", "utf-8")
    mapped = f"{theirs}=club:{mine}"
    answer = json.loads(run(str(file), "--map", mapped, "--json"))
    assert (answer["rows"], answer["taken"]) == (2, 1)
    assert [(row["row"], row["code"]) for row in answer["refused"]] == [
        (2, "not_a_subscription")
    ]
    text = run(str(file), "--map", mapped)
    assert "unchanged 1" in text


@pytest.mark.parametrize(
    "arguments", [[], ["nofile.json"], ["--from-provider", "--map", "price_1=nothing"]]
)
def test_a_command_line_that_is_not_understood_ends_with_2(business, arguments):
    with pytest.raises(CommandError) as refusal:
        run(*arguments)
    assert refusal.value.returncode == 2


def test_the_desk_looks_checks_and_takes_over(owner_client, subscribed, club, now):
    row, url = subscribed(), "/desk/imports/stripe/"
    assert owner_client.get(url).status_code == 200
    file = BytesIO(json.dumps([row]).encode())
    file.name = "subscriptions.json"
    look = owner_client.post(url, {"step": "look", "file": file}, headers=ENGLISH)
    form = look.context["form"]
    mine = club.prices.get(interval="month").pk
    assert [(f.ref, f.subscriptions, f.likely_id) for f in form.found] == [
        (row["items"]["data"][0]["price"]["id"], 1, mine)
    ]
    data = {"rows": form.initial["rows"], "price_0": mine}
    check = owner_client.post(url, data | {"step": "check"}, headers=ENGLISH)
    assert "this is what would happen" in check.content.decode()
    assert Subscription.objects.count() == 0
    with clock.frozen(now):
        done = owner_client.post(url, data | {"step": "take"}, headers=ENGLISH)
    assert done.context["report"].taken == 1
    assert Takeover.objects.get().released_at == now


def test_the_desk_says_what_is_wrong_with_a_file(owner_client, account):
    url = "/desk/imports/stripe/"
    file = BytesIO(b"\xff\xfe\x00")
    file.name = "x.json"
    answer = owner_client.post(url, {"step": "look", "file": file}, headers=ENGLISH)
    assert answer.status_code == 422
    assert "The file holds no subscriptions." in answer.content.decode()
    forged = owner_client.post(url, {"step": "take", "rows": "forged"})
    assert forged.status_code == 422
